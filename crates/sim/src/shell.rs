//! The shell around each App, as the browser's: facts in, orders out, one timer, locks and channels, the app's `auth`.

use remote_refresh_core::app::{App, Output};
use remote_refresh_core::feed::endpoint::Endpoint;
use remote_refresh_core::feed::message::{Auth, FeedInput, RequestId};
use remote_refresh_core::feed::state::FeedState;
use remote_refresh_core::feed::timing::Timing;
use remote_refresh_core::feed::Feed;
use remote_refresh_core::time::Millis;
use remote_refresh_core::views::since::Since;
use remote_refresh_core::wire::{Json, Path, StreamEvent};

use crate::queue::TabEvent;
use crate::tabs::Line;
use crate::world::World;

/// How late a browser's timers may be in a tab that is hidden, in milliseconds.
const THROTTLE: u64 = 60_000;

/// The life of a token once the faults are over, in milliseconds.
const DAY: u64 = 86_400_000;

impl World {
    /// Takes a fact to a tab's core, and carries out what follows; a call from within a handler only adds its fact.
    pub(crate) fn act(&mut self, tab: usize, fact: impl FnOnce(&mut App, Millis)) {
        let now = self.clock(tab);
        let subject = &mut self.tabs[tab];
        fact(&mut subject.app, now);
        let value = subject
            .app
            .feed()
            .filter(|feed| feed.has_baseline())
            .map(Feed::value);
        subject.heard.look(value);
        self.check_owner(tab);
        self.carry_out_all(tab);
    }

    /// Carries out what the core orders, unless that is being done further up the stack.
    pub(crate) fn carry_out_all(&mut self, tab: usize) {
        if std::mem::replace(&mut self.tabs[tab].carrying_out, true) {
            return;
        }
        while self.failure.is_none() {
            let now = self.clock(tab);
            let Some(order) = self.tabs[tab].app.poll(now) else {
                break;
            };
            self.carry_out(tab, order);
        }
        self.tabs[tab].carrying_out = false;
        self.arm(tab);
    }

    pub(crate) fn feed_input(&mut self, tab: usize, input: FeedInput<'_>) {
        self.act(tab, |app, now| app.feed_input(now, input));
    }

    fn carry_out(&mut self, tab: usize, order: Output) {
        match order {
            Output::RequestToken { request, fresh } => self.request_token(tab, request, fresh),
            Output::OpenStream { stream, url } => self.open_stream(tab, stream, &url),
            Output::CloseStream => self.close_stream(tab),
            Output::StateChanged {
                feed,
                state,
                reason,
                ..
            } => {
                self.note(|| {
                    let reason = reason.map(|reason| reason.code);
                    format!("tab {tab}: feed {feed} is {state:?} {reason:?}")
                });
                if state == FeedState::Closed {
                    self.leave_tabs(|line| (line.tab, line.feed) == (tab, feed));
                    if self.tabs[tab].feed == Some(feed) {
                        self.tabs[tab].feed = None;
                    }
                }
                self.handler(tab);
            }
            Output::AskLeader { feed } => self.ask(Line { tab, feed }),
            Output::TellTabs { feed } => self.tell(Line { tab, feed }),
            Output::StepDown { feed, rejoin } => {
                self.tabs[tab].left_the_others |= !rejoin;
                self.leave_tabs(|line| (line.tab, line.feed) == (tab, feed));
            }
            Output::Emit { .. } | Output::EmitModel { .. } => self.handler(tab),
            Output::CallHook { view, revision, .. } => {
                let known = self.tabs[tab].views.iter();
                let view = known
                    .into_iter()
                    .position(|known| known.id == view && !known.gone);
                if self.tabs[tab].hidden {
                    self.violated(format!("tab {tab}: refreshes while it is hidden"));
                }
                if let Some(view) = view {
                    self.note(|| format!("tab {tab}: hook of page view {view}, {revision:?}"));
                    self.visit_page(tab, view, revision);
                }
            }
            Output::ReviewPage { view } => {
                let known = self.tabs[tab].views.iter();
                let view = known
                    .into_iter()
                    .position(|known| known.id == view && !known.gone);
                if let Some(view) = view {
                    self.review(tab, view);
                }
            }
            Output::Fetch { entity, flight } => {
                if let Some(entity) = self.tabs[tab].known(entity) {
                    self.start_fetch(tab, entity, flight);
                }
            }
            Output::Locate { entities } => self.locate(tab, &entities),
            Output::Settled { .. } => {}
            Output::FetchExpired { entity, flight } => self.fetch_expired(tab, entity, flight),
            Output::Deferred { .. } => self.note(|| format!("tab {tab}: deferred")),
        }
    }

