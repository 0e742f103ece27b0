//! One tab: an App, and what the shell around it and the app keep.

use remote_refresh_core::app::{App, WriteId};
use remote_refresh_core::change::TypeId;
use remote_refresh_core::feed::message::Auth;
use remote_refresh_core::refresh::{EntityId, FlightId};
use remote_refresh_core::time::Millis;
use remote_refresh_core::views::ViewId;

use crate::oracle::Ledger;
use crate::queue::TabEvent;
use crate::server::{Seen, Shows};
use crate::walk::{PagePass, Rest};

/// What a view's `remoteRefresh` does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hook {
    /// There is none: the walk goes on by itself.
    None,
    /// It calls `RemoteRefresh` with its snapshot.
    Calls,
    /// It does that later.
    CallsLater,
    /// It refreshes without a snapshot.
    CallsWithout,
}

/// A view.
#[derive(Debug)]
pub(crate) struct View {
    pub(crate) id: ViewId,
    pub(crate) hook: Hook,
    pub(crate) entities: Vec<usize>,
    pub(crate) children: Vec<usize>,
    /// It was collected.
    pub(crate) gone: bool,
}

/// A model or a collection.
#[derive(Debug)]
pub(crate) struct Entity {
    pub(crate) id: EntityId,
    pub(crate) shows: Shows,
    pub(crate) kind: Option<TypeId>,
    /// What it shows now.
    pub(crate) value: Seen,
    /// The fetch under way.
    pub(crate) flight: Option<FlightId>,
    /// Other requests that may still be answered: the app's own, and those that are not waited for any more.
    pub(crate) others: u64,
    /// The newest flight that was answered.
    pub(crate) landed: u32,
    /// It has been read.
    pub(crate) loaded: bool,
    /// The core has seen it read well, or displayed.
    pub(crate) met: bool,
    /// The user is at work on it.
    pub(crate) edited: bool,
    /// It was collected.
    pub(crate) gone: bool,
    /// What the core was told of its place since its last fetch started.
    pub(crate) in_view: Option<bool>,
    /// Since it was told that, nothing happened that may have taken the entity out of the queue.
    pub(crate) waits: bool,
    pub(crate) ledger: Ledger,
}

impl Entity {
    /// Shows the answer to this flight. One that is older than what was answered before has to be mended by one more fetch.
    pub(crate) fn show(&mut self, flight: u32, set: impl FnOnce(&mut Seen)) {
        set(&mut self.value);
        self.waits = false;
        self.loaded = true;
        if flight < self.landed {
            self.ledger.pending += 1;
        }
        self.landed = self.landed.max(flight);
    }
}

/// Where a page has its data from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Loading {
    /// All of it came with the page.
    Came,
    /// Some of it came with the page, the app requests the rest.
    Both,
    /// The app requests it.
    Loads,
}

/// What a request of the app's own reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reads {
    /// All that the entity shows.
    Whole,
    /// One record.
    Part(usize, usize),
}

/// A write that the app makes: the record of a model, or a new one of a collection.
#[derive(Debug)]
pub(crate) struct Write {
    pub(crate) id: WriteId,
    /// Whose record it is that is written, and its type and number.
    pub(crate) record: (usize, usize),
    /// The entities that the answer brings up to date.
    pub(crate) given: Vec<usize>,
    /// The entities that it changes besides.
    pub(crate) touched: Vec<usize>,
    /// The newest flight that the tab knew of when it started.
    pub(crate) after: u32,
}

/// One tab.
#[derive(Debug)]
pub(crate) struct Tab {
    pub(crate) app: App,
    /// The most refreshes at once.
    pub(crate) concurrency: u32,
    /// Somebody says what is in view.
    pub(crate) has_screen: bool,
    /// Tabs of one browser share a clock, a network and locks.
    pub(crate) browser: usize,
    pub(crate) user: usize,
    pub(crate) auth: Auth,
    /// The feed is one of all tabs, where they can.
    pub(crate) shares: bool,
    pub(crate) closed: bool,
    pub(crate) frozen: bool,
    pub(crate) hidden: bool,
    /// The feed that is connected, as the shell named it.
    pub(crate) feed: Option<u32>,
    /// The feed does without the others from here on.
    pub(crate) left_the_others: bool,
    pub(crate) last_feed: u32,
    /// The index of the stream under way.
    pub(crate) stream: Option<usize>,
    /// The token that the app's `auth` function gave last.
    pub(crate) token: Option<String>,
    /// When the one real timer fires, on this clock, and its number.
    pub(crate) timer: Option<(Millis, u64)>,
    pub(crate) last_timer: u64,
    /// Orders are being carried out further up the stack.
    pub(crate) carrying_out: bool,
    /// What happened while it was frozen.
    pub(crate) inbox: Vec<TabEvent>,
    pub(crate) views: Vec<View>,
    pub(crate) entities: Vec<Entity>,
    pub(crate) writes: Vec<Write>,
    /// The newest flight.
    pub(crate) last_flight: u32,
    /// Page views, by the index of their view.
    pub(crate) pages: Vec<usize>,
    /// The page view that is displayed.
    pub(crate) page: Option<usize>,
    /// Hooks that will call back.
    pub(crate) late_hooks: u64,
    /// A slice of a walk ends after one in so many parts; never if it is 0.
    pub(crate) slice: u64,
    /// Walks that go on later.
    pub(crate) rests: Vec<Rest>,
    /// The page view that the feed's pass under way is for.
    pub(crate) page_pass: Option<PagePass>,
    /// Feeds that were closed.
    pub(crate) closes: u64,
    /// What the feed has said so far.
    pub(crate) heard: crate::oracle::Heard,
}

impl Tab {
    /// The entity that has this number now.
    pub(crate) fn known(&self, id: EntityId) -> Option<usize> {
        let mut entities = self.entities.iter();
        entities.position(|known| known.id == id && !known.gone)
    }

    /// All entities in the tree below a view.
    pub(crate) fn below(&self, view: usize) -> Vec<usize> {
        let mut entities = self.views[view].entities.clone();
        for child in &self.views[view].children {
            entities.extend(self.below(*child));
        }
        entities
    }

    /// All views in the tree below a view, itself included.
    pub(crate) fn tree(&self, view: usize) -> Vec<usize> {
        let mut views = vec![view];
        for child in &self.views[view].children {
            views.extend(self.tree(*child));
        }
        views
    }
}
