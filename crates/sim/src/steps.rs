//! What is chosen to happen: changes, and faults of every kind.

use remote_refresh_core::app::{App, Debounce, Settings};
use remote_refresh_core::feed::message::{Auth, FeedInput};
use remote_refresh_core::refresh::Limits;
use remote_refresh_core::time::Millis;

use crate::queue::{Event, TabEvent};
use crate::server::KINDS;
use crate::tab::{Loading, Tab};
use crate::world::World;

/// Tabs that are open at once.
const TABS: usize = 5;

impl World {
    /// Lets some time pass, and then one thing happen.
    pub(crate) fn step(&mut self) {
        self.counts.steps += 1;
        let longest = if self.dice.one_in(100) {
            200_000
        } else {
            4_000
        };
        let span = self.dice.wait(longest);
        self.pass(span);
        if self.failure.is_some() {
            return;
        }
        let open: Vec<_> = (0..self.tabs.len())
            .filter(|tab| !self.tabs[*tab].closed)
            .collect();
        let Some(tab) = self.dice.pick(&open) else {
            return self.open_tab();
        };
        match self.dice.between(0, 99) {
            0..=29 => self.change(),
            30..=35 if !self.tabs[tab].frozen => self.request_by_the_app(tab),
            36..=39 if !self.tabs[tab].frozen => self.write_by_the_app(tab),
            40..=41 if !self.tabs[tab].frozen => self.edit(tab),
            42..=49 if !self.tabs[tab].frozen => self.navigate(tab),
            50..=53 if !self.tabs[tab].frozen => self.change_subviews(tab),
            54..=55 if !self.tabs[tab].frozen => self.refresh_by_itself(tab),
            56..=63 => self.look(tab),
            64..=67 => self.sleep(tab),
            68..=70 if open.len() < TABS => self.open_tab(),
            71 => self.close_tab(tab),
            72..=74 => self.reconnect(tab),
            75..=76 => self.switch_network(self.tabs[tab].browser),
            77..=79 => self.turn_clock(self.tabs[tab].browser),
            80 => self.restart_server(),
            81..=82 => self.forbid(),
            83..=86 => self.cut(),
            87..=88 => self.revoke(),
            89..=90 if !self.tabs[tab].frozen => self.sign_in_again(tab),
            91 if !self.tabs[tab].frozen => self.switch_user(tab),
            92..=93 if !self.tabs[tab].frozen => self.scroll(tab),
            _ => {}
        }
    }

    // The server
    // ----------

    /// A user's data changes, and soon the feed says so.
    pub(crate) fn change(&mut self) {
        let user = self.dice.index(self.server.users.len());
        let mut kinds = Vec::new();
        for _ in 0..self.dice.between(1, 2) {
            kinds.push(self.dice.index(KINDS.len()));
        }
        kinds.sort_unstable();
        kinds.dedup();
        for kind in &kinds {
            let record = self.dice.index(2);
            self.server.users[user].change(*kind, record);
        }
        self.counts.changes += 1;
        if self.dice.one_in(4) {
            kinds.clear();
        }
        self.note(|| format!("user {user}: data changes, of types {kinds:?}"));
        let wait = self.dice.wait(if self.calm { 100 } else { 3_000 });
        self.later(wait, Event::Write(user, kinds, None));
    }

    pub(crate) fn write(&mut self, user: usize, kinds: &[usize], origin: Option<&str>) {
        let spread = if self.dice.one_in(5) {
            self.dice.wait(20_000)
        } else {
            0
        };
        let event = self.server.users[user].write(self.now, kinds, spread, origin);
        self.publish(user, &event);
    }

    /// All streams end, and for a while there is no server. The values are kept.
    fn restart_server(&mut self) {
        self.note(|| "the server restarts".into());
        self.server.down_until = self.now + self.dice.wait(60_000);
        for index in 0..self.server.streams.len() {
            if self.server.streams[index].subscribed {
                self.break_stream(index);
            }
        }
    }

    fn forbid(&mut self) {
        let user = self.dice.index(self.server.users.len());
        let user = &mut self.server.users[user];
        user.forbidden = !user.forbidden;
    }

