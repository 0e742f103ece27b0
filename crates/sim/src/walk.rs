//! The walk: hooks, views and what they show, in slices between which anything may happen.

use remote_refresh_core::app::{PassId, Snapshot};
use remote_refresh_core::revision::Revision;

use crate::queue::TabEvent;
use crate::tab::Hook;
use crate::world::World;

/// A part of a walk.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part {
    Entity(usize),
    View(usize),
}

/// A pass of the feed's for a page view.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PagePass {
    page: usize,
    /// How many feeds the tab had closed when it began.
    closes: u64,
}

/// What is left of a walk; the last part is next.
#[derive(Debug)]
pub(crate) struct Rest {
    id: PassId,
    revision: Revision,
    parts: Vec<Part>,
    /// The page view that the feed's pass is for, if it is for one.
    page: Option<PagePass>,
    /// How many feeds the tab had closed when the slice ended.
    closes: u64,
}

impl World {
    /// The page view's hook is to be called.
    pub(crate) fn visit_page(&mut self, tab: usize, view: usize, revision: Revision) {
        let subject = &mut self.tabs[tab];
        let closes = subject.closes;
        let under_way = |pass: PagePass| (pass.page, pass.closes) == (view, closes);
        if subject
            .rests
            .iter()
            .any(|rest| rest.page.is_some_and(under_way))
        {
            self.violated(format!("tab {tab}: two passes of page view {view} at once"));
        }
        let subject = &mut self.tabs[tab];
        subject.app.enter_pass(Some(Snapshot::OfFeed(revision)));
        let outer = subject.page_pass.replace(PagePass { page: view, closes });
        self.walk_on(tab, revision, vec![Part::View(view)]);
        self.tabs[tab].page_pass = outer;
    }

    /// `RemoteRefresh`, with a snapshot of the feed's or without one.
    pub(crate) fn remote_refresh(&mut self, tab: usize, view: usize, revision: Option<Revision>) {
        let snapshot = revision.map(Snapshot::OfFeed);
        let subject = &mut self.tabs[tab];
        let pass = subject.app.enter_pass(snapshot);
        let outer = subject.page_pass;
        if subject.page == Some(view) && (outer.is_some() || revision.is_some()) {
            let closes = outer.map_or(subject.closes, |outer| outer.closes);
            subject.page_pass = Some(PagePass { page: view, closes });
        }
        let parts = self.parts_of(tab, view);
        self.walk_on(tab, pass, parts);
        self.tabs[tab].page_pass = outer;
    }

    /// What to come to below a view, if the core says so.
    fn parts_of(&mut self, tab: usize, view: usize) -> Vec<Part> {
        let subject = &mut self.tabs[tab];
        if subject.views[view].gone || !subject.app.visit_walk(subject.views[view].id) {
            return Vec::new();
        }
        let view = &subject.views[view];
        let entities = view.entities.iter().map(|entity| Part::Entity(*entity));
        let children = view.children.iter().map(|child| Part::View(*child));
        entities.chain(children).rev().collect()
    }

    /// Walks until all is done or the slice is over.
    fn walk_on(&mut self, tab: usize, revision: Revision, mut parts: Vec<Part>) {
        while let Some(part) = parts.pop() {
            match part {
                Part::Entity(entity) => self.visit_entity(tab, entity),
                Part::View(view) => parts.extend(self.visit(tab, view, revision)),
            }
            let slice = self.tabs[tab].slice;
            if !parts.is_empty() && slice > 0 && self.dice.one_in(slice) {
                self.suspend(tab, revision, std::mem::take(&mut parts));
                return self.after_pass(tab);
            }
        }
        self.tabs[tab].app.leave_pass();
        self.after_pass(tab);
    }

    /// What was gathered starts once the outermost pass is left or suspended.
    fn after_pass(&mut self, tab: usize) {
        if !self.tabs[tab].app.is_in_pass() {
            self.carry_out_all(tab);
        }
    }

    fn visit_entity(&mut self, tab: usize, entity: usize) {
        let subject = &mut self.tabs[tab];
        let entity = &subject.entities[entity];
        if !entity.gone {
            subject.app.visit_entity(entity.id, entity.kind);
        }
    }

    /// What to come to next, if the view has no hook.
    fn visit(&mut self, tab: usize, view: usize, revision: Revision) -> Vec<Part> {
        let id = self.tabs[tab].views[view].id;
        if self.tabs[tab].views[view].gone || !self.tabs[tab].app.visit_hook(id) {
            return Vec::new();
        }
        let mut parts = Vec::new();
        match self.tabs[tab].views[view].hook {
            Hook::None => parts = self.parts_of(tab, view),
            Hook::Calls => self.remote_refresh(tab, view, Some(revision)),
            Hook::CallsWithout => self.remote_refresh(tab, view, None),
            Hook::CallsLater => {
                self.tabs[tab].late_hooks += 1;
                let wait = self.dice.wait(5_000);
                self.later_in(tab, wait, TabEvent::LateHook(view, revision));
            }
        }
        self.handler(tab);
        parts
    }

    pub(crate) fn late_hook(&mut self, tab: usize, view: usize, revision: Revision) {
        self.tabs[tab].late_hooks -= 1;
        if !self.tabs[tab].views[view].gone {
            self.note(|| format!("tab {tab}: view {view} calls back, {revision:?}"));
            self.remote_refresh(tab, view, Some(revision));
        }
    }

    // Slices
    // ------

    fn suspend(&mut self, tab: usize, revision: Revision, parts: Vec<Part>) {
        self.note(|| format!("tab {tab}: the walk for {revision:?} goes on later, {parts:?}"));
        let subject = &mut self.tabs[tab];
        let id = subject.app.suspend_pass();
        subject.rests.push(Rest {
            id,
            revision,
            parts,
            page: subject.page_pass,
            closes: subject.closes,
        });
        let wait = self.dice.wait(if self.calm { 200 } else { 10_000 });
        self.later_in(tab, wait, TabEvent::Resume(id));
    }

    /// The next slice of a walk.
    pub(crate) fn resume(&mut self, tab: usize, id: PassId) {
        let subject = &mut self.tabs[tab];
        let at = subject.rests.iter().position(|rest| rest.id == id);
        let rest = subject
            .rests
            .swap_remove(at.expect("what was suspended is kept"));
        let goes_on = subject.app.resume_pass(id);
        let unseen = |pass: PagePass| subject.hidden || subject.page != Some(pass.page);
        let in_vain = rest.page.is_some_and(unseen) || rest.closes != subject.closes;
        self.note(|| {
            format!(
                "tab {tab}: the walk for {:?} goes on: {goes_on}",
                rest.revision
            )
        });
        if goes_on && in_vain {
            self.violated(format!("tab {tab}: a walk goes on that nobody sees"));
        }
        if goes_on {
            let outer = std::mem::replace(&mut self.tabs[tab].page_pass, rest.page);
            self.walk_on(tab, rest.revision, rest.parts);
            self.tabs[tab].page_pass = outer;
        }
        self.after_pass(tab);
    }
}
