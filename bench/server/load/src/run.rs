//! The loop: opens streams, writes at a rate or as fast as answers come, and compares what arrives with what was written.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use mio::{Events, Interest, Poll, Token};
use serde_json::{json, Value};

use crate::address::connect;
use crate::publisher::{Due, Publisher, Step};
use crate::report::Times;
use crate::stream::{Progress, Stream};

/// Streams that are being opened at the same time: less than a server's queue of new connections holds.
const OPENING: usize = 100;

/// Tokens from here on are publishers'.
const PUBLISHERS: usize = 1 << 20;

/// How, and how much, to write.
pub(crate) struct Writes<'a> {
    pub(crate) at: SocketAddr,
    pub(crate) template: &'a str,
    pub(crate) writers: usize,
    pub(crate) rate: Option<u32>,
    /// Without a rate: a writer goes on when all events have arrived, not as soon as its write is answered.
    pub(crate) in_step: bool,
    pub(crate) time: Duration,
    pub(crate) most: u64,
}

/// All that is under way, and what it came to.
pub(crate) struct Run {
    poll: Poll,
    buffer: Vec<u8>,
    streams: Vec<Stream>,
    publishers: Vec<Publisher>,
    /// Connections made, for their addresses.
    connections: u32,
    /// When each user's writes were due: the first is number 1.
    due: Vec<Vec<Instant>>,
    /// How many streams each user has.
    listeners: Vec<u64>,
    patience: Duration,
    written: u64,
    acknowledged: u64,
    expected: u64,
    delivered: u64,
    out_of_order: u64,
    /// Streams that were refused or ended while they were being opened, and opened again.
    opened_anew: usize,
    /// Streams that the server has ended.
    cut_off: u64,
    begun: Instant,
    last_acknowledged: Instant,
    last_delivered: Instant,
    latencies: Times,
    answers: Times,
}

impl Run {
    pub(crate) fn new(users: u32, patience: Duration) -> io::Result<Self> {
        let now = Instant::now();
        Ok(Self {
            poll: Poll::new()?,
            buffer: vec![0; 64 * 1024],
            streams: Vec::new(),
            publishers: Vec::new(),
            connections: 0,
            due: vec![Vec::new(); users as usize],
            listeners: vec![0; users as usize],
            patience,
            written: 0,
            acknowledged: 0,
            expected: 0,
            delivered: 0,
            out_of_order: 0,
            opened_anew: 0,
            cut_off: 0,
            begun: now,
            last_acknowledged: now,
            last_delivered: now,
            latencies: Times::default(),
            answers: Times::default(),
        })
    }

    /// Opens a stream for each path and user; returns when the head of each answer is there.
    ///
    /// A stream that is refused or ended meanwhile is opened anew, as browsers do: some servers can't take them this fast.
    pub(crate) fn open(&mut self, at: SocketAddr, paths: &[(&str, u32)]) -> io::Result<()> {
        let mut events = Events::with_capacity(1024);
        let (mut open, mut last) = (0, Instant::now());
        while open < paths.len() {
            while self.streams.len() < paths.len() && self.streams.len() - open < OPENING {
                let (_, user) = paths[self.streams.len()];
                if let Some(listeners) = self.listeners.get_mut(user as usize) {
                    *listeners += 1;
                }
                let stream = self.stream(at, paths, self.streams.len())?;
                self.streams.push(stream);
            }
            self.poll
                .poll(&mut events, Some(Duration::from_millis(100)))?;
            for event in &events {
                let index = event.token().0;
                match self.stream_ready(index) {
                    Ok(Progress {
                        ended: false,
                        opened,
                    }) => open += usize::from(opened),
                    failed => {
                        self.opened_anew += 1;
                        if self.opened_anew > paths.len() {
                            failed?;
                            return Err(io::Error::other("streams end as soon as they are open"));
                        }
                        open -= usize::from(self.streams[index].is_open());
                        self.streams[index] = self.stream(at, paths, index)?;
                    }
                }
                last = Instant::now();
            }
            if last.elapsed() > self.patience {
                let text = format!("only {open} of {} streams were answered", paths.len());
                return Err(io::Error::other(text));
            }
        }
        self.cut_off = 0;
        // Only what arrives is of interest from now on.
        for (i, stream) in self.streams.iter_mut().enumerate() {
            self.poll
                .registry()
                .reregister(stream.socket(), Token(i), Interest::READABLE)?;
        }
        Ok(())
    }