    fn some_stream(&mut self) -> Option<usize> {
        let streams = &self.server.streams;
        let subscribed: Vec<_> = (0..streams.len())
            .filter(|index| streams[*index].subscribed)
            .collect();
        self.dice.pick(&subscribed)
    }

    fn cut(&mut self) {
        if let Some(stream) = self.some_stream() {
            self.break_stream(stream);
        }
    }

    fn revoke(&mut self) {
        if let Some(stream) = self.some_stream() {
            self.token_ends(stream);
        }
    }

    // Browsers
    // --------

    fn turn_clock(&mut self, browser: usize) {
        let distance = self.dice.wait(3_600_000) as i64;
        let forward = self.dice.one_in(2);
        self.note(|| {
            format!("browser {browser}: its clock jumps by {distance} ms, forward: {forward}")
        });
        self.browsers[browser].clock += if forward { distance } else { -distance };
    }

    fn switch_network(&mut self, browser: usize) {
        let online = !self.browsers[browser].online;
        self.note(|| format!("browser {browser}: online: {online}"));
        self.browsers[browser].online = online;
        for index in 0..self.server.streams.len() {
            let stream = &self.server.streams[index];
            if stream.subscribed && self.tabs[stream.tab].browser == browser && !online {
                self.break_stream(index);
            }
        }
        for tab in 0..self.tabs.len() {
            let subject = &self.tabs[tab];
            if subject.browser != browser || subject.closed || subject.frozen {
                continue;
            }
            if online {
                self.act(tab, App::online);
            } else {
                self.feed_input(tab, FeedInput::Offline);
            }
        }
    }

    // Tabs
    // ----

    pub(crate) fn open_tab(&mut self) {
        let user = self.dice.index(self.server.users.len());
        let quiet = if self.dice.one_in(3) {
            self.dice.wait(3_000)
        } else {
            0
        };
        let debounce = Debounce {
            quiet: Millis(quiet),
            max_wait: Millis(quiet * 2),
        };
        let concurrency = self.dice.pick(&[1, 2, 6]).unwrap_or(6);
        let client = format!("client-{}", self.dice.seed());
        let settings = Settings {
            limits: Limits {
                concurrency,
                ..Limits::default()
            },
            debounce,
            client: client.into(),
            seed: self.dice.seed(),
        };
        let tab = self.tabs.len();
        let browser = self.dice.index(self.browsers.len());
        let auth = if self.dice.one_in(3) {
            Auth::None
        } else {
            Auth::Renewable
        };
        let shares = self.dice.one_in(2);
        self.note(|| {
            format!(
                "tab {tab}: opens in browser {browser} for user {user}, waits {quiet} ms for quiet, fetches {concurrency} at once"
            )
        });
        self.tabs.push(Tab {
            app: App::new(settings),
            concurrency,
            has_screen: !self.dice.one_in(4),
            browser,
            user,
            auth,
            shares,
            closed: false,
            frozen: false,
            hidden: false,
            feed: None,
            left_the_others: false,
            last_feed: 0,
            stream: None,
            token: None,
            timer: None,
            last_timer: 0,
            carrying_out: false,
            inbox: Vec::new(),
            views: Vec::new(),
            entities: Vec::new(),
            writes: Vec::new(),
            last_flight: 0,
            pages: Vec::new(),
            page: None,
            late_hooks: 0,
            slice: self.dice.pick(&[0, 1, 2, 5]).unwrap_or_default(),
            rests: Vec::new(),
            page_pass: None,
            closes: 0,
            heard: crate::oracle::Heard::default(),
        });
        self.begin(tab);
    }

    /// The app starts: it shows a page and connects, soon after.
    fn begin(&mut self, tab: usize) {
        let (loading, since) = if self.dice.one_in(3) {
            (Loading::Came, Some(self.since(tab)))
        } else {
            (Loading::Both, None)
        };
        let page = self.make_page(tab, loading);
        self.show(tab, Some(page), None);
        let wait = self.dice.wait(2_000);
        self.later_in(tab, wait, TabEvent::Connect(since));
    }

    /// The tab is closed, or crashes: it says goodbye to nobody.
    fn close_tab(&mut self, tab: usize) {
        self.note(|| format!("tab {tab}: closes"));
        self.tabs[tab].closed = true;
        if let Some(stream) = self.tabs[tab].stream.take() {
            self.server.streams[stream].subscribed = false;
        }
        self.leave_tabs(|line| line.tab == tab);
    }

