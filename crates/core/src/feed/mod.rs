//! The feed: one user's value, followed through everything a network does.
//!
//! A state machine without effects (*decide, then act*): facts go in as [`FeedInput`], orders come
//! out as [`FeedOutput`], time is an argument. It implements *state, not messages*: every connection
//! starts with the whole value, which is compared with the last one known, so nothing needs replay
//! and only what differs is announced.
//!
//! | module | what it holds |
//! |---|---|
//! | [`endpoint`] | the address of the user's node |
//! | [`message`] | what goes in and what comes out |
//! | [`state`] | the states and the reasons for them |
//! | `stream` | what a stream brings, and how it ends |
//! | `tabs` | one stream for all tabs of a user |
//! | [`timing`] | how long to wait for what |
//! | [`token`] | what the client may know of a token |
//! | `credentials` | when a token is asked for, renewed, given up |

mod credentials;
pub mod endpoint;
pub mod message;
pub mod state;
mod stream;
mod tabs;
pub mod timing;
pub mod token;

use alloc::vec::Vec;

use crate::mirror::Mirror;
use crate::random::Random;
use crate::time::Millis;
use crate::timer::{Timer, Timers};
use crate::wire::sse::Decoder;
use crate::wire::{Node, ReadJson};

use endpoint::Endpoint;
use message::{Auth, FeedInput, FeedOutput, RequestId};
use state::{FeedState, Reason};
use tabs::Role;
use timing::Timing;
use token::Token;

/// One user's feed.
#[derive(Debug)]
pub struct Feed {
    endpoint: Endpoint,
    auth: Auth,
    timing: Timing,
    role: Role,
    state: FeedState,
    /// The code of the reason for it.
    reason: Option<&'static str>,
    /// The last value known; it survives reconnects, which are compared with it.
    mirror: Mirror,
    /// Cuts the current stream's bytes into events.
    decoder: Decoder,
    token: Option<Token>,
    /// The server refused the token at hand, so that only a fresh one will do.
    token_refused: bool,
    /// The token at hand was asked for because the one before was refused.
    renewed_after_refusal: bool,
    token_request: Option<RequestId>,
    stream: Option<RequestId>,
    last_id: u32,
    read_json: ReadJson,
    /// When the current stream brought its value.
    opened: Option<Millis>,
    /// When the current stream was last heard of.
    heard: Millis,
    online: bool,
    /// Attempts that failed since the last good stream.
    failures: u32,
    timers: Timers,
    random: Random,
}

impl Feed {
    /// A feed that has not started yet.
    ///
    /// `online` is what the browser says of its network; `seed` feeds the reconnects' jitter;
    /// `last_id` is the last [`RequestId`] used by the feed before this one, so that late answers
    /// to that one stay recognisable; `read_json` reads what the server and tokens say.
    #[must_use]
    pub fn new(
        endpoint: Endpoint,
        auth: Auth,
        timing: Timing,
        online: bool,
        seed: u64,
        last_id: u32,
        read_json: ReadJson,
    ) -> Self {
        Self {
            endpoint,
            auth,
            timing,
            role: Role::Alone,
            state: FeedState::Closed,
            reason: None,
            mirror: Mirror::new(),
            decoder: Decoder::new(),
            token: None,
            token_refused: false,
            renewed_after_refusal: false,
            token_request: None,
            stream: None,
            last_id,
            read_json,
            opened: None,
            heard: Millis::default(),
            online,
            failures: 0,
            timers: Timers::default(),
            random: Random::new(seed),
        }
    }

    /// What the feed is doing.
    #[must_use]
    pub const fn state(&self) -> FeedState {
        self.state
    }

    /// The last value known; `None` when the node is absent or nothing arrived yet.
    #[must_use]
    pub fn value(&self) -> Option<&Node> {
        self.mirror.root()
    }

    /// Whether a first value arrived.
    #[must_use]
    pub fn has_baseline(&self) -> bool {
        self.mirror.has_baseline()
    }

    /// Where the node is.
    #[must_use]
    pub const fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// The last [`RequestId`] used.
    #[must_use]
    pub const fn last_id(&self) -> u32 {
        self.last_id
    }

    /// The feed's timers, for the shell to know when to wake up.
    #[must_use]
    pub const fn timers(&self) -> &Timers {
        &self.timers
    }

    /// The same, to take the timers that are due.
    pub fn timers_mut(&mut self) -> &mut Timers {
        &mut self.timers
    }

    /// Moves the feed's timers by the distance of a clock that was set back.
    pub fn clock_set_back(&mut self, from: Millis, to: Millis) {
        self.timers.clock_set_back(from, to);
        self.heard = to - (from - self.heard);
        self.opened = self.opened.map(|opened| to - (from - opened));
    }

