//! The states of a feed and the reasons for entering them.

use alloc::string::String;

/// What a feed is doing, as `feed:state` tells the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedState {
    /// No value has arrived yet; the first connection is being made or tried again.
    Connecting,
    /// Values arrive as they change.
    Open,
    /// What is known may be out of date: the stream was lost or silent and is being replaced.
    Stale,
    /// The browser has no network. The feed connects again when it is back.
    Offline,
    /// The server refused these credentials. Nothing is tried until they change.
    Denied,
    /// The app closed the feed, or has not opened it yet.
    Closed,
}

impl FeedState {
    /// The name the app sees.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Connecting => "connecting",
            Self::Open => "open",
            Self::Stale => "stale",
            Self::Offline => "offline",
            Self::Denied => "denied",
            Self::Closed => "closed",
        }
    }

    /// The state of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [
            Self::Connecting,
            Self::Open,
            Self::Stale,
            Self::Offline,
            Self::Denied,
            Self::Closed,
        ]
        .into_iter()
        .find(|state| state.name() == name)
    }

    /// Whether the feed does nothing by itself in this state.
    #[must_use]
    pub const fn is_at_rest(self) -> bool {
        matches!(self, Self::Denied | Self::Closed)
    }
}

/// Why a feed is in its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// A stable name for programs.
    pub code: &'static str,
    /// A sentence for people, with the server's own words where there are any.
    pub message: String,
}

impl Reason {
    /// A reason whose sentence is known.
    #[must_use]
    pub fn new(code: &'static str, message: &str) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }

    /// A reason that ends in what the server or the browser said.
    #[must_use]
    pub fn with_detail(code: &'static str, sentence: &str, detail: &str) -> Self {
        let mut message = String::from(sentence);
        let detail = detail.trim_ascii();
        if !detail.is_empty() {
            message.push_str(" (");
            message.push_str(detail);
            message.push(')');
        }
        Self { code, message }
    }

    /// Takes `secret` out of the sentence, and cuts it to a readable length. In this order: half a secret is one too.
    pub(super) fn redact(&mut self, secret: Option<&str>) {
        if let Some(secret) = secret.filter(|secret| !secret.is_empty()) {
            self.message = without(&self.message, secret);
        }
        if let Some((end, _)) = self.message.char_indices().nth(MAX_LENGTH) {
            self.message.truncate(end);
            self.message.push('…');
        }
    }
}

/// The text with “…” in place of each `secret`. The library's search is fast, but has more code than all that is here.
fn without(text: &str, secret: &str) -> String {
    let (mut clean, mut rest) = (String::new(), text);
    let mut chars = rest.chars();
    while let Some(first) = chars.next() {
        if let Some(behind) = rest.strip_prefix(secret) {
            clean.push('…');
            chars = behind.chars();
        } else {
            clean.push(first);
        }
        rest = chars.as_str();
    }
    clean
}

/// Characters of a reason: a sentence, and two or three lines of what the server said.
const MAX_LENGTH: usize = 240;
