//! Server-sent events: decoded from any bytes in any cuts, in time linear in their number.
//!
//! The decoder follows the HTML standard's rules for event streams: a byte order mark first, lines that end in LF, CR
//! or CRLF, comments, several `data` lines joined, an event left unfinished at the end dropped. Because lines are put
//! together as bytes, a character cut in two needs no care. `id` and `retry` mean nothing here and are skipped.
//!
//! Any bytes at all, comments included, say that the connection lives; the caller sees them before the decoder does.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// What an event may hold by default, in bytes: 64 MiB, beyond any refresh feed and within a browser's means.
pub const DEFAULT_MAX_EVENT_BYTES: usize = 64 * 1024 * 1024;

/// One event of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SseEvent {
    /// The name; `message` when the stream gave none.
    pub event: String,
    /// The data lines, joined by LF.
    pub data: String,
}

impl SseEvent {
    /// The event as a stream carries it. Line ends inside `event` are dropped; in `data` each starts a new line.
    #[must_use]
    pub fn encode(&self) -> String {
        let mut text = String::with_capacity(self.event.len() + self.data.len() + 16);
        text.push_str("event: ");
        text.extend(self.event.chars().filter(|c| !matches!(c, '\r' | '\n')));
        for line in self.data.replace("\r\n", "\n").split(['\r', '\n']) {
            text.push_str("\ndata: ");
            text.push_str(line);
        }
        text.push_str("\n\n");
        text
    }
}

/// Turns the bytes of a stream into its events.
#[derive(Clone, Debug)]
pub struct Decoder {
    /// The line under way, without its end.
    line: Vec<u8>,
    /// The last byte was CR: an LF right after it belongs to the same line end.
    after_cr: bool,
    /// No line has ended yet: a byte order mark may stand before it.
    first_line: bool,
    event: String,
    /// The data lines so far; none yet when absent.
    data: Option<String>,
    max_event_bytes: usize,
    failed: bool,
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Decoder {
    /// A decoder at the start of a stream, for events of up to [`DEFAULT_MAX_EVENT_BYTES`].
    #[must_use]
    pub const fn new() -> Self {
        Self::with_limit(DEFAULT_MAX_EVENT_BYTES)
    }

    /// A decoder that holds at most `max_event_bytes` of one event.
    #[must_use]
    pub const fn with_limit(max_event_bytes: usize) -> Self {
        Self {
            line: Vec::new(),
            after_cr: false,
            first_line: true,
            event: String::new(),
            data: None,
            max_event_bytes,
            failed: false,
        }
    }

    /// Takes the next bytes and hands each event they finish to `out`.
    ///
    /// # Errors
    /// An event is larger than the limit. The stream can't be followed any further: every later call fails too.
    pub fn feed(&mut self, bytes: &[u8], out: &mut dyn FnMut(SseEvent)) -> Result<(), SseError> {
        if self.failed {
            return Err(SseError::EventTooLarge);
        }
        let mut rest = bytes;
        if self.after_cr && !rest.is_empty() {
            self.after_cr = false;
            rest = rest.strip_prefix(b"\n").unwrap_or(rest);
        }
        while let Some(end) = rest.iter().position(|&b| b == b'\n' || b == b'\r') {
            self.extend_line(&rest[..end])?;
            self.end_line(out);
            let is_cr = rest[end] == b'\r';
            rest = &rest[end + 1..];
            if is_cr {
                self.after_cr = rest.is_empty();
                rest = rest.strip_prefix(b"\n").unwrap_or(rest);
            }
        }
        self.extend_line(rest)
    }

    fn extend_line(&mut self, bytes: &[u8]) -> Result<(), SseError> {
        let held = self.line.len() + self.event.len() + self.data.as_ref().map_or(0, String::len);
        if held + bytes.len() > self.max_event_bytes {
            *self = Self {
                failed: true,
                ..Self::with_limit(self.max_event_bytes)
            };
            return Err(SseError::EventTooLarge);
        }
        self.line.extend_from_slice(bytes);
        Ok(())
    }

    fn end_line(&mut self, out: &mut dyn FnMut(SseEvent)) {
        let mut line = core::mem::take(&mut self.line);
        let mark = if core::mem::take(&mut self.first_line) {
            "\u{feff}".as_bytes()
        } else {
            &[]
        };
        let text = line.strip_prefix(mark).unwrap_or(&line);
        if text.is_empty() {
            self.dispatch(out);
        } else {
            self.field(text);
        }
        line.clear();
        self.line = line;
    }

    fn field(&mut self, line: &[u8]) {
        let colon = line.iter().position(|&b| b == b':').unwrap_or(line.len());
        let value = line.get(colon + 1..).unwrap_or_default();
        let value = String::from_utf8_lossy(value.strip_prefix(b" ").unwrap_or(value));
        match &line[..colon] {
            b"event" => self.event = value.into_owned(),
            b"data" => match &mut self.data {
                Some(data) => {
                    data.push('\n');
                    data.push_str(&value);
                }
                None => self.data = Some(value.into_owned()),
            },
            _ => {}
        }
    }

    fn dispatch(&mut self, out: &mut dyn FnMut(SseEvent)) {
        let event = core::mem::take(&mut self.event);
        if let Some(data) = self.data.take() {
            let event = if event.is_empty() {
                "message".to_owned()
            } else {
                event
            };
            out(SseEvent { event, data });
        }
    }
}

/// Why a stream can't be followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SseError {
    /// An event holds more bytes than the limit.
    EventTooLarge,
}

impl SseError {
    /// A short, stable name of the error.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::EventTooLarge => "sse_event_too_large",
        }
    }

    /// What is wrong, as a sentence.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::EventTooLarge => {
                "The stream sent an event that is larger than the limit; listen to less."
            }
        }
    }
}

impl fmt::Display for SseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sentence())
    }
}

impl core::error::Error for SseError {}
