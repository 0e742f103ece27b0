//! The app in a tab: page views and what they show, hooks, the walk, handlers that do anything, fetches.

use remote_refresh_core::refresh::{EntityId, FlightId, Outcome};
use remote_refresh_core::views::since::Since;
use remote_refresh_core::wire::Node;

use crate::oracle::{kind_of, Ledger};
use crate::queue::TabEvent;
use crate::server::{Seen, Shows, KINDS};
use crate::tab::{Entity, Hook, Loading, Reads, View};
use crate::world::World;

/// Page views that a tab keeps.
const PAGES: usize = 4;

impl World {
    // Views
    // -----

    /// A page view with subviews.
    pub(crate) fn make_page(&mut self, tab: usize, loading: Loading) -> usize {
        let page = self.make_view(tab, 2, 0, loading);
        self.tabs[tab].pages.push(page);
        page
    }

    fn make_view(&mut self, tab: usize, depth: u32, pending: u64, loading: Loading) -> usize {
        let hook = match self.dice.between(0, 9) {
            0..=3 => Hook::Calls,
            4..=5 => Hook::CallsLater,
            6 => Hook::CallsWithout,
            _ => Hook::None,
        };
        let entities = (0..self.dice.between(0, 2))
            .map(|_| self.entity(tab, pending, loading))
            .collect();
        let subviews = if depth == 0 {
            0
        } else {
            self.dice.between(0, 2)
        };
        let children = (0..subviews)
            .map(|_| self.make_view(tab, depth - 1, pending, loading))
            .collect();
        let subject = &mut self.tabs[tab];
        subject.views.push(View {
            id: subject.app.views_mut().add(),
            hook,
            entities,
            children,
            gone: false,
        });
        subject.views.len() - 1
    }

    /// An entity to show: a new one, or one that other views show too, which the app may load again or show as it is.
    fn entity(&mut self, tab: usize, pending: u64, loading: Loading) -> usize {
        let shared = self.dice.one_in(3).then(|| self.dice.seed() as usize);
        if let Some(entity) = shared.and_then(|chance| {
            let entities = &self.tabs[tab].entities;
            let known = |index: &usize| {
                let known = &entities[*index];
                let idle = known.flight.is_none() && known.others == 0;
                !known.gone && known.met && (idle || loading != Loading::Came)
            };
            let known: Vec<_> = (0..entities.len()).filter(known).collect();
            known.get(chance % known.len().max(1)).copied()
        }) {
            match loading {
                Loading::Came => self.bring(tab, entity),
                Loading::Loads => self.own_request(tab, entity, Reads::Whole),
                Loading::Both if self.dice.one_in(2) => self.own_request(tab, entity, Reads::Whole),
                Loading::Both => {}
            }
            return entity;
        }
        let shows = match self.dice.between(0, 9) {
            0 => Shows::Everything,
            1..=5 => Shows::Record(self.dice.index(KINDS.len()), self.dice.index(2)),
            _ => Shows::Kind(self.dice.index(KINDS.len())),
        };
        let declared = !self.dice.one_in(4);
        let subject = &mut self.tabs[tab];
        let kind = match shows {
            Shows::Record(kind, _) | Shows::Kind(kind) if declared => {
                subject.app.type_id(KINDS[kind])
            }
            _ => None,
        };
        subject.entities.push(Entity {
            id: subject.app.entities_mut().add(),
            shows,
            kind,
            value: Seen::default(),
            flight: None,
            others: 0,
            landed: 0,
            loaded: false,
            met: false,
            edited: false,
            gone: false,
            in_view: None,
            waits: false,
            ledger: Ledger::default(),
        });
        let entity = subject.entities.len() - 1;
        subject.entities[entity].ledger =
            Ledger::new(&subject.heard, kind_of(subject, entity), pending);
        match loading {
            Loading::Loads => self.own_request(tab, entity, Reads::Whole),
            Loading::Both if self.dice.one_in(3) => self.own_request(tab, entity, Reads::Whole),
            Loading::Both | Loading::Came => self.bring(tab, entity),
        }
        entity
    }

    /// The entity shows what the server has now: it came with the page.
    fn bring(&mut self, tab: usize, entity: usize) {
        let subject = &mut self.tabs[tab];
        let entity = &mut subject.entities[entity];
        entity.value = self.server.users[subject.user].read(entity.shows);
        entity.loaded = true;
    }