    /// Writes, and returns when all that was written has arrived, or nothing comes any more.
    pub(crate) fn write(&mut self, writes: &Writes<'_>) -> io::Result<()> {
        self.publishers
            .resize_with(writes.writers.min(self.due.len()), Publisher::default);
        self.begun = Instant::now();
        (self.last_acknowledged, self.last_delivered) = (self.begun, self.begun);
        let end = self.begun + writes.time;
        let mut events = Events::with_capacity(4096);
        if writes.rate.is_none() && !writes.in_step {
            for publisher in 0..self.publishers.len() {
                self.next_of(publisher, self.begun, writes)?;
            }
        }
        loop {
            let now = Instant::now();
            if let (Some(rate), true) = (writes.rate, now < end) {
                // By the clock, not by what the server can take: a write that waits for another was due before.
                while self.written < writes.most {
                    let due =
                        self.begun + Duration::from_secs_f64(self.written as f64 / f64::from(rate));
                    if due > now || due >= end {
                        break;
                    }
                    // A prime, so that neighbours in time are none in the list.
                    let user = (self.written * 7919 % self.due.len() as u64) as u32;
                    let publisher = user as usize % self.publishers.len();
                    let write = self.note(user, due);
                    self.publishers[publisher].waiting.push_back(write);
                    self.advance(publisher, writes)?;
                }
            }
            if writes.in_step && now < end && self.written < writes.most && self.settled() {
                self.next_of(self.written as usize % self.publishers.len(), now, writes)?;
            }
            let over = now >= end || self.written >= writes.most;
            if over && self.settled() {
                return Ok(());
            }
            let last = self
                .last_acknowledged
                .max(self.last_delivered)
                .max(self.begun);
            if (over || writes.in_step) && last.elapsed() > self.patience {
                return Ok(());
            }
            self.poll
                .poll(&mut events, Some(Duration::from_millis(1)))?;
            for event in &events {
                let token = event.token().0;
                if token < PUBLISHERS {
                    self.stream_ready(token)?;
                } else {
                    self.publisher_ready(token - PUBLISHERS, writes)?;
                }
            }
        }
    }

    /// Every write was answered, and every event has arrived.
    fn settled(&self) -> bool {
        self.acknowledged == self.written && self.delivered >= self.expected
    }

    fn connect(&mut self, to: SocketAddr) -> io::Result<mio::net::TcpStream> {
        self.connections += 1;
        connect(to, self.connections)
    }

    /// A stream that is being opened.
    fn stream(
        &mut self,
        at: SocketAddr,
        paths: &[(&str, u32)],
        index: usize,
    ) -> io::Result<Stream> {
        let (path, user) = paths[index];
        let mut stream = Stream::new(self.connect(at)?, path, user);
        let both = Interest::READABLE | Interest::WRITABLE;
        let registry = self.poll.registry();
        registry.register(stream.socket(), Token(index), both)?;
        Ok(stream)
    }

    /// Notes a write that is due, and gives it its number.
    fn note(&mut self, user: u32, due: Instant) -> Due {
        let times = &mut self.due[user as usize];
        times.push(due);
        self.written += 1;
        self.expected += self.listeners[user as usize];
        Due {
            user,
            seq: times.len() as u64,
            due,
        }
    }

    /// Lets a publisher, which has its users to itself, write to the next of them.
    fn next_of(&mut self, publisher: usize, now: Instant, writes: &Writes<'_>) -> io::Result<()> {
        self.queue_next_of(publisher, now);
        self.advance(publisher, writes)
    }

    fn queue_next_of(&mut self, publisher: usize, now: Instant) {
        let (mine, all) = (self.publishers.len(), self.due.len());
        let count = (all - publisher - 1) / mine + 1;
        let user = publisher + self.written as usize % count * mine;
        let write = self.note(user as u32, now);
        self.publishers[publisher].waiting.push_back(write);
    }

