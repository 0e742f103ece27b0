//! What must be true, worked out from the outside: from the server's data and from what the feed said, never from what the
//! core thinks.

use remote_refresh_core::feed::state::FeedState;
use remote_refresh_core::wire::Node;

use crate::server::{Shows, KINDS};
use crate::tab::Tab;
use crate::world::World;

/// Counts of what a tab was told so far.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Heard {
    /// First values, missed changes, changes without a type, refreshes that the app asked for.
    everything: u64,
    /// Changes of each type, told one by one.
    kinds: [u64; KINDS.len()],
    /// Changes that named types, told one by one.
    typed: u64,
    /// What the node said last: `version`, `updated`, pushed children, and the version of each type.
    last: Option<Node4>,
}

type Node4 = (u64, u64, u64, [u64; KINDS.len()]);

impl Heard {
    /// Takes note of the node as a tab has it now; `None` before the first value.
    pub(crate) fn look(&mut self, value: Option<Option<&Node>>) {
        let next = value.map(read);
        let before = std::mem::replace(&mut self.last, next);
        let Some(now) = next.filter(|_| next != before) else {
            return;
        };
        let Some(before) = before else {
            self.everything += 1;
            return;
        };
        let models: Vec<_> = (0..KINDS.len())
            .filter(|kind| now.3[*kind] != before.3[*kind])
            .collect();
        if now.0 != before.0 + 1 || models.is_empty() || before.0 == 0 {
            // Several missed at once, or pushed, are answered by one refresh of everything.
            self.everything += 1;
        } else {
            self.typed += 1;
            for kind in models {
                self.kinds[kind] += 1;
            }
        }
    }

    /// The app asks for a refresh by itself.
    pub(crate) fn asked(&mut self) {
        self.everything += 1;
    }

    /// The feed is another one: what comes first is a first value again.
    pub(crate) fn begin(&mut self) {
        self.last = None;
    }

    /// How many of these concern an entity.
    fn concerning(&self, kind: Option<usize>) -> u64 {
        match kind {
            Some(kind) => self.everything + self.kinds[kind],
            None => self.everything + self.typed,
        }
    }
}

fn read(node: Option<&Node>) -> Node4 {
    let number = |node: Option<&Node>| node.and_then(Node::as_f64).unwrap_or_default() as u64;
    let child = |name: &str| node.and_then(|node| node.child(name));
    let pushed = node.map_or(0, |node| {
        node.children()
            .filter(|(key, _)| key.as_str().starts_with('q'))
            .count() as u64
    });
    let model = |kind| {
        let model = child("models").and_then(|models| models.child(kind));
        number(model.and_then(|model| model.child("version")))
    };
    (
        number(child("version")),
        number(child("updated")),
        pushed,
        KINDS.map(model),
    )
}

/// What an entity has cost so far.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) fetches: u64,
    pub(crate) failures: u64,
    /// Failures since the last success.
    pub(crate) in_a_row: u32,
    /// Nothing is promised until the next change or sync point.
    pub(crate) given_up: bool,
    /// What had been heard before it was there.
    before: u64,
    /// Refreshes that were pending for its page already.
    pub(crate) pending: u64,
    /// The reasons that there were when its newest fetch started.
    reasons: u64,
}

impl Ledger {
    /// The account of an entity that is new on a page for which so many refreshes are pending.
    pub(crate) fn new(heard: &Heard, kind: Option<usize>, pending: u64) -> Self {
        Self {
            before: heard.concerning(kind),
            pending,
            ..Self::default()
        }
    }
}

/// The type that an entity is declared to be of, if it is of one.
pub(crate) fn kind_of(tab: &Tab, entity: usize) -> Option<usize> {
    let entity = &tab.entities[entity];
    match entity.shows {
        Shows::Record(kind, _) | Shows::Kind(kind) if entity.kind.is_some() => Some(kind),
        _ => None,
    }
}

