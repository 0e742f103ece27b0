//! What will happen, ordered by time: deliveries, timers, everything that is under way.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use remote_refresh_core::app::PassId;
use remote_refresh_core::feed::message::RequestId;
use remote_refresh_core::feed::state::FeedState;
use remote_refresh_core::refresh::{FlightId, Outcome};
use remote_refresh_core::revision::Revision;
use remote_refresh_core::views::since::Since;

use crate::server::Seen;
use crate::tab::Reads;
use crate::tabs::Line;

/// Something that happens.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// A request for a stream reaches the server.
    StreamAsked(usize),
    /// Something of a stream reaches its tab.
    Stream(usize, Arrival),
    /// The server says that a stream lives.
    KeepAlive(usize),
    /// The token of a stream ends.
    Expire(usize),
    /// The server sends a subscriber what it held back.
    Flush(usize),
    /// The notifier tells the feed of a change of a user's data, of these types and of this origin.
    Write(usize, Vec<usize>, Option<String>),
    /// Something happens in a tab.
    Tab(usize, TabEvent),
}

/// What a stream brings.
#[derive(Clone, Debug)]
pub(crate) enum Arrival {
    Opened,
    Refused(u16),
    Bytes(Vec<u8>),
    Ended,
}

/// What happens in one tab. A frozen one finds it when it goes on.
#[derive(Clone, Debug)]
pub(crate) enum TabEvent {
    /// The timer of this number fires.
    Timer(u64),
    /// Something of a stream arrives.
    Stream(RequestId, Arrival),
    /// The app's `auth` function answers.
    Token(RequestId, Option<String>),
    /// A request of a fetch reaches the server.
    FetchAsked(usize, FlightId),
    /// A fetch is over; with the value it brought.
    FetchOver(usize, FlightId, Outcome, Seen),
    /// A request of the app's own reaches the server.
    OwnAsked(usize, FlightId, Reads),
    /// A request of the app's own is over; with what it brought, if it went well.
    OwnOver(usize, FlightId, Reads, Option<Seen>),
    /// A write reaches the server.
    WriteAsked(usize),
    /// A write is over; with the version that its answer gives of the record, if it went well.
    WriteOver(usize, Option<u64>),
    /// The user leaves the field that shows the entity, or saves.
    Leave(usize),
    /// A page that was loading is shown.
    Show(usize),
    /// A hook calls back with its snapshot.
    LateHook(usize, Revision),
    /// A walk goes on.
    Resume(PassId),
    /// The app connects.
    Connect(Option<Since>),
    /// The lock is the tab's, for this feed.
    Lead(Line),
    /// Another tab asks.
    Asked(Line),
    /// The leading tab tells.
    Heard(Line, FeedState, Option<String>),
}

/// The events to come.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    order: BinaryHeap<Reverse<(u64, u64)>>,
    events: BTreeMap<u64, Event>,
    last: u64,
}

impl Queue {
    /// Adds an event that happens at `at`, after those that were added before for the same time.
    pub(crate) fn push(&mut self, at: u64, event: Event) {
        self.last += 1;
        self.order.push(Reverse((at, self.last)));
        self.events.insert(self.last, event);
    }

    /// Takes the next event that happens until `end`, and its time.
    pub(crate) fn pop(&mut self, end: u64) -> Option<(u64, Event)> {
        let Reverse((at, number)) = self.order.peek().copied()?;
        if at > end {
            return None;
        }
        self.order.pop();
        self.events.remove(&number).map(|event| (at, event))
    }
}
