//! One App: the feed, the views and the refresh engine put together.
//!
//! Facts go in by methods that take the time; orders come out of [`App::poll`], one at a time, so
//! that each is decided on what is true when it is carried out (*decide, then act*): the shell ends
//! its borrow, calls JavaScript, and polls again. A handler may do anything meanwhile.
//!
//! Every sync point (first value, change, page shown, tab visible) runs one function, `settle_page`: is
//! what the feed holds different from what this screen has applied? (*state, not messages*)

mod echo;
mod inspect;
mod output;
mod pace;
mod pass;
mod refreshable;
mod requests;
mod slices;
mod sync_points;
mod traffic;

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;

pub use echo::WriteId;
pub use inspect::Outlook;
pub use output::{Child, Output};
pub use pace::Debounce;
pub use pass::{PassId, Snapshot};
pub use refreshable::{NewModel, SingleStep};
pub use requests::Visit;
pub use slices::SLICE;
pub use traffic::{is_write, AppRequest, Read, Source};

use echo::Echoes;
use pace::Pace;
use pass::{Pass, Passes};
use sync_points::UPDATED;
use traffic::Traffic;

use crate::change::{Concerned, Concerns, ModelChange, NodeChange, TypeId};
use crate::feed::message::{FeedInput, FeedOutput};
use crate::feed::Feed;
use crate::mirror::Change;
use crate::refresh::{Entities, EntityId, Limits, Outcome};
use crate::revision::Revision;
use crate::time::Millis;
use crate::views::since::Since;
use crate::views::{ViewId, Views};
use crate::wire::Node;

/// What is to be done next.
#[derive(Debug)]
enum Step {
    /// Hand this to the shell.
    Out(Output),
    /// The handlers that run from here on belong to this pass.
    EnterPass(Pass),
    /// They no longer do.
    LeavePass,
    /// Compare the displayed page view with the feed; the child is what its hook is shown.
    SettlePage(Option<Child>),
    /// Look for what the displayed page view shows of before a change that it was not walked for.
    ReviewPage,
}

/// What an app may choose when its App is made.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The engine's limits.
    pub limits: Limits,
    /// How refreshes are paced.
    pub debounce: Debounce,
    /// This client's name in the feed's `origin`, and its place in every spread.
    pub client: Box<str>,
    /// Feeds all jitter.
    pub seed: u64,
}

/// One App.
#[derive(Debug)]
pub struct App {
    feed: Option<Feed>,
    /// Names the feed to the shell, which chose it.
    feed_id: u32,
    /// The last request id of the feeds before.
    last_id: u32,
    views: Views,
    entities: Entities,
    steps: VecDeque<Step>,
    /// The newest revision, whoever caused it.
    revision: Revision,
    /// The newest revision the feed caused: what page views are compared with.
    feed_revision: Revision,
    /// What the feed's revisions concerned.
    concerned: Concerned,
    /// The newest revision of the feed's and its types, if it is one change of those alone.
    exact: (Revision, Vec<ModelChange>),
    /// This client's own writes.
    echoes: Echoes,
    /// The requests that the app started itself.
    traffic: Traffic,
    /// The passes under way, and those that are suspended.
    passes: Passes,
    /// The page is to be compared with the feed when its pass under way is over; with what its hook is shown then.
    postponed: Option<Option<Child>>,
    /// The page is to be reviewed when its pass under way is over.
    review_postponed: bool,
    /// When the next change is answered.
    pace: Pace,
    /// What the hook is shown when that is later: the newest change that waits.
    waiting: Option<Child>,
    client: Box<str>,
    hidden: bool,
    /// The revision whose refresh was put off last, so that it is said once.
    deferred: Revision,
    /// When the page is to be reviewed.
    review: Option<Millis>,
    seed: u64,
    /// The latest time seen, to notice a clock that was set back.
    now: Millis,
}

