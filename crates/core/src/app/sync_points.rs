//! The sync points: where what is displayed may no longer be what the server has. All of them run one comparison, and one review.

use super::{App, Child, Output, Step};
use crate::feed::message::FeedInput;
use crate::feed::Feed;
use crate::revision::Revision;
use crate::time::Millis;
use crate::views::since::Since;
use crate::views::ViewId;

/// The child whose change stands for all others of its batch.
pub(super) const UPDATED: &str = "updated";

/// How long after an answer that was read before the newest change the page is reviewed: the app renders it first, in
/// handlers and in promises that follow.
const REVIEW_DELAY: Millis = Millis(50);

impl App {
    /// The tab was hidden: from now on its refreshes are pending.
    pub fn hide(&mut self) {
        self.hidden = true;
    }

    /// The tab is visible: what is pending is done, and the feed looks whether the stream still lives.
    pub fn reveal(&mut self, now: Millis) {
        self.hidden = false;
        self.feed_input(now, FeedInput::Visible);
        self.settle_soon();
        self.entities.retry_all();
    }

    /// The browser has a network again.
    pub fn online(&mut self, now: Millis) {
        self.feed_input(now, FeedInput::Online);
        self.entities.retry_all();
    }

    /// The page came back from the back/forward cache, and is seen: what is pending is done.
    pub fn restore(&mut self, now: Millis) {
        self.hidden = false;
        self.feed_input(now, FeedInput::Restored);
        self.settle_soon();
        self.entities.retry_all();
    }

    /// Displays a page view, or none. The pending refresh of one that comes back is run.
    pub fn show(&mut self, now: Millis, page: Option<ViewId>, since: Option<Since>) {
        self.observe(now);
        let connected = self.feed.as_ref().is_some_and(Feed::has_baseline);
        let applied = if connected {
            self.feed_revision
        } else {
            Revision::default()
        };
        if page != self.views.page() {
            self.entities.forget_locations();
        }
        self.views.show(page, applied, since);
        self.steps.push_back(Step::SettlePage(None));
        // What the page says of itself holds for all that it shows.
        if since.is_none() {
            self.steps.push_back(Step::ReviewPage);
        }
    }

    /// Has the displayed page view compared with the feed, and what it shows with what was seen since it was read.
    fn settle_soon(&mut self) {
        self.steps.push_back(Step::SettlePage(None));
        self.steps.push_back(Step::ReviewPage);
    }

    /// An answer that is older than a change landed: soon the app has rendered it.
    pub(super) fn review_soon(&mut self, now: Millis) {
        self.review.get_or_insert(now + REVIEW_DELAY);
    }

    /// The one comparison: is what the feed says different from what this screen has applied?
    pub(super) fn settle_page(&mut self, child: Option<Child>) -> Option<Output> {
        let feed = self.feed.as_ref().filter(|feed| feed.has_baseline())?;
        let page = self.views.page()?;
        let revision = self.feed_revision.max(self.views.restarts_at(page));
        if !self
            .views
            .is_pending(page, revision, |since| since.is_outdated(feed.value()))
        {
            return None;
        }
        if self.hidden {
            let news = self.deferred < revision;
            self.deferred = revision;
            return news.then_some(Output::Deferred { view: page });
        }
        // One pass under way, one pending: that one will answer whatever comes until then.
        if self.page_is_under_way() {
            let before = self.postponed.take().flatten();
            self.postponed = Some(child.or(before));
            return None;
        }
        let child = child.unwrap_or_else(|| Child::of(UPDATED, feed.value()));
        Some(Output::CallHook {
            view: page,
            child,
            revision,
        })
    }

    /// A page view was walked for the changes that came while it was displayed. What it shows may have been requested
    /// before one that came earlier, and be answered only now.
    pub(super) fn review_page(&mut self) -> Option<Output> {
        self.feed.as_ref().filter(|feed| feed.has_baseline())?;
        let view = self.views.page().filter(|_| !self.hidden)?;
        if self.page_is_under_way() {
            self.review_postponed = true;
            return None;
        }
        Some(Output::ReviewPage { view })
    }
}