    /// Says what a page is rendered from, now.
    pub(crate) fn since(&mut self, tab: usize) -> Since {
        let node = self.server.users[self.tabs[tab].user].node.as_ref();
        let number = |name: &str| {
            let child = node.and_then(|node| node.child(name));
            child.and_then(Node::as_f64).unwrap_or_default()
        };
        if self.dice.one_in(2) {
            Since::Version(number("version"))
        } else {
            Since::Time(number("updated"))
        }
    }

    pub(crate) fn show(&mut self, tab: usize, page: Option<usize>, since: Option<Since>) {
        for entity in page
            .map(|page| self.tabs[tab].below(page))
            .unwrap_or_default()
        {
            // A refresh that was pending for the page runs once, even if another page has shown the entity meanwhile.
            self.tabs[tab].entities[entity].ledger.pending += 1;
        }
        self.note(|| format!("tab {tab}: shows {page:?} {since:?}"));
        if self.tabs[tab].page != page {
            // Where things were on the other page says nothing any more.
            for entity in &mut self.tabs[tab].entities {
                entity.in_view = None;
            }
        }
        self.tabs[tab].page = page;
        if since.is_some() {
            // A page that is newer than the feed is compared as one that is older.
            self.tabs[tab].heard.asked();
        }
        let id = page.map(|page| self.tabs[tab].views[page].id);
        self.act(tab, |app, now| app.show(now, id, since));
    }

    /// Shows a page that is new, or one that was there before, or none.
    pub(crate) fn navigate(&mut self, tab: usize) {
        let known = self.tabs[tab].pages.clone();
        match self.dice.between(0, 9) {
            0 => self.show(tab, None, None),
            1..=2 => {
                let (loading, since) = if self.dice.one_in(3) {
                    (Loading::Came, Some(self.since(tab)))
                } else {
                    (Loading::Both, None)
                };
                let page = self.make_page(tab, loading);
                self.show(tab, Some(page), since);
                self.collect(tab);
            }
            3 => {
                let page = self.make_page(tab, Loading::Loads);
                self.collect(tab);
                let wait = self.dice.wait(if self.calm { 1_000 } else { 40_000 });
                self.later_in(tab, wait, TabEvent::Show(page));
            }
            _ => {
                if let Some(page) = self.dice.pick(&known) {
                    self.show(tab, Some(page), None);
                }
            }
        }
    }

    /// A page that began to load a while ago is shown, if it was not dropped meanwhile.
    pub(crate) fn show_loaded(&mut self, tab: usize, page: usize) {
        if self.tabs[tab].pages.contains(&page) {
            self.show(tab, Some(page), None);
        }
    }

    /// The oldest pages that are not displayed are collected, with the entities that nobody else shows.
    fn collect(&mut self, tab: usize) {
        while self.tabs[tab].pages.len() > PAGES {
            let subject = &mut self.tabs[tab];
            let oldest = subject
                .pages
                .iter()
                .position(|page| Some(*page) != subject.page);
            let Some(oldest) = oldest else { return };
            let page = subject.pages.remove(oldest);
            for view in subject.tree(page) {
                subject.views[view].gone = true;
                let id = subject.views[view].id;
                subject.app.forget_view(id);
            }
            let kept: Vec<_> = subject
                .pages
                .iter()
                .flat_map(|page| subject.below(*page))
                .collect();
            for entity in subject.below(page) {
                if !kept.contains(&entity) && !subject.entities[entity].gone {
                    subject.entities[entity].gone = true;
                    let id = subject.entities[entity].id;
                    subject.app.forget_entity(id);
                }
            }
        }
        // Slots may be free now.
        self.carry_out_all(tab);
    }

    /// All pages go, as on a sign-out.
    pub(crate) fn drop_pages(&mut self, tab: usize) {
        self.show(tab, None, None);
        for page in std::mem::take(&mut self.tabs[tab].pages) {
            self.tabs[tab].pages.push(page);
        }
        let subject = &mut self.tabs[tab];
        subject.pages.clear();
        for view in &mut subject.views {
            if !std::mem::replace(&mut view.gone, true) {
                subject.app.forget_view(view.id);
            }
        }
        for entity in &mut subject.entities {
            if !std::mem::replace(&mut entity.gone, true) {
                subject.app.forget_entity(entity.id);
            }
        }
    }