impl App {
    /// An App without a feed.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let Settings {
            limits,
            debounce,
            client,
            seed,
        } = settings;
        Self {
            feed: None,
            feed_id: 0,
            last_id: 0,
            views: Views::default(),
            entities: Entities::new(limits, seed),
            steps: VecDeque::new(),
            revision: Revision::default(),
            feed_revision: Revision::default(),
            concerned: Concerned::default(),
            exact: Default::default(),
            echoes: Echoes::default(),
            traffic: Traffic::default(),
            passes: Passes::default(),
            postponed: None,
            review_postponed: false,
            pace: Pace::new(debounce, &client),
            waiting: None,
            client,
            hidden: false,
            deferred: Revision::default(),
            review: None,
            seed,
            now: Millis::default(),
        }
    }

    /// This client's name in the feed's `origin`.
    #[must_use]
    pub fn client(&self) -> &str {
        &self.client
    }

    /// The number of a type of model, for [`App::visit_entity`]. `None` when there are too many: use no type then.
    pub fn type_id(&mut self, name: &str) -> Option<TypeId> {
        self.concerned.type_id(name)
    }

    /// The feed, if the app connected one.
    #[must_use]
    pub const fn feed(&self) -> Option<&Feed> {
        self.feed.as_ref()
    }

    /// What the shell calls the feed that is open, if one is.
    #[must_use]
    pub fn feed_id(&self) -> Option<u32> {
        self.feed.as_ref().map(|_| self.feed_id)
    }

    /// The views, to number them.
    pub fn views_mut(&mut self) -> &mut Views {
        &mut self.views
    }

    /// The entities, to number them.
    pub fn entities_mut(&mut self) -> &mut Entities {
        &mut self.entities
    }

    /// Frees the number of a view that is gone. A suspended pass of the feed's for this page view is dropped when it is resumed.
    pub fn forget_view(&mut self, view: ViewId) {
        self.views.forget(view);
        self.passes.forget_page(view);
    }

    /// Frees the number of an entity that is gone, and its slot: poll after it.
    pub fn forget_entity(&mut self, entity: EntityId) {
        self.entities.forget(entity);
        self.echoes.forget(entity);
        self.traffic.forget(entity);
    }

    // The feed
    // --------

    /// Replaces the feed by the one that `make` returns from a seed and the last request id used. Its
    /// state changes will name it by `feed_id`.
    /// What is displayed was loaded before this feed's first value, so that its refresh is pending, unless
    /// `since` says what the page was rendered from.
    pub fn connect(
        &mut self,
        now: Millis,
        feed_id: u32,
        since: Option<Since>,
        make: impl FnOnce(u64, u32) -> Feed,
    ) {
        self.close(now);
        self.seed = self.seed.wrapping_add(1);
        let mut feed = make(self.seed, self.last_id);
        let mut out = Vec::new();
        feed.start(now, &mut out);
        self.feed = Some(feed);
        self.feed_id = feed_id;
        if since.is_some() {
            self.views
                .show(self.views.page(), Revision::default(), since);
        }
        self.take_feed_outputs(out);
    }

    /// Closes the feed. Nothing happens if there is none, or it is closed already. What was about to
    /// be announced or asked for is not: after a sign-out nobody hears of the last user's values.
    pub fn close(&mut self, now: Millis) {
        self.steps.retain(|step| match step {
            Step::SettlePage(_) | Step::ReviewPage => false,
            Step::Out(order) => !order.is_of_feed(),
            Step::EnterPass(_) | Step::LeavePass => true,
        });
        self.pace.forget();
        self.waiting = None;
        self.review = None;
        self.postponed = None;
        self.review_postponed = false;
        self.feed_input(now, FeedInput::Close);
        if let Some(feed) = self.feed.take() {
            self.last_id = feed.last_id();
            self.passes.close_feed();
        }
    }

    /// Hands a fact to the feed.
    pub fn feed_input(&mut self, now: Millis, input: FeedInput<'_>) {
        self.observe(now);
        let Some(feed) = self.feed.as_mut() else {
            return;
        };
        let mut out = Vec::new();
        feed.handle(now, input, &mut out);
        self.take_feed_outputs(out);
    }

    /// Another tab asks what this one knows: it is told if this one leads.
    pub fn asked_by_tab(&mut self) {
        if self.feed.as_ref().is_some_and(Feed::leads) {
            self.steps
                .push_back(Step::Out(Output::TellTabs { feed: self.feed_id }));
        }
    }

    fn take_feed_outputs(&mut self, outputs: Vec<FeedOutput>) {
        for output in outputs {
            match output {
                FeedOutput::Baseline => {
                    self.feed_changed();
                    self.concerned.note_everything(self.revision);
                    self.steps.push_back(Step::SettlePage(None));
                }
                FeedOutput::Changed { changes, previous } => {
                    self.announce(changes, previous.as_ref())
                }
                order => self
                    .steps
                    .extend(Output::from_feed(self.feed_id, order).map(Step::Out)),
            }
        }
    }

    fn feed_changed(&mut self) {
        self.revision = self.revision.next();
        self.feed_revision = self.revision;
        self.entities.saw(self.revision);
    }

    /// Emits one batch and has the page settle in the same pass: the children of one write are one
    /// change, whoever listens to them.
    fn announce(&mut self, changes: Vec<Change>, previous: Option<&Node>) {
        let change = NodeChange::between(previous, self.value());
        let concerning = change.concerns != Concerns::Nothing;
        if concerning {
            self.feed_changed();
            self.concerned.note(&change, self.revision);
            let exact = change.concerns == Concerns::Types;
            let models = if exact {
                change.models.clone()
            } else {
                Vec::new()
            };
            self.exact = (self.revision, models);
            if let Some(origin) = &change.origin {
                self.echoes
                    .hear(&self.client, origin, self.revision, self.now);
            }
        }
        let own = change
            .origin
            .as_ref()
            .is_some_and(|origin| echo::is_own(&self.client, origin));
        // Who caused a change looks at what it touched: no wait for them.
        let spread = if own {
            Millis::default()
        } else {
            change.spread
        };
        let children = || changes.iter().filter_map(Child::from_new);
        let shown = children()
            .find(|child| child.key.as_str() == UPDATED)
            .or_else(|| children().next());
        let pass = Pass::for_change(self.feed_revision);
        self.steps.push_back(Step::EnterPass(pass));
        for change in changes {
            Output::push_emits(change, pass.revision, |output| {
                self.steps.push_back(Step::Out(output))
            });
        }
        for model in change.models {
            self.steps.push_back(Step::Out(Output::EmitModel {
                model,
                revision: pass.revision,
            }));
        }
        if concerning && self.pace.answer_now(self.now, spread) {
            self.steps.push_back(Step::SettlePage(shown));
        } else if concerning {
            self.waiting = shown;
        }
        self.steps.push_back(Step::LeavePass);
    }

    // Passes
    // ------

    /// Opens a pass for a call of `RemoteRefresh`, to be closed by [`App::leave_pass`]: the pass of
    /// the snapshot if that belongs to one, else the pass under way, else a new one, since somebody
    /// wants everything below this view as it is now.
    pub fn enter_pass(&mut self, snapshot: Option<Snapshot>) -> Revision {
        let revision = self.passes.enter(snapshot, || {
            self.revision = self.revision.next();
            self.revision
        });
        // A fetch that starts before a suspended walk comes to its entity shows what is asked for here.
        self.entities.saw(self.revision);
        revision
    }

    /// Closes the pass that was opened last. After the outermost one poll: what it gathered starts then.
    pub fn leave_pass(&mut self) {
        self.passes.leave();
        self.end_of_pass();
    }

    /// Whether a pass is under way: while one is, [`App::poll`] starts no fetch.
    #[must_use]
    pub fn is_in_pass(&self) -> bool {
        self.passes.current().is_some()
    }

    // Time
    // ----

    /// When [`App::wake`] is to be called next: `None` while nothing is waited for.
    #[must_use]
    pub fn next_timeout(&mut self) -> Option<Millis> {
        let feed = self.feed.as_ref().and_then(|feed| feed.timers().next());
        feed.into_iter()
            .chain(self.entities.next_timeout())
            .chain(self.pace.next())
            .chain(self.review)
            .min()
    }

    /// Does what is due at `now`.
    pub fn wake(&mut self, now: Millis) {
        self.observe(now);
        // First, so that a fetch that is over is ended before anything starts another one.
        while let Some((entity, flight)) = self.entities.pop(now) {
            self.steps
                .push_back(Step::Out(Output::FetchExpired { entity, flight }));
            self.fetch_settled(now, entity, flight, Outcome::Failed(None));
        }
        while let Some(timer) = self
            .feed
            .as_mut()
            .and_then(|feed| feed.timers_mut().pop(now))
        {
            self.feed_input(now, FeedInput::TimerFired(timer));
        }
        if self.pace.pop(now) {
            let child = self.waiting.take();
            self.steps.push_back(Step::SettlePage(child));
        }
        if self.review.is_some_and(|at| at <= now) {
            self.review = None;
            self.steps.push_back(Step::ReviewPage);
        }
    }

    /// A clock that was set back must not make anybody wait for the lost time again.
    fn observe(&mut self, now: Millis) {
        if now < self.now {
            if let Some(feed) = self.feed.as_mut() {
                feed.clock_set_back(self.now, now);
            }
            self.entities.clock_set_back(self.now, now);
            self.pace.clock_set_back(self.now, now);
            self.review = self.review.map(|at| now + (at - self.now));
        }
        self.now = now;
    }

    // Orders
    // ------

    /// The next order for the shell, at `now`. Call it after every fact and after the outermost pass, until it gives none,
    /// with no borrow alive while an order is carried out.
    ///
    /// Fetches come last, so that all that a turn asks for is known when the first one starts, and none while a pass is under
    /// way: a walk gathers.
    pub fn poll(&mut self, now: Millis) -> Option<Output> {
        self.observe(now);
        while let Some(step) = self.steps.pop_front() {
            match step {
                Step::Out(output) => return Some(output),
                Step::EnterPass(pass) => self.passes.push(pass),
                Step::LeavePass => self.leave_pass(),
                Step::SettlePage(child) => {
                    if let Some(output) = self.settle_page(child) {
                        return Some(output);
                    }
                }
                Step::ReviewPage => {
                    if let Some(output) = self.review_page() {
                        return Some(output);
                    }
                }
            }
        }
        self.next_fetch()
    }

    fn next_fetch(&mut self) -> Option<Output> {
        if self.is_in_pass() {
            return None;
        }
        let entities = self.entities.take_unlocated();
        if !entities.is_empty() {
            return Some(Output::Locate { entities });
        }
        let (entity, flight) = self.entities.start_next(self.now)?;
        Some(Output::Fetch { entity, flight })
    }

    /// What a snapshot of the user's node is made from: the node as the feed has it.
    #[must_use]
    pub fn value(&self) -> Option<&Node> {
        self.feed.as_ref().and_then(Feed::value)
    }
}
