//! Looking inside: how the feed, the page and the entities stand, for people. Nothing is decided by it.

use super::App;
use crate::feed::Feed;
use crate::refresh::{EntityId, EntityStatus};
use crate::time::Millis;
use crate::timer::Timer;

/// What the App is waiting for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outlook {
    /// The feed hears from another tab, which has the stream.
    pub follows: bool,
    /// When the stream is tried again.
    pub retry_at: Option<Millis>,
    /// When a new token is asked for.
    pub renew_at: Option<Millis>,
    /// When a change that waits (for quiet, or for this client's turn) is answered.
    pub answer_at: Option<Millis>,
    /// The displayed page view has not applied what the feed says.
    pub page_pending: bool,
}

impl App {
    /// What the App is waiting for.
    #[must_use]
    pub fn outlook(&self) -> Outlook {
        let timer = |timer| self.feed.as_ref().and_then(|feed| feed.timers().at(timer));
        let page = self.views.page();
        Outlook {
            follows: self.feed.as_ref().is_some_and(Feed::follows),
            retry_at: timer(Timer::Reconnect),
            renew_at: timer(Timer::RenewToken),
            answer_at: self.pace.next(),
            page_pending: page.is_some_and(|page| {
                let revision = self.feed_revision.max(self.views.restarts_at(page));
                self.page_is_under_way() || self.views.applied(page) < revision
            }),
        }
    }

    /// What is under way for an entity, and what is pending.
    #[must_use]
    pub fn status(&self, entity: EntityId) -> EntityStatus {
        self.entities.status(entity)
    }
}
