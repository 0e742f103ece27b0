//! What goes into a feed and what comes out of it.

use alloc::string::String;
use alloc::vec::Vec;

use crate::mirror::Change;
use crate::timer::Timer;
use crate::wire::Node;

use super::state::{FeedState, Reason};

/// How a feed gets its credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Auth {
    /// The node is readable by anybody.
    None,
    /// One token that cannot be renewed.
    Fixed,
    /// A function of the app's gives a new token whenever one is needed.
    Renewable,
}

/// Names one stream or one request for a token. Answers to another than the current one are late
/// and are ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestId(pub u32);

/// A fact the shell reports.
#[derive(Clone, Debug)]
pub enum FeedInput<'a> {
    /// The app's `auth` function answered; `None` when nobody is signed in.
    TokenArrived(RequestId, Option<String>),
    /// The app's `auth` function threw or rejected; the message says how.
    TokenFailed(RequestId, &'a str),
    /// The server answered 200 and streams.
    StreamOpened(RequestId),
    /// The server answered with another status, and this body.
    StreamRefused(RequestId, u16, &'a str),
    /// Bytes of the stream.
    BytesArrived(RequestId, &'a [u8]),
    /// The stream ended or broke, or there was no connection; the message says how.
    StreamEnded(RequestId, &'a str),
    /// The browser has a network again.
    Online,
    /// The browser lost its network.
    Offline,
    /// The tab came to the front, or a frozen one was resumed.
    Visible,
    /// The page came back from the back/forward cache, where streams don't survive.
    Restored,
    /// The app has new credentials, to be had in this way.
    CredentialsChanged(Auth),
    /// This tab holds the lock of the tabs that share the feed: the stream is its business now.
    Lead,
    /// The page is about to be frozen or put into the back/forward cache: another tab has to lead.
    Suspend,
    /// The leading tab says what it knows: its state, and its value as the data of a `put` at `/`, if it has one.
    Heard(FeedState, Option<&'a str>),
    /// A timer of [`Feed::timers`](super::Feed::timers) fired.
    TimerFired(Timer),
    /// The app closed the feed.
    Close,
}

/// An order to the shell, or news for the app.
#[derive(Clone, Debug)]
pub enum FeedOutput {
    /// Call the app's `auth` function; `fresh` when the last token was refused or is running out.
    RequestToken {
        /// To be given back with the answer.
        request: RequestId,
        /// Whether a cached token won't do.
        fresh: bool,
    },
    /// Open a stream at this address. It holds the token: it must not be logged.
    OpenStream {
        /// To be given back with what arrives.
        stream: RequestId,
        /// The whole address.
        url: String,
    },
    /// Close the stream.
    CloseStream,
    /// The feed's state changed.
    StateChanged {
        /// The state before.
        previous: FeedState,
        /// The state now.
        state: FeedState,
        /// Why, where there is something to say.
        reason: Option<Reason>,
    },
    /// Ask the leading tab what it knows.
    AskLeader,
    /// Tell the other tabs what this one knows: its state and its value.
    TellTabs,
    /// Leave the lead to another tab. `rejoin` when this one may be asked again later.
    StepDown {
        /// Whether to stand in line for the lock again.
        rejoin: bool,
    },
    /// The first value of this feed arrived. It announces nothing by itself.
    Baseline,
    /// The value differs from the last one known.
    Changed {
        /// The differences, in the order in which they are announced.
        changes: Vec<Change>,
        /// The value before.
        previous: Option<Node>,
    },
}