    /// Connects for the first time.
    pub fn start(&mut self, now: Millis, out: &mut Vec<FeedOutput>) {
        if self.role == Role::Follower {
            self.set_state(FeedState::Connecting, None, out);
            out.push(FeedOutput::AskLeader);
        } else if self.online {
            self.set_state(FeedState::Connecting, None, out);
            self.attempt(now, out);
        } else {
            self.go_offline(now, out);
        }
    }

    /// Takes a fact and appends what follows from it to `out`. Late answers follow into nothing.
    pub fn handle(&mut self, now: Millis, input: FeedInput<'_>, out: &mut Vec<FeedOutput>) {
        match input {
            FeedInput::TokenArrived(request, token) if self.token_request == Some(request) => {
                self.token_arrived(now, token, out);
            }
            FeedInput::TokenFailed(request, message) if self.token_request == Some(request) => {
                self.token_failed(now, "auth-failed", "`auth` gave no token", message, out);
            }
            FeedInput::StreamOpened(stream) if self.stream == Some(stream) => self.heard = now,
            FeedInput::StreamRefused(stream, status, body) if self.stream == Some(stream) => {
                self.stream = None;
                self.refused(now, status, body, out);
            }
            FeedInput::BytesArrived(stream, bytes) if self.stream == Some(stream) => {
                self.bytes_arrived(now, stream, bytes, out);
            }
            FeedInput::StreamEnded(stream, message) if self.stream == Some(stream) => {
                self.stream = None;
                let reason = Reason::with_detail("stream-ended", "the stream ended", message);
                self.lost(now, reason, out);
            }
            FeedInput::Close => self.close(out),
            FeedInput::Lead => self.lead(now, out),
            _ if self.role == Role::Follower => self.follow(input, out),
            FeedInput::Suspend => self.suspend(out),
            FeedInput::CredentialsChanged(auth) if self.state != FeedState::Closed => {
                self.auth = auth;
                self.token = None;
                self.token_request = None;
                self.token_refused = false;
                self.renewed_after_refusal = false;
                self.timers.clear(Timer::TokenLimit);
                self.timers.clear(Timer::RenewToken);
                self.restart(
                    now,
                    Reason::new("credentials", "the credentials changed"),
                    out,
                );
            }
            _ if self.state.is_at_rest() => {}
            FeedInput::Online => {
                self.online = true;
                self.restart(now, Reason::new("online", "the network is back"), out);
            }
            FeedInput::Offline => self.go_offline(now, out),
            FeedInput::Restored => {
                self.restart(now, Reason::new("restored", "the page was restored"), out);
            }
            FeedInput::Visible if self.online => self.look_again(now, out),
            FeedInput::TimerFired(timer) => self.timer_fired(now, timer, out),
            _ => {}
        }
    }

    /// A tab that was away may have missed the end of its stream, and its timers were throttled.
    fn look_again(&mut self, now: Millis, out: &mut Vec<FeedOutput>) {
        let waiting = self.timers.is_set(Timer::Reconnect);
        let silent = self.stream.is_some() && now.since(self.heard) > self.timing.recheck;
        if waiting || silent {
            self.restart(now, Reason::new("visible", "the tab is visible again"), out);
        }
    }

    fn timer_fired(&mut self, now: Millis, timer: Timer, out: &mut Vec<FeedOutput>) {
        match timer {
            Timer::Reconnect => self.attempt(now, out),
            Timer::Watchdog => {
                // Bytes only note the time; the timer is moved here, once per interval.
                let limit = self.patience();
                if now.since(self.heard) < limit {
                    self.timers.set(Timer::Watchdog, self.heard + limit);
                } else if self.stream.is_some() {
                    self.drop_stream(out);
                    self.lost(now, Reason::new("silence", "the stream fell silent"), out);
                }
            }
            // Without a stream the next attempt sees for itself that the token is over.
            Timer::RenewToken if self.stream.is_some() => self.request_token(now, true, out),
            Timer::RenewToken => {}
            Timer::TokenLimit => {
                self.token_failed(
                    now,
                    "auth-timeout",
                    "`auth` did not answer in time",
                    "",
                    out,
                );
            }
        }
    }

    /// How long the stream may be silent now.
    fn patience(&self) -> Millis {
        if self.opened.is_some() {
            self.timing.silence
        } else {
            self.timing.connect
        }
    }

