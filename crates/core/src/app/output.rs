//! The orders an App gives.

use alloc::string::String;
use alloc::vec::Vec;

use crate::change::ModelChange;
use crate::feed::message::{FeedOutput, RequestId};
use crate::feed::state::{FeedState, Reason};
use crate::mirror::Change;
use crate::refresh::{EntityId, FlightId, Outcome};
use crate::revision::Revision;
use crate::views::ViewId;
use crate::wire::{Key, Node};

/// A child of the user's node, as a snapshot shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Child {
    /// Its name.
    pub key: Key,
    /// Its value; `None` when it is absent.
    pub node: Option<Node>,
    /// The child before it.
    pub previous: Option<Key>,
}

impl Child {
    /// The child `key` of `parent` as it is now.
    ///
    /// # Panics
    /// If `key` is no valid key; it is a constant of this crate.
    pub(super) fn of(key: &str, parent: Option<&Node>) -> Self {
        let node = parent.and_then(|parent| parent.child(key)).cloned();
        let Ok(key) = Key::new(key) else {
            unreachable!("the names this crate asks for are valid keys");
        };
        Self {
            key,
            node,
            previous: None,
        }
    }

    /// The child that `change` added or changed; `None` for the other kinds.
    pub(super) fn from_new(change: &Change) -> Option<Self> {
        match change {
            Change::Added { key, node, prev } | Change::Changed { key, node, prev } => Some(Self {
                key: key.clone(),
                node: Some(node.clone()),
                previous: prev.clone(),
            }),
            _ => None,
        }
    }
}

/// An order to the shell. Those of the feed are explained at [`FeedOutput`].
#[derive(Clone, Debug)]
pub enum Output {
    /// See [`FeedOutput::RequestToken`].
    RequestToken {
        /// To be given back with the answer.
        request: RequestId,
        /// Whether a cached token won't do.
        fresh: bool,
    },
    /// See [`FeedOutput::OpenStream`].
    OpenStream {
        /// To be given back with what arrives.
        stream: RequestId,
        /// The whole address, with the token.
        url: String,
    },
    /// Close the stream.
    CloseStream,
    /// Trigger `feed:state`.
    StateChanged {
        /// The feed, as the shell named it.
        feed: u32,
        /// The state before.
        previous: FeedState,
        /// The state now.
        state: FeedState,
        /// Why, where there is something to say.
        reason: Option<Reason>,
    },
    /// See [`FeedOutput::AskLeader`].
    AskLeader {
        /// The feed, as the shell named it.
        feed: u32,
    },
    /// See [`FeedOutput::TellTabs`].
    TellTabs {
        /// The feed, as the shell named it.
        feed: u32,
    },
    /// See [`FeedOutput::StepDown`].
    StepDown {
        /// The feed, as the shell named it.
        feed: u32,
        /// Whether to stand in line for the lock again.
        rejoin: bool,
    },
    /// Trigger this event on `App.Events` with a snapshot of the child.
    Emit {
        /// The event's name.
        event: &'static str,
        /// What the snapshot shows.
        child: Child,
        /// The pass that the snapshot belongs to.
        revision: Revision,
    },
    /// Trigger `model-<operation>-of-type-<name>` on `App.Events`.
    EmitModel {
        /// What the feed says of the type.
        model: ModelChange,
        /// The pass that the snapshot belongs to.
        revision: Revision,
    },
    /// Call `remoteRefresh` of the displayed page view, or what stands for it.
    CallHook {
        /// The page view.
        view: ViewId,
        /// What the snapshot shows.
        child: Child,
        /// The pass that the snapshot belongs to.
        revision: Revision,
    },
    /// Ask [`App::review_entity`](super::App::review_entity) for each entity that the displayed page view shows, and call
    /// no hook.
    ReviewPage {
        /// The page view.
        view: ViewId,
    },
    /// Say of each of these entities whether it is in view ([`App::in_view`](super::App::in_view)): more are ready to fetch
    /// than slots are free, and those in view go first. Comes right before the orders to fetch, at most once for an entity
    /// while it waits. Of what nobody says anything counts as out of view: then the order is that of readiness.
    Locate {
        /// The entities.
        entities: Vec<EntityId>,
    },
    /// Fetch the entity, now: the fetch has its time limit and its slot from here on. What cannot be made is to be given
    /// back at once, by [`App::fetch_settled`](super::App::fetch_settled), [`App::hold`](super::App::hold) or
    /// [`App::forget_entity`](super::App::forget_entity), else its slot is taken until the time limit.
    Fetch {
        /// The entity.
        entity: EntityId,
        /// To be given back when it has settled.
        flight: FlightId,
    },
    /// Report that this fetch, which was waited for, ended.
    Settled {
        /// The entity.
        entity: EntityId,
        /// The fetch.
        flight: FlightId,
        /// How it ended.
        outcome: Outcome,
    },
    /// Stop waiting for this fetch; it took too long.
    FetchExpired {
        /// The entity.
        entity: EntityId,
        /// The fetch.
        flight: FlightId,
    },
    /// The displayed page view's refresh waits until the tab is visible.
    Deferred {
        /// The page view.
        view: ViewId,
    },
}

