//! The network between tabs and the feed: streams asked for, refused, cut at any byte, silent, coalesced.

use remote_refresh_core::feed::message::{FeedInput, RequestId};
use remote_refresh_core::wire::StreamEvent;

use crate::queue::{Arrival, Event, TabEvent};
use crate::server::Stream;
use crate::world::World;

/// The server's interval of keep-alives, in milliseconds.
const KEEP_ALIVE: u64 = 30_000;

impl World {
    /// A tab asks for a stream.
    pub(crate) fn open_stream(&mut self, tab: usize, request: RequestId, url: &str) {
        let index = self.server.streams.len();
        let token = url.split_once("auth=").map(|(_, token)| token.to_owned());
        self.server.streams.push(Stream {
            tab,
            request,
            user: self.tabs[tab].user,
            token,
            subscribed: false,
            dead: false,
            arrives: self.now,
            held: false,
        });
        if let Some(before) = self.tabs[tab].stream.replace(index) {
            self.violated(format!("tab {tab}: opened a stream beside stream {before}"));
        }
        self.note(|| format!("tab {tab}: asks for stream {index}"));
        let wait = self.dice.wait(if self.calm { 500 } else { 5_000 });
        self.later(wait, Event::StreamAsked(index));
    }

    pub(crate) fn close_stream(&mut self, tab: usize) {
        if let Some(index) = self.tabs[tab].stream.take() {
            self.note(|| format!("tab {tab}: closes stream {index}"));
            let stream = &mut self.server.streams[index];
            stream.subscribed = false;
            // What is on its way may still be handed on, under its old number.
            stream.dead = stream.dead || self.dice.one_in(2);
        }
    }

    /// The server answers.
    pub(crate) fn stream_asked(&mut self, index: usize) {
        let (tab, user) = (
            self.server.streams[index].tab,
            self.server.streams[index].user,
        );
        if self.server.streams[index].dead || self.tabs[tab].stream != Some(index) {
            return;
        }
        self.counts.streams += 1;
        let down = self.server.down_until > self.now;
        if !self.browsers[self.tabs[tab].browser].online
            || (down && self.dice.one_in(2))
            || self.fault(12)
        {
            return self.send(index, Arrival::Ended);
        }
        if down || self.fault(20) {
            let status = self.dice.pick(&[503, 500, 429, 408]).unwrap_or(503);
            return self.send(index, Arrival::Refused(status));
        }
        if self.fault(25) {
            return self.note(|| format!("stream {index}: hangs"));
        }
        let stream = &self.server.streams[index];
        let needs_token = self.tabs[tab].auth != remote_refresh_core::feed::message::Auth::None;
        if needs_token {
            let Some(end) = self.server.check(stream.token.as_deref(), user, self.now) else {
                return self.send(index, Arrival::Refused(401));
            };
            self.queue.push(end, Event::Expire(index));
        }
        self.server.streams[index].subscribed = true;
        self.send(index, Arrival::Opened);
        let value = self.server.users[user].value();
        self.send_event(index, &value);
        self.later(KEEP_ALIVE, Event::KeepAlive(index));
    }

    pub(crate) fn keep_alive(&mut self, index: usize) {
        if self.server.streams[index].subscribed {
            self.send_event(index, &StreamEvent::KeepAlive);
            self.later(KEEP_ALIVE, Event::KeepAlive(index));
        }
    }

    /// The token of a stream is good no longer.
    pub(crate) fn token_ends(&mut self, index: usize) {
        if !self.server.streams[index].subscribed {
            return;
        }
        let reason = "credential is no longer valid".into();
        self.send_event(index, &StreamEvent::AuthRevoked { reason });
        self.send(index, Arrival::Ended);
        self.server.streams[index].subscribed = false;
    }

    /// The subscribers of a user's node are told what was written; a slow one later, all of it at once.
    pub(crate) fn publish(&mut self, user: usize, event: &StreamEvent) {
        for index in 0..self.server.streams.len() {
            let stream = &self.server.streams[index];
            if !stream.subscribed || stream.user != user || stream.held {
                continue;
            }
            if self.fault(6) {
                self.server.streams[index].held = true;
                let wait = self.dice.wait(10_000);
                self.later(wait, Event::Flush(index));
            } else {
                self.send_event(index, event);
            }
        }
    }

    pub(crate) fn flush(&mut self, index: usize) {
        let stream = &mut self.server.streams[index];
        stream.held = false;
        if stream.subscribed {
            let value = self.server.users[stream.user].value();
            self.send_event(index, &value);
        }
    }

    /// Sends an event, in pieces; the connection may break at any of its bytes.
    fn send_event(&mut self, index: usize, event: &StreamEvent) {
        let mut bytes = event.encode().into_bytes();
        let cut = self.fault(15);
        if cut {
            bytes.truncate(self.dice.between(0, bytes.len() as u64) as usize);
        }
        while !bytes.is_empty() {
            let whole = self.calm || self.dice.one_in(2);
            let length = if whole {
                bytes.len()
            } else {
                self.dice.between(1, bytes.len() as u64) as usize
            };
            let rest = bytes.split_off(length);
            self.send(index, Arrival::Bytes(bytes));
            bytes = rest;
        }
        if cut {
            self.break_stream(index);
        }
    }

    /// The connection breaks; the tab hears of it, or only of silence.
    pub(crate) fn break_stream(&mut self, index: usize) {
        let silent = self.dice.one_in(3);
        self.note(|| format!("stream {index}: breaks, silently: {silent}"));
        if !silent {
            self.send(index, Arrival::Ended);
        }
        self.server.streams[index].subscribed = false;
    }

    fn send(&mut self, index: usize, arrival: Arrival) {
        let wait = self.dice.wait(if self.calm { 200 } else { 3_000 });
        let stream = &mut self.server.streams[index];
        stream.arrives = stream.arrives.max(self.now + wait);
        self.queue
            .push(stream.arrives, Event::Stream(index, arrival));
    }

    pub(crate) fn stream_arrives(&mut self, index: usize, arrival: Arrival) {
        let stream = &self.server.streams[index];
        if !stream.dead {
            self.happen_in(stream.tab, TabEvent::Stream(stream.request, arrival));
        }
    }

    /// The shell hands on what arrived.
    pub(crate) fn stream_input(&mut self, tab: usize, request: RequestId, arrival: &Arrival) {
        self.note(|| match arrival {
            Arrival::Bytes(bytes) => format!("tab {tab}: {:?}", String::from_utf8_lossy(bytes)),
            _ => format!("tab {tab}: stream {arrival:?}"),
        });
        let current = self.tabs[tab]
            .stream
            .filter(|index| self.server.streams[*index].request == request);
        if let (Arrival::Ended | Arrival::Refused(_), Some(index)) = (arrival, current) {
            self.server.streams[index].subscribed = false;
            self.tabs[tab].stream = None;
        }
        let input = match arrival {
            Arrival::Opened => FeedInput::StreamOpened(request),
            Arrival::Refused(status) => FeedInput::StreamRefused(request, *status, ""),
            Arrival::Bytes(bytes) => FeedInput::BytesArrived(request, bytes),
            Arrival::Ended => FeedInput::StreamEnded(request, ""),
        };
        self.feed_input(tab, input);
    }
}
