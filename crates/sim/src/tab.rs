//! One tab: an App, and what the shell around it and the app keep.

use remote_refresh_core::app::App;
use remote_refresh_core::change::TypeId;
use remote_refresh_core::feed::message::Auth;
use remote_refresh_core::refresh::{EntityId, FlightId};
use remote_refresh_core::time::Millis;
use remote_refresh_core::views::ViewId;

use crate::oracle::Ledger;
use crate::queue::TabEvent;
use crate::server::Shows;

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
    pub(crate) value: u64,
    /// The fetch under way.
    pub(crate) flight: Option<FlightId>,
    /// It was collected.
    pub(crate) gone: bool,
    pub(crate) ledger: Ledger,
}

/// One tab.
#[derive(Debug)]
pub(crate) struct Tab {
    pub(crate) app: App,
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
    /// Page views, by the index of their view.
    pub(crate) pages: Vec<usize>,
    /// The page view that is displayed.
    pub(crate) page: Option<usize>,
    /// Hooks that will call back.
    pub(crate) late_hooks: u64,
    /// What the feed has said so far.
    pub(crate) heard: crate::oracle::Heard,
}

impl Tab {
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
