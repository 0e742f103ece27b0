//! A feed on a virtual clock, driven by sentences: what the scenarios share.
#![allow(dead_code, reason = "each test file uses its own part")]

use remote_refresh_core::feed::endpoint::Endpoint;
use remote_refresh_core::feed::message::{Auth, FeedInput, FeedOutput, RequestId};
use remote_refresh_core::feed::state::FeedState;
use remote_refresh_core::feed::timing::Timing;
use remote_refresh_core::feed::Feed;
use remote_refresh_core::time::Millis;
use remote_refresh_core::wire::Json;

/// The first moment of every scenario: November 2023.
pub(crate) const START: Millis = Millis(1_700_000_000_000);

pub(crate) struct Scenario {
    pub(crate) feed: Feed,
    pub(crate) now: Millis,
    /// Every order and every piece of news since the last look.
    pub(crate) out: Vec<FeedOutput>,
    pub(crate) stream: Option<RequestId>,
    pub(crate) url: String,
    pub(crate) token_request: Option<(RequestId, bool)>,
    /// How many streams were opened and how many tokens asked for.
    pub(crate) streams: usize,
    pub(crate) tokens: usize,
}

impl Scenario {
    pub(crate) fn new(auth: Auth) -> Self {
        Self::seeded(auth, true, 1)
    }

    pub(crate) fn seeded(auth: Auth, online: bool, seed: u64) -> Self {
        let endpoint = Endpoint::new("https://a.example", Some("u1"), None).expect("valid");
        Self::of(Feed::new(
            endpoint,
            auth,
            Timing::default(),
            online,
            seed,
            0,
            Json::parse,
        ))
    }

    /// A tab that shares its feed with others.
    pub(crate) fn shared(auth: Auth) -> Self {
        let endpoint = Endpoint::new("https://a.example", Some("u1"), None).expect("valid");
        Self::of(Feed::new(endpoint, auth, Timing::default(), true, 1, 0, Json::parse).shared())
    }

    fn of(feed: Feed) -> Self {
        let mut scenario = Self {
            feed,
            now: START,
            out: Vec::new(),
            stream: None,
            url: String::new(),
            token_request: None,
            streams: 0,
            tokens: 0,
        };
        let mut out = Vec::new();
        scenario.feed.start(START, &mut out);
        scenario.take(out);
        scenario
    }

    fn take(&mut self, out: Vec<FeedOutput>) {
        for output in &out {
            match output {
                FeedOutput::OpenStream { stream, url } => {
                    assert!(self.stream.is_none(), "never two streams at once");
                    self.stream = Some(*stream);
                    self.url = url.clone();
                    self.streams += 1;
                }
                FeedOutput::CloseStream => self.stream = None,
                FeedOutput::RequestToken { request, fresh } => {
                    self.token_request = Some((*request, *fresh));
                    self.tokens += 1;
                }
                _ => {}
            }
        }
        self.out.extend(out);
    }

    pub(crate) fn input(&mut self, input: FeedInput<'_>) {
        let mut out = Vec::new();
        self.feed.handle(self.now, input, &mut out);
        self.take(out);
    }

    /// Lets time pass, with every timer on its way.
    pub(crate) fn pass(&mut self, span: Millis) {
        let end = self.now + span;
        while let Some(at) = self.feed.timers().next().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            while let Some(timer) = self.feed.timers_mut().pop(self.now) {
                self.input(FeedInput::TimerFired(timer));
            }
        }
        self.now = end;
    }

    pub(crate) fn seconds(&mut self, seconds: u64) {
        self.pass(Millis::from_secs(seconds));
    }

    /// Lets time pass until the feed asks for a stream; how long that took.
    pub(crate) fn wait_for_stream(&mut self) -> Millis {
        let from = self.now;
        while self.stream.is_none() {
            let at = self.feed.timers().next().expect("something is waited for");
            let span = at.since(self.now);
            self.pass(span);
        }
        self.now.since(from)
    }

    pub(crate) fn opened(&mut self) {
        let stream = self.stream.expect("a stream was asked for");
        self.input(FeedInput::StreamOpened(stream));
    }

    pub(crate) fn bytes(&mut self, text: &str) {
        let stream = self.stream.expect("a stream is open");
        self.input(FeedInput::BytesArrived(stream, text.as_bytes()));
    }

    pub(crate) fn put(&mut self, path: &str, data: &str) {
        self.bytes(&format!(
            "event: put\ndata: {{\"path\":\"{path}\",\"data\":{data}}}\n\n"
        ));
    }

    pub(crate) fn patch(&mut self, path: &str, data: &str) {
        self.bytes(&format!(
            "event: patch\ndata: {{\"path\":\"{path}\",\"data\":{data}}}\n\n"
        ));
    }

    pub(crate) fn keep_alive(&mut self) {
        self.bytes("event: keep-alive\ndata: null\n\n");
    }

    /// Opens the stream and brings its first value.
    pub(crate) fn baseline(&mut self, data: &str) {
        self.opened();
        self.put("/", data);
    }

    pub(crate) fn refuse(&mut self, status: u16) {
        let stream = self.stream.take().expect("a stream was asked for");
        self.input(FeedInput::StreamRefused(
            stream,
            status,
            "{\"error\":\"Permission denied\"}",
        ));
    }

    pub(crate) fn break_stream(&mut self) {
        let stream = self.stream.take().expect("a stream was asked for");
        self.input(FeedInput::StreamEnded(stream, "network error"));
    }

    pub(crate) fn give_token(&mut self, token: &str) {
        let (request, _) = self.token_request.take().expect("a token was asked for");
        self.input(FeedInput::TokenArrived(request, Some(token.into())));
    }

    pub(crate) fn state(&self) -> FeedState {
        self.feed.state()
    }

    /// The names of the children announced since the last look, and whether there was a baseline.
    pub(crate) fn news(&mut self) -> Vec<String> {
        use remote_refresh_core::mirror::Change;
        let mut news = Vec::new();
        for output in self.out.drain(..) {
            match output {
                FeedOutput::Baseline => news.push("baseline".into()),
                FeedOutput::Changed { changes, .. } => {
                    news.extend(changes.iter().filter_map(|change| match change {
                        Change::Added { key, .. } => Some(format!("+{}", key.as_str())),
                        Change::Changed { key, .. } => Some(format!("~{}", key.as_str())),
                        Change::Removed { key, .. } => Some(format!("-{}", key.as_str())),
                        _ => None,
                    }))
                }
                _ => {}
            }
        }
        news
    }

    /// The code of the reason for the last change of state.
    pub(crate) fn reason(&self) -> Option<&'static str> {
        self.out.iter().rev().find_map(|output| match output {
            FeedOutput::StateChanged { reason, .. } => reason.as_ref().map(|reason| reason.code),
            _ => None,
        })
    }
}

/// A JWT that expires at `at`; nobody here looks at its signature.
pub(crate) fn token_until(at: Millis) -> String {
    format!(
        "e30.{}.c2ln",
        base64url(&format!("{{\"exp\":{}}}", at.0 / 1000))
    )
}

fn base64url(text: &str) -> String {
    const SYMBOLS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut out = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let bits = chunk
            .iter()
            .fold(0u32, |bits, byte| bits << 8 | u32::from(*byte))
            << (8 * (3 - chunk.len()));
        for index in 0..=chunk.len() {
            out.push(SYMBOLS[(bits >> (18 - 6 * index) & 63) as usize].into());
        }
    }
    out
}
