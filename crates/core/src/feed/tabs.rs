//! One stream for all tabs of a user in one browser.
//!
//! The tab that holds a lock leads: it has the stream, and tells the others its state and its value, never more than that.
//! The others follow: they compare what they hear with what they know, as they would a stream's first value (*state, not
//! messages*), so a message that a tab missed is made up for by the next one. When the leader closes, crashes or freezes, the
//! lock passes on, and the new leader opens a stream and compares.

use alloc::vec::Vec;

use super::message::{FeedInput, FeedOutput};
use super::state::{FeedState, Reason};
use super::Feed;
use crate::time::Millis;
use crate::wire::StreamEvent;

/// What a tab is among those that share a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// It shares with nobody.
    Alone,
    /// It has the stream.
    Leader,
    /// It hears from the leader.
    Follower,
}

impl Feed {
    /// Shares the feed with other tabs: before it starts, it follows, until the lock makes it lead.
    #[must_use]
    pub fn shared(mut self) -> Self {
        self.role = Role::Follower;
        self
    }

    /// Whether this tab has something to tell the others.
    #[must_use]
    pub fn leads(&self) -> bool {
        self.role == Role::Leader
    }

    /// Whether this tab hears from another one, and so has no stream of its own.
    #[must_use]
    pub fn follows(&self) -> bool {
        self.role == Role::Follower
    }

    pub(super) fn lead(&mut self, now: Millis, out: &mut Vec<FeedOutput>) {
        if self.role != Role::Follower || self.state == FeedState::Closed {
            return;
        }
        self.role = Role::Leader;
        let reason = Reason::new("leading", "this tab takes over the stream");
        self.restart(now, reason, out);
    }

    /// The page goes to sleep with its streams and timers; what it may miss it will ask for.
    pub(super) fn suspend(&mut self, out: &mut Vec<FeedOutput>) {
        if self.role == Role::Leader {
            self.rest(out);
            self.role = Role::Follower;
            out.push(FeedOutput::StepDown { rejoin: true });
        }
    }

    /// What a follower does: it has no stream, no token and no timers.
    pub(super) fn follow(&mut self, input: FeedInput<'_>, out: &mut Vec<FeedOutput>) {
        match input {
            FeedInput::Heard(state, data) if self.state != FeedState::Closed => {
                self.hear_leader(state, data, out);
            }
            FeedInput::Online => self.online = true,
            FeedInput::Offline => self.online = false,
            // Messages may have been lost while the page slept.
            FeedInput::Visible | FeedInput::Restored => out.push(FeedOutput::AskLeader),
            // A page that sleeps must not stand in line for the lock.
            FeedInput::Suspend => out.push(FeedOutput::StepDown { rejoin: true }),
            FeedInput::CredentialsChanged(auth) => self.auth = auth,
            _ => {}
        }
    }

    fn hear_leader(&mut self, state: FeedState, data: Option<&str>, out: &mut Vec<FeedOutput>) {
        // A leader whose credentials were refused steps down, and one that closes is followed by another.
        if state.is_at_rest() {
            return;
        }
        self.set_state(state, None, out);
        if let Some(Ok(Some(event))) =
            data.map(|data| StreamEvent::parse_with(self.read_json, "put", data))
        {
            // A value that can't be applied (from a tab of another version, say) is none; the next one may be.
            let _ = self.apply_value(&event, out);
        }
    }
}