    // Time
    // ----

    /// Sets the one timer for what the core waits for next.
    pub(crate) fn arm(&mut self, tab: usize) {
        let due = self.tabs[tab].app.next_timeout();
        if self.tabs[tab].timer.map(|(at, _)| at) == due {
            return;
        }
        self.tabs[tab].timer = None;
        let Some(at) = due else {
            return;
        };
        let mut wait = at.since(self.clock(tab)).0;
        if self.tabs[tab].hidden && self.fault(2) {
            wait += self.dice.wait(THROTTLE);
        }
        self.tabs[tab].last_timer += 1;
        let number = self.tabs[tab].last_timer;
        self.tabs[tab].timer = Some((at, number));
        self.later_in(tab, wait, TabEvent::Timer(number));
    }

    pub(crate) fn timer_fires(&mut self, tab: usize, number: u64) {
        if self.tabs[tab].timer.is_some_and(|(_, set)| set == number) {
            self.tabs[tab].timer = None;
            self.act(tab, App::wake);
        }
    }

    // The app's calls
    // ---------------

    /// The app connects, unless it is connected.
    pub(crate) fn connect(&mut self, tab: usize, since: Option<Since>) {
        if self.tabs[tab].feed.is_some() {
            return;
        }
        let subject = &mut self.tabs[tab];
        subject.last_feed += 1;
        let id = subject.last_feed;
        subject.feed = Some(id);
        subject.left_the_others = false;
        subject.heard.begin();
        let (auth, shares) = (subject.auth, subject.shares);
        let online = self.browsers[subject.browser].online;
        let uid = self.server.users[subject.user].name.clone();
        self.note(|| {
            format!("tab {tab}: connects feed {id} as {uid} {since:?} {auth:?}, shares: {shares}")
        });
        let endpoint = Endpoint::new("https://feed.example", Some(&uid), None);
        let endpoint = endpoint.expect("the address is valid");
        self.act(tab, |app, now| {
            app.connect(now, id, since, |seed, last_id| {
                let feed = Feed::new(
                    endpoint,
                    auth,
                    Timing::default(),
                    online,
                    seed,
                    last_id,
                    Json::parse,
                );
                if shares {
                    feed.shared()
                } else {
                    feed
                }
            });
        });
    }

    pub(crate) fn close_feed(&mut self, tab: usize) {
        self.note(|| format!("tab {tab}: closes its feed"));
        let subject = &mut self.tabs[tab];
        subject.closes += u64::from(subject.app.feed().is_some());
        self.act(tab, App::close);
    }

    /// The app's `auth` function is called.
    fn request_token(&mut self, tab: usize, request: RequestId, fresh: bool) {
        let user = self.tabs[tab].user;
        if self.fault(10) {
            return self.note(|| format!("tab {tab}: auth hangs"));
        }
        let token = if self.fault(10) {
            None
        } else if !fresh && self.tabs[tab].token.is_some() && self.dice.one_in(2) {
            self.tabs[tab].token.clone()
        } else {
            let life = if self.calm {
                DAY
            } else {
                self.dice.between(1_000, 400_000)
            };
            Some(self.server.issue(user, self.now + life))
        };
        self.tabs[tab].token = token.clone().or(self.tabs[tab].token.take());
        let wait = self.dice.wait(if self.calm { 500 } else { 20_000 });
        self.later_in(tab, wait, TabEvent::Token(request, token));
    }

