//! Slices: a walk of a long page stops when its time is used up, and goes on in a later task.

use super::pass::{Pass, PassId};
use super::{App, Step};

/// How long a slice of a walk may take, in milliseconds. What follows in the same task comes on top: the view at which the
/// time was up, whose hook is the app's code, and the fetches that start. A quarter of the 50 ms that make a task a long
/// one (W3C, Long Tasks) leaves room for those on a machine that is three times as slow as it seemed.
pub const SLICE: f64 = 12.0;

impl App {
    /// Whether a slice that began at `began` is to end now. Both are times of one monotonic clock (`performance.now()`), in
    /// milliseconds. To be asked after each view, so that every slice does some of the work; a clock that makes no sense
    /// ends the slice.
    #[must_use]
    pub fn slice_is_over(began: f64, now: f64) -> bool {
        !(0.0..SLICE).contains(&(now - began))
    }

    /// Leaves the pass under way, which is the innermost, with some of its walk left to do. Each suspended pass must be
    /// resumed some time, by the name returned. Once the outermost pass is suspended or left, poll: what the slice gathered starts.
    pub fn suspend_pass(&mut self) -> PassId {
        self.passes.suspend()
    }

    /// Enters a suspended pass again, for the next slice: `true` to go on with what is left of its walk, and then leave or
    /// suspend it. `false` to drop what is left: then nothing is to be left; poll.
    ///
    /// Dropped is
    ///
    /// - a pass of the feed's for a page view that is no longer displayed, or while the tab is hidden: nobody would see its
    ///   fetches. The page view counts as if the pass had not been; it is pending until it is seen.
    /// - every pass that began before a feed was closed, even if somebody asked for it: the user may have signed out, and
    ///   another one signed in. What the next feed's first value concerns is everything.
    ///
    /// What somebody asked for otherwise goes on, hidden or not, as it would have without slices; and so does a pass of the
    /// feed's that never came to the page view (a subview's hook that called back late), since nothing would come back for the
    /// views it has yet to come to.
    pub fn resume_pass(&mut self, id: PassId) -> bool {
        let Some(pass) = self.passes.take(id) else {
            return false;
        };
        let goes_on = self.goes_on(&pass);
        if goes_on {
            self.passes.resume(pass);
        } else {
            self.drop_pass(&pass);
        }
        goes_on
    }

    fn goes_on(&self, pass: &Pass) -> bool {
        let is_seen = |page| self.views.page() == Some(page) && !self.hidden;
        let page = pass.page.filter(|_| pass.applied.is_some());
        self.passes.is_of_today(pass) && page.is_none_or(is_seen)
    }

    /// The page view has not applied the pass. Some of its views have, but its next pass must come to all of them, those
    /// below them included: so that gets a revision of its own. Entities that were asked already are not asked again.
    fn drop_pass(&mut self, pass: &Pass) {
        if let (Some(page), Some(applied)) = (pass.page, pass.applied) {
            // A newer pass of the page reaches back to what this one answered from.
            if self.views.walked(page) <= pass.revision {
                self.revision = self.revision.next();
                self.entities.saw(self.revision);
                self.views.restart(page, applied, self.revision);
            }
            if self.hidden {
                // Says that the page view waits until the tab is seen.
                self.steps.push_back(Step::SettlePage(None));
            }
        }
        self.end_of_pass();
    }

    /// A pass is over: what waited for it is done, once no other of the displayed page view is under way.
    pub(super) fn end_of_pass(&mut self) {
        if self.page_is_under_way() {
            return;
        }
        if let Some(child) = self.postponed.take() {
            self.steps.push_back(Step::SettlePage(child));
        }
        if core::mem::take(&mut self.review_postponed) {
            self.steps.push_back(Step::ReviewPage);
        }
    }

    /// Whether a pass of the feed's for the displayed page view is not over yet.
    pub(super) fn page_is_under_way(&self) -> bool {
        let page = self.views.page();
        page.is_some_and(|page| self.passes.is_under_way(page))
    }
}