    /// One attempt: a token first if one is needed and none at hand, then the stream. Always at the
    /// original address: a redirect is followed anew each time.
    fn attempt(&mut self, now: Millis, out: &mut Vec<FeedOutput>) {
        self.drop_stream(out);
        self.timers.clear(Timer::Reconnect);
        if self.token_request.is_some() {
            // The stream opens when the token arrives.
        } else if self.auth == Auth::None || self.has_usable_token(now) {
            self.open_stream(now, out);
        } else {
            self.request_token(now, self.token.is_some(), out);
        }
    }

    /// Attempts at once, after something happened that makes success likely.
    fn restart(&mut self, now: Millis, reason: Reason, out: &mut Vec<FeedOutput>) {
        if !self.online {
            return self.go_offline(now, out);
        }
        self.failures = 0;
        self.drop_stream(out);
        self.set_state(self.waiting_state(), Some(reason), out);
        self.attempt(now, out);
    }

    fn open_stream(&mut self, now: Millis, out: &mut Vec<FeedOutput>) {
        let stream = self.next_id();
        self.stream = Some(stream);
        self.decoder = Decoder::new();
        self.opened = None;
        self.heard = now;
        self.timers.clear(Timer::Reconnect);
        self.timers.set(Timer::Watchdog, now + self.timing.connect);
        let url = self
            .endpoint
            .stream_url(self.token.as_ref().map(Token::as_str));
        out.push(FeedOutput::OpenStream { stream, url });
    }

    fn deny(&mut self, reason: Reason, out: &mut Vec<FeedOutput>) {
        self.rest(out);
        if self.role == Role::Leader {
            // Another tab may have better credentials; this one waits for its own.
            self.role = Role::Alone;
            out.push(FeedOutput::StepDown { rejoin: false });
        }
        self.set_state(FeedState::Denied, Some(reason), out);
    }

    fn close(&mut self, out: &mut Vec<FeedOutput>) {
        self.rest(out);
        self.token = None;
        self.set_state(FeedState::Closed, None, out);
    }

    /// Ends all that is under way.
    fn rest(&mut self, out: &mut Vec<FeedOutput>) {
        self.drop_stream(out);
        self.token_request = None;
        self.timers.clear_all();
    }

    /// No stream now: says so and tries again after a while.
    fn lost(&mut self, now: Millis, reason: Reason, out: &mut Vec<FeedOutput>) {
        self.forgive(now);
        self.failures += 1;
        self.timers.clear(Timer::Watchdog);
        let wait = self.timing.backoff.delay(self.failures, &mut self.random);
        self.timers.set(Timer::Reconnect, now + wait);
        let state = if self.online {
            self.waiting_state()
        } else {
            FeedState::Offline
        };
        self.set_state(state, Some(reason), out);
    }

    /// Forgets earlier failures if the stream that just ended was a good one.
    fn forgive(&mut self, now: Millis) {
        let lived = self.opened.take().map(|opened| now.since(opened));
        if lived.is_some_and(|lived| lived >= self.timing.settled) {
            self.failures = 0;
        }
    }

    /// The browser's word that there is no network can be wrong, so a rare attempt goes on.
    fn go_offline(&mut self, now: Millis, out: &mut Vec<FeedOutput>) {
        self.online = false;
        self.rest(out);
        self.timers
            .set(Timer::Reconnect, now + self.timing.backoff.cap);
        self.set_state(
            FeedState::Offline,
            Some(Reason::new("offline", "the browser is offline")),
            out,
        );
    }

    fn drop_stream(&mut self, out: &mut Vec<FeedOutput>) {
        self.timers.clear(Timer::Watchdog);
        if self.stream.take().is_some() {
            out.push(FeedOutput::CloseStream);
        }
    }

    /// What a feed without a stream is.
    fn waiting_state(&self) -> FeedState {
        if self.mirror.has_baseline() {
            FeedState::Stale
        } else {
            FeedState::Connecting
        }
    }

    /// Says so when the state changed, or is the same for another reason.
    fn set_state(
        &mut self,
        state: FeedState,
        mut reason: Option<Reason>,
        out: &mut Vec<FeedOutput>,
    ) {
        if let Some(reason) = reason.as_mut() {
            reason.redact(self.token.as_ref().map(Token::as_str));
        }
        let previous = core::mem::replace(&mut self.state, state);
        let code = reason.as_ref().map(|reason| reason.code);
        if previous != state || (code.is_some() && code != self.reason) {
            self.reason = code;
            out.push(FeedOutput::StateChanged {
                previous,
                state,
                reason,
            });
            if self.role == Role::Leader {
                out.push(FeedOutput::TellTabs);
            }
        }
    }

    fn next_id(&mut self) -> RequestId {
        self.last_id = self.last_id.wrapping_add(1);
        RequestId(self.last_id)
    }
}