    /// Begins the next write if the publisher can.
    fn advance(&mut self, index: usize, writes: &Writes<'_>) -> io::Result<()> {
        if self.begin_next(index, writes)? {
            self.publisher_ready(index, writes)?;
        }
        Ok(())
    }

    /// Begins the next write if the publisher can. True if its connection is there already: nothing will say that a socket
    /// that could be written to still can.
    fn begin_next(&mut self, index: usize, writes: &Writes<'_>) -> io::Result<bool> {
        if !self.publishers[index].idle() {
            return Ok(false);
        }
        let Some(write) = self.publishers[index].waiting.pop_front() else {
            return Ok(false);
        };
        self.publishers[index].begin(write, request(writes.template, write));
        if self.publishers[index].socket.is_some() {
            return Ok(true);
        }
        let mut socket = self.connect(writes.at)?;
        let both = Interest::READABLE | Interest::WRITABLE;
        let token = Token(PUBLISHERS + index);
        self.poll.registry().register(&mut socket, token, both)?;
        self.publishers[index].connect(socket);
        Ok(false)
    }

    /// Goes on with a publisher until it waits: for the other end, or for a write that is due.
    fn publisher_ready(&mut self, index: usize, writes: &Writes<'_>) -> io::Result<()> {
        while let Step::Answered(write) = self.publishers[index].ready(&mut self.buffer)? {
            let now = Instant::now();
            self.acknowledged += 1;
            self.last_acknowledged = now;
            self.answers.add(now - write.due);
            let over = now >= self.begun + writes.time || self.written >= writes.most;
            if writes.rate.is_none() && !writes.in_step && !over {
                self.queue_next_of(index, now);
            }
            if !self.begin_next(index, writes)? {
                break;
            }
        }
        Ok(())
    }

    fn stream_ready(&mut self, index: usize) -> io::Result<Progress> {
        let stream = &mut self.streams[index];
        let (user, mut seen) = (stream.user as usize, stream.seen);
        let due = self.due.get(user).map_or(&[][..], Vec::as_slice);
        let (latencies, delivered, out_of_order) = (
            &mut self.latencies,
            &mut self.delivered,
            &mut self.out_of_order,
        );
        let now = Instant::now();
        let before = *delivered;
        let progress = stream.ready(&mut self.buffer, |seq| {
            match due.get((seq as usize).wrapping_sub(1)) {
                Some(&due) if seq == seen + 1 => latencies.add(now.saturating_duration_since(due)),
                _ => *out_of_order += 1,
            }
            seen = seq;
            *delivered += 1;
        })?;
        if *delivered > before {
            self.last_delivered = now;
        }
        stream.seen = seen;
        if progress.ended {
            self.cut_off += 1;
        }
        Ok(progress)
    }

    /// What it came to.
    pub(crate) fn report(&self) -> Value {
        let seconds = |until: Instant| (until - self.begun).as_secs_f64();
        json!({
            "streams": self.streams.len(),
            "written": self.written,
            "acknowledged": self.acknowledged,
            "expected": self.expected,
            "delivered": self.delivered,
            "outOfOrder": self.out_of_order,
            "openedAnew": self.opened_anew,
            "cutOff": self.cut_off,
            "secondsToLastAnswer": seconds(self.last_acknowledged),
            "secondsToLastDelivery": seconds(self.last_delivered),
            "latency": self.latencies.summary(),
            "answer": self.answers.summary(),
        })
    }
}

/// The request's text for this write.
fn request(template: &str, write: Due) -> Vec<u8> {
    let filled = template
        .replace("{user}", &write.user.to_string())
        .replace("{seq}", &write.seq.to_string());
    let (head, body) = filled.split_once("\n\n").unwrap_or((&filled, ""));
    let body = body.trim_end_matches('\n');
    let head = head
        .replace("{length}", &body.len().to_string())
        .replace('\n', "\r\n");
    format!("{head}\r\n\r\n{body}").into_bytes()
}

#[cfg(test)]
mod tests;
