//! What a stream brings, and what a refusal means.

use alloc::vec::Vec;

use super::message::{FeedOutput, RequestId};
use super::state::{FeedState, Reason};
use super::Feed;
use crate::mirror::MirrorError;
use crate::time::Millis;
use crate::timer::Timer;
use crate::wire::StreamEvent;

impl Feed {
    pub(super) fn bytes_arrived(
        &mut self,
        now: Millis,
        stream: RequestId,
        bytes: &[u8],
        out: &mut Vec<FeedOutput>,
    ) {
        self.heard = now;
        self.online = true;
        let mut events = Vec::new();
        let decoded = self.decoder.feed(bytes, &mut |event| events.push(event));
        for event in events {
            match StreamEvent::parse_with(self.read_json, &event.event, &event.data) {
                Ok(Some(event)) => self.event_arrived(now, event, out),
                Ok(None) => {}
                Err(error) => self.garbled(now, &error.sentence(), out),
            }
            if self.stream != Some(stream) {
                return;
            }
        }
        if let Err(error) = decoded {
            self.garbled(now, error.sentence(), out);
        }
    }

    /// After an event that makes no sense the value is unknown: only a new first `put` mends that.
    fn garbled(&mut self, now: Millis, detail: &str, out: &mut Vec<FeedOutput>) {
        self.drop_stream(out);
        let reason = Reason::with_detail("bad-event", "the server sent an unusable event", detail);
        self.lost(now, reason, out);
    }

    fn event_arrived(&mut self, now: Millis, event: StreamEvent, out: &mut Vec<FeedOutput>) {
        match event {
            StreamEvent::Put { .. } | StreamEvent::Patch { .. } => {
                self.value_arrived(now, &event, out);
            }
            StreamEvent::KeepAlive => {}
            StreamEvent::Cancel { reason } => {
                let detail = reason.unwrap_or_default();
                self.deny(
                    Reason::with_detail(
                        "cancelled",
                        "the server no longer lets this node be read",
                        &detail,
                    ),
                    out,
                );
            }
            StreamEvent::AuthRevoked { reason } => self.auth_revoked(now, &reason, out),
        }
    }

    fn value_arrived(&mut self, now: Millis, event: &StreamEvent, out: &mut Vec<FeedOutput>) {
        if self.opened.is_none() && matches!(event, StreamEvent::Put { path, .. } if path.is_root())
        {
            self.opened = Some(now);
            self.renewed_after_refusal = false;
            self.timers.set(Timer::Watchdog, now + self.timing.silence);
            self.set_state(FeedState::Open, None, out);
        }
        if let Err(error) = self.apply_value(event, out) {
            self.garbled(now, error.sentence(), out);
        }
    }

    /// Compares a value with the last one known.
    pub(super) fn apply_value(
        &mut self,
        event: &StreamEvent,
        out: &mut Vec<FeedOutput>,
    ) -> Result<(), MirrorError> {
        let first_ever = !self.mirror.has_baseline();
        let previous = self.mirror.root().cloned();
        let changes = self.mirror.apply(event)?;
        if self.leads() {
            out.push(FeedOutput::TellTabs);
        }
        if first_ever {
            out.push(FeedOutput::Baseline);
        } else if !changes.is_empty() {
            out.push(FeedOutput::Changed { changes, previous });
        }
        Ok(())
    }

    pub(super) fn refused(
        &mut self,
        now: Millis,
        status: u16,
        body: &str,
        out: &mut Vec<FeedOutput>,
    ) {
        match status {
            401 | 403 => self.unauthorized(now, body, out),
            // Timeout, too early, too many: the request itself is fine (RFC 9110 §15.5, RFC 8470, RFC 6585).
            408 | 425 | 429 => self.busy(now, body, out),
            400..=499 => self.deny(
                Reason::with_detail(
                    "bad-request",
                    "the server rejects this address: check `url`",
                    body,
                ),
                out,
            ),
            _ => self.busy(now, body, out),
        }
    }

    fn busy(&mut self, now: Millis, body: &str, out: &mut Vec<FeedOutput>) {
        self.lost(
            now,
            Reason::with_detail("unavailable", "the server is unavailable", body),
            out,
        );
    }
}