    pub(crate) fn token_arrives(&mut self, tab: usize, request: RequestId, token: Option<String>) {
        let input = match token {
            Some(token) => FeedInput::TokenArrived(request, Some(token)),
            None if self.dice.one_in(2) => FeedInput::TokenArrived(request, None),
            None => FeedInput::TokenFailed(request, "no session"),
        };
        self.feed_input(tab, input);
    }

    /// The app says that its credentials changed.
    pub(crate) fn sign_in_again(&mut self, tab: usize) {
        self.note(|| format!("tab {tab}: signs in again"));
        let auth = self.tabs[tab].auth;
        self.tabs[tab].token = None;
        let auth = if auth == Auth::Fixed {
            Auth::Renewable
        } else {
            auth
        };
        self.tabs[tab].auth = auth;
        self.feed_input(tab, FeedInput::CredentialsChanged(auth));
    }

    // Other tabs
    // ----------

    /// Stands in line for the lock, and asks the tab that leads.
    fn ask(&mut self, line: Line) {
        let (browser, user) = (self.tabs[line.tab].browser, self.tabs[line.tab].user);
        if self.locks.shared(browser, user).join(line) {
            self.grant(line);
        }
        self.post(line, &TabEvent::Asked);
    }

    fn grant(&mut self, line: Line) {
        let wait = self.dice.wait(200);
        self.later_in(line.tab, wait, TabEvent::Lead(line));
    }

    fn tell(&mut self, line: Line) {
        let Some(feed) = self.tabs[line.tab].app.feed() else {
            return;
        };
        let state = feed.state();
        let data = feed.has_baseline().then(|| {
            let data = feed.value().cloned();
            let put = StreamEvent::Put {
                path: Path::root(),
                data,
            };
            put.to_sse().data
        });
        self.post(line, &move |to| TabEvent::Heard(to, state, data.clone()));
    }

    /// Posts a message to the others on the channel.
    fn post(&mut self, from: Line, message: &dyn Fn(Line) -> TabEvent) {
        let (browser, user) = (self.tabs[from.tab].browser, self.tabs[from.tab].user);
        let wait = self.dice.wait(200);
        let shared = self.locks.shared(browser, user);
        if !shared.members().contains(&from) {
            return;
        }
        shared.arrives = shared.arrives.max(self.now + wait);
        let at = shared.arrives;
        for to in shared.members().to_vec() {
            if to != from {
                let event = crate::queue::Event::Tab(to.tab, message(to));
                self.queue.push(at, event);
            }
        }
    }

    pub(crate) fn leave_tabs(&mut self, leaving: impl Fn(Line) -> bool) {
        for leader in self.locks.leave(leaving) {
            self.grant(leader);
        }
    }

    /// Whether a message for this feed is for the one that is connected, and the tab has not left the others.
    fn is_current(&mut self, line: Line) -> bool {
        let (browser, user) = (self.tabs[line.tab].browser, self.tabs[line.tab].user);
        self.tabs[line.tab].feed == Some(line.feed)
            && self.locks.shared(browser, user).members().contains(&line)
    }

    pub(crate) fn lead(&mut self, line: Line) {
        let (browser, user) = (self.tabs[line.tab].browser, self.tabs[line.tab].user);
        let holder = self.locks.shared(browser, user).holder();
        if holder == Some(line) && self.is_current(line) {
            self.note(|| format!("tab {}: leads", line.tab));
            self.feed_input(line.tab, FeedInput::Lead);
        }
    }

    pub(crate) fn asked(&mut self, line: Line) {
        if self.is_current(line) {
            self.act(line.tab, |app, _| app.asked_by_tab());
        }
    }

    pub(crate) fn heard(&mut self, line: Line, state: FeedState, data: Option<&str>) {
        if self.is_current(line) {
            self.note(|| format!("tab {}: hears {state:?} {data:?}", line.tab));
            self.feed_input(line.tab, FeedInput::Heard(state, data));
        }
    }
}