    /// A subview of the displayed page comes or goes.
    pub(crate) fn change_subviews(&mut self, tab: usize) {
        let Some(page) = self.tabs[tab].page else {
            return;
        };
        if self.dice.one_in(2) {
            // A refresh may be pending for the page; each hook that has yet to call back and each walk that goes on refresh what they find.
            let pending = 1 + self.tabs[tab].late_hooks + self.tabs[tab].rests.len() as u64;
            // Nobody tells the core of a new subview: what it shows is up to date, or being requested.
            let loading = if self.dice.one_in(2) {
                Loading::Loads
            } else {
                Loading::Came
            };
            let view = self.make_view(tab, 0, pending, loading);
            self.note(|| format!("tab {tab}: page view {page} has a new subview {view}"));
            self.tabs[tab].views[page].children.push(view);
        } else {
            // The view is not collected yet; only its page no longer has it.
            self.tabs[tab].views[page].children.pop();
        }
    }

    // What is displayed
    // -----------------

    /// What is displayed is looked through for what was requested before a change that concerns it.
    pub(crate) fn review(&mut self, tab: usize, page: usize) {
        self.note(|| format!("tab {tab}: reviews page view {page}"));
        let settled = self.tabs[tab].late_hooks == 0 && self.tabs[tab].rests.is_empty();
        for entity in self.tabs[tab].below(page) {
            let subject = &mut self.tabs[tab];
            let shown = &mut subject.entities[entity];
            shown.met |= settled;
            let (id, kind) = (shown.id, shown.kind);
            subject.app.review_entity(id, kind);
        }
    }

    /// A handler of the app's runs, and may call anything.
    pub(crate) fn handler(&mut self, tab: usize) {
        if !self.fault(40) {
            return;
        }
        match self.dice.between(0, 5) {
            0 | 1 => self.navigate(tab),
            2 => {
                self.close_feed(tab);
                let wait = self.dice.wait(5_000);
                self.later_in(tab, wait, TabEvent::Connect(None));
            }
            3 => {
                self.close_feed(tab);
                self.connect(tab, None);
            }
            _ => self.refresh_by_itself(tab),
        }
    }

    /// The app asks for what is displayed, as it is now.
    pub(crate) fn refresh_by_itself(&mut self, tab: usize) {
        if let Some(page) = self.tabs[tab].page {
            self.note(|| format!("tab {tab}: refreshes by itself"));
            self.tabs[tab].heard.asked();
            self.remote_refresh(tab, page, None);
        }
    }

    // Fetches
    // -------

    /// The core asks what is in view; an app without a screen does not say, and not every entity has a place in it.
    pub(crate) fn locate(&mut self, tab: usize, ids: &[EntityId]) {
        for id in ids {
            let entity = self.tabs[tab].known(*id);
            if let Some(entity) = entity.filter(|_| self.tabs[tab].has_screen) {
                if !self.dice.one_in(5) {
                    self.scroll_to(tab, entity, true);
                }
            }
        }
    }

    /// An entity is in view now, or is not; `asked` when the core wants to know since it waits.
    fn scroll_to(&mut self, tab: usize, entity: usize, asked: bool) {
        let in_view = self.dice.one_in(3);
        let subject = &mut self.tabs[tab];
        let id = subject.entities[entity].id;
        subject.entities[entity].in_view = Some(in_view);
        subject.entities[entity].waits |= asked;
        subject.app.in_view(id, in_view);
        self.note(|| format!("tab {tab}: entity {entity} is in view: {in_view}"));
    }

    /// The user scrolls: something else is in view.
    pub(crate) fn scroll(&mut self, tab: usize) {
        let entities = &self.tabs[tab].entities;
        let located: Vec<_> = (0..entities.len())
            .filter(|entity| !entities[*entity].gone && entities[*entity].in_view.is_some())
            .collect();
        if let Some(entity) = self.dice.pick(&located) {
            self.note(|| format!("tab {tab}: scrolls, to or from entity {entity}"));
            self.scroll_to(tab, entity, false);
        }
    }