/// The name the original used for both new and changed children.
const CHILD_ADDED: &str = "firebase.child_added";
const CHILD_CHANGED: &str = "firebase.child_changed";
const CHILD_REMOVED: &str = "firebase.child_removed";

impl Output {
    /// The events of one change: `firebase.child_added` for each child that is new or has changed,
    /// and the two that mean what the SDK's names mean.
    pub(super) fn push_emits(change: Change, revision: Revision, mut push: impl FnMut(Self)) {
        let mut emit = |event, child: Child| {
            push(Self::Emit {
                event,
                child,
                revision,
            })
        };
        match change {
            Change::Removed { key, old } => {
                emit(
                    CHILD_REMOVED,
                    Child {
                        key,
                        node: Some(old),
                        previous: None,
                    },
                );
            }
            Change::Added { key, node, prev } => {
                emit(
                    CHILD_ADDED,
                    Child {
                        key,
                        node: Some(node),
                        previous: prev,
                    },
                );
            }
            Change::Changed { key, node, prev } => {
                let child = Child {
                    key,
                    node: Some(node),
                    previous: prev,
                };
                emit(CHILD_ADDED, child.clone());
                emit(CHILD_CHANGED, child);
            }
            _ => {}
        }
    }

    /// Whether the order is pointless once the feed is closed.
    pub(super) const fn is_of_feed(&self) -> bool {
        matches!(
            self,
            Self::Emit { .. }
                | Self::EmitModel { .. }
                | Self::CallHook { .. }
                | Self::ReviewPage { .. }
                | Self::Deferred { .. }
                | Self::RequestToken { .. }
                | Self::OpenStream { .. }
                | Self::AskLeader { .. }
                | Self::TellTabs { .. }
        )
    }

    /// The order that a feed's output is, if it is one.
    pub(super) fn from_feed(feed: u32, output: FeedOutput) -> Option<Self> {
        match output {
            FeedOutput::RequestToken { request, fresh } => {
                Some(Self::RequestToken { request, fresh })
            }
            FeedOutput::OpenStream { stream, url } => Some(Self::OpenStream { stream, url }),
            FeedOutput::CloseStream => Some(Self::CloseStream),
            FeedOutput::AskLeader => Some(Self::AskLeader { feed }),
            FeedOutput::TellTabs => Some(Self::TellTabs { feed }),
            FeedOutput::StepDown { rejoin } => Some(Self::StepDown { feed, rejoin }),
            FeedOutput::StateChanged {
                previous,
                state,
                reason,
            } => Some(Self::StateChanged {
                feed,
                previous,
                state,
                reason,
            }),
            FeedOutput::Baseline | FeedOutput::Changed { .. } => None,
        }
    }
}