    /// The tab is hidden, or seen again.
    pub(crate) fn look(&mut self, tab: usize) {
        if self.tabs[tab].frozen {
            return self.wake_up(tab);
        }
        let hidden = !self.tabs[tab].hidden;
        self.note(|| format!("tab {tab}: hidden: {hidden}"));
        self.tabs[tab].hidden = hidden;
        self.act(
            tab,
            |app, now| if hidden { app.hide() } else { app.reveal(now) },
        );
    }

    /// The tab is frozen or put into the back/forward cache.
    fn sleep(&mut self, tab: usize) {
        if self.tabs[tab].frozen {
            return self.wake_up(tab);
        }
        self.note(|| format!("tab {tab}: freezes"));
        self.feed_input(tab, FeedInput::Suspend);
        self.tabs[tab].frozen = true;
        if let Some(stream) = self.tabs[tab].stream.filter(|_| self.dice.one_in(2)) {
            self.break_stream(stream);
        }
    }

    /// The tab goes on where it was.
    pub(crate) fn wake_up(&mut self, tab: usize) {
        let cached = self.dice.one_in(2);
        self.note(|| format!("tab {tab}: goes on, from the back/forward cache: {cached}"));
        self.tabs[tab].frozen = false;
        if cached {
            self.tabs[tab].hidden = false;
            self.act(tab, App::restore);
        } else {
            self.feed_input(tab, FeedInput::Restored);
            let hidden = self.tabs[tab].hidden;
            self.act(
                tab,
                |app, now| if hidden { app.hide() } else { app.reveal(now) },
            );
        }
        for event in std::mem::take(&mut self.tabs[tab].inbox) {
            self.happen_in(tab, event);
        }
    }

    fn reconnect(&mut self, tab: usize) {
        if self.tabs[tab].frozen {
            return;
        }
        self.close_feed(tab);
        let wait = self.dice.wait(10_000);
        self.later_in(tab, wait, TabEvent::Connect(None));
    }

    /// Sign-out, and sign-in of another user.
    fn switch_user(&mut self, tab: usize) {
        // A handler may connect again.
        while self.tabs[tab].feed.is_some() {
            self.close_feed(tab);
        }
        self.drop_pages(tab);
        let subject = &mut self.tabs[tab];
        subject.user = (subject.user + 1) % self.server.users.len();
        subject.token = None;
        self.note(|| format!("tab {tab}: signs in as the other user"));
        self.begin(tab);
    }

    // The end
    // -------

    /// The faults are over: what is left of them is mended, as it would be some time.
    pub(crate) fn calm_down(&mut self) {
        self.note(|| "the faults are over".into());
        self.calm = true;
        self.server.down_until = self.now;
        for user in &mut self.server.users {
            user.forbidden = false;
        }
        for browser in 0..self.browsers.len() {
            if !self.browsers[browser].online {
                self.switch_network(browser);
            }
        }
        for tab in 0..self.tabs.len() {
            if self.tabs[tab].closed {
                continue;
            }
            if self.tabs[tab].frozen {
                self.wake_up(tab);
            }
            if self.is_denied(tab) {
                self.sign_in_again(tab);
            }
        }
    }

    /// Signs in again where a refusal was on its way already.
    pub(crate) fn end_refusals(&mut self) {
        for tab in 0..self.tabs.len() {
            if self.is_denied(tab) && !self.tabs[tab].closed {
                self.sign_in_again(tab);
            }
        }
    }

    /// Every tab is seen.
    pub(crate) fn reveal_all(&mut self) {
        for tab in 0..self.tabs.len() {
            if self.tabs[tab].hidden && !self.tabs[tab].closed {
                self.look(tab);
            }
        }
    }

    /// Whether the server refused the tab's credentials for good.
    pub(crate) fn is_denied(&self, tab: usize) -> bool {
        use remote_refresh_core::feed::state::FeedState;
        let feed = self.tabs[tab].app.feed();
        feed.is_some_and(|feed| feed.state() == FeedState::Denied)
    }
}