    pub(crate) fn start_fetch(&mut self, tab: usize, entity: usize, flight: FlightId) {
        self.tabs[tab].last_flight = flight.0;
        self.check_turn(tab, entity);
        self.tabs[tab].entities[entity].in_view = None;
        self.tabs[tab].entities[entity].waits = false;
        if self.tabs[tab].entities[entity].edited {
            self.note(|| {
                format!("tab {tab}: {flight:?} of entity {entity} has to wait for the user")
            });
            let id = self.tabs[tab].entities[entity].id;
            return self.tabs[tab].app.hold(id, flight);
        }
        self.counts.fetches += 1;
        self.tabs[tab].entities[entity].ledger.fetches += 1;
        self.check_start(tab, entity);
        self.note(|| format!("tab {tab}: fetches entity {entity}, {flight:?}"));
        let subject = &mut self.tabs[tab].entities[entity];
        subject.flight = Some(flight);
        subject.ledger.given_up = false;
        if self.fault(60) {
            return self.fetch_over(tab, entity, flight, Outcome::Impossible, Seen::default());
        }
        if self.fault(30) {
            return self.note(|| format!("tab {tab}: {flight:?} is lost"));
        }
        let wait = self.dice.wait(if self.calm { 1_000 } else { 20_000 });
        self.later_in(tab, wait, TabEvent::FetchAsked(entity, flight));
    }

    /// The server reads what it answers.
    pub(crate) fn fetch_asked(&mut self, tab: usize, entity: usize, flight: FlightId) {
        let subject = &self.tabs[tab];
        let seen = self.server.users[subject.user].read(subject.entities[entity].shows);
        let down = !self.browsers[subject.browser].online || self.server.down_until > self.now;
        let outcome = if down && !self.calm {
            Outcome::Failed(None)
        } else if self.fault(8) {
            let status = self.dice.pick(&[Some(503), Some(500), Some(429), None]);
            Outcome::Failed(status.flatten())
        } else if self.fault(40) {
            Outcome::Failed(self.dice.pick(&[401, 403, 404]))
        } else {
            Outcome::Done
        };
        let wait = self.dice.wait(if self.calm { 1_000 } else { 30_000 });
        self.later_in(
            tab,
            wait,
            TabEvent::FetchOver(entity, flight, outcome, seen),
        );
    }

    /// A fetch is over. The answer to one that is not waited for any more is shown all the same, as Backbone does.
    pub(crate) fn fetch_over(
        &mut self,
        tab: usize,
        entity: usize,
        flight: FlightId,
        outcome: Outcome,
        seen: Seen,
    ) {
        let subject = &mut self.tabs[tab].entities[entity];
        let current = subject.flight == Some(flight);
        if current {
            subject.flight = None;
        } else {
            subject.others -= 1;
        }
        if outcome == Outcome::Done {
            subject.show(flight.0, |value| *value = seen);
            subject.met = true;
            if current {
                subject.ledger.in_a_row = 0;
            }
        } else if current {
            let again = !matches!(
                outcome,
                Outcome::Impossible | Outcome::Failed(Some(401 | 403 | 404))
            );
            self.fetch_failed(tab, entity, again);
        }
        self.note(|| format!("tab {tab}: {flight:?} of entity {entity} is {outcome:?}, waited for: {current}, {seen:?}"));
        let id = self.tabs[tab].entities[entity].id;
        self.act(tab, |app, now| app.fetch_settled(now, id, flight, outcome));
    }

    /// The core waits no longer.
    pub(crate) fn fetch_expired(&mut self, tab: usize, id: EntityId, flight: FlightId) {
        let mut entities = self.tabs[tab].entities.iter();
        let entity = entities.position(|entity| entity.id == id && entity.flight == Some(flight));
        if let Some(entity) = entity {
            self.note(|| format!("tab {tab}: {flight:?} of entity {entity} took too long"));
            let subject = &mut self.tabs[tab].entities[entity];
            subject.flight = None;
            subject.others += 1;
            self.fetch_failed(tab, entity, true);
        }
    }

    fn fetch_failed(&mut self, tab: usize, entity: usize, again: bool) {
        self.counts.failures += 1;
        let ledger = &mut self.tabs[tab].entities[entity].ledger;
        ledger.failures += 1;
        if again {
            ledger.in_a_row += 1;
        }
        let retries = remote_refresh_core::refresh::Limits::default().retries;
        // The core doesn't count a failure of what a late answer has already made fresh, so which one is the last it
        // repeats is not for the oracle to say: only that there were enough of them.
        ledger.given_up = !again || ledger.in_a_row > retries;
    }
}