impl World {
    /// *One in flight*, and never a fetch that nothing was heard to ask for.
    pub(crate) fn check_start(&mut self, tab: usize, entity: usize) {
        let kind = kind_of(&self.tabs[tab], entity);
        let heard = self.tabs[tab].heard;
        let subject = &self.tabs[tab].entities[entity];
        if subject.flight.is_some() {
            self.violated(format!(
                "tab {tab}: entity {entity} has two fetches at once"
            ));
            return;
        }
        let ledger = subject.ledger;
        let due = heard.concerning(kind) - ledger.before + ledger.pending + ledger.failures;
        self.tabs[tab].entities[entity].ledger.reasons = due;
        if ledger.fetches > 1 && due <= ledger.reasons {
            self.violated(format!(
                "tab {tab}: entity {entity} is fetched again, and nothing has happened since its last fetch started"
            ));
        } else if ledger.fetches > due {
            self.violated(format!(
                "tab {tab}: entity {entity} was fetched {} times for {due} changes and failures",
                ledger.fetches
            ));
        }
    }

    /// *Visible first*, and never more at once than there are slots.
    pub(crate) fn check_turn(&mut self, tab: usize, entity: usize) {
        let subject = &self.tabs[tab];
        let there = || subject.entities.iter().filter(|known| !known.gone);
        let in_flight = there().filter(|known| known.flight.is_some()).count();
        let in_view = |known: &crate::tab::Entity| known.in_view == Some(true);
        let passed_over: Vec<_> = (0..subject.entities.len())
            .filter(|known| !subject.entities[*known].gone)
            .filter(|known| subject.entities[*known].waits && in_view(&subject.entities[*known]))
            .collect();
        let most = subject.concurrency as usize;
        if in_flight >= most {
            self.violated(format!("tab {tab}: more than {most} fetches at once"));
        } else if !in_view(&subject.entities[entity]) && !passed_over.is_empty() {
            self.violated(format!(
                "tab {tab}: entity {entity} is fetched before {passed_over:?}, which are in view"
            ));
        }
    }

    /// No tab has another user's value.
    pub(crate) fn check_owner(&mut self, tab: usize) {
        let subject = &self.tabs[tab];
        let owner = subject
            .app
            .value()
            .and_then(|node| node.child("owner"))
            .and_then(Node::as_str);
        let user = &self.server.users[subject.user];
        if owner.is_some_and(|owner| owner != user.name) {
            self.violated(format!("tab {tab}: has a value of another user"));
        }
    }

    /// The faults are over and things have settled: what is displayed is up to date. `forgiving` of what has given up.
    pub(crate) fn check_settled(&mut self, forgiving: bool) {
        if self.failure.is_some() {
            return;
        }
        for index in 0..self.tabs.len() {
            let tab = &self.tabs[index];
            if tab.closed || tab.feed.is_none() {
                continue;
            }
            let state = tab.app.feed().map(remote_refresh_core::feed::Feed::state);
            if state != Some(FeedState::Open) {
                self.violated(format!("tab {index}: the feed is {state:?}, not open"));
                return;
            }
            if tab.hidden {
                continue;
            }
            for entity in tab.page.map(|page| tab.below(page)).unwrap_or_default() {
                let subject = &tab.entities[entity];
                let now = self.server.users[tab.user].read(subject.shows);
                if subject.value == now || (forgiving && subject.ledger.given_up) {
                    continue;
                }
                let (value, shows) = (subject.value, subject.shows);
                self.violated(format!(
                    "tab {index}: entity {entity} ({shows:?}) shows {value:?}, the server has {now:?}"
                ));
                return;
            }
        }
        self.check_streams();
    }

    /// One stream for all tabs that share a feed.
    fn check_streams(&mut self) {
        let sharing =
            |tab: &&Tab| !tab.closed && tab.feed.is_some() && tab.shares && !tab.left_the_others;
        let groups: std::collections::BTreeSet<_> = self
            .tabs
            .iter()
            .filter(sharing)
            .map(|tab| (tab.browser, tab.user))
            .collect();
        for (browser, user) in groups {
            let tabs = self.tabs.iter().filter(sharing);
            let streams = tabs
                .filter(|tab| (tab.browser, tab.user) == (browser, user) && tab.stream.is_some())
                .count();
            if streams != 1 {
                self.violated(format!(
                    "user {user}'s tabs in browser {browser} have {streams} streams, not one"
                ));
            }
        }
    }
}
