//! Everything there is, and the passing of time.

use remote_refresh_core::time::Millis;

use crate::dice::Dice;
use crate::queue::{Event, Queue, TabEvent};
use crate::server::{Server, Style, User};
use crate::tab::Tab;
use crate::tabs::Locks;

/// When every run begins, in milliseconds since the epoch: November 2023.
const START: u64 = 1_700_000_000_000;

/// A browser: what its tabs share.
#[derive(Debug)]
pub(crate) struct Browser {
    /// By how much its clock differs from the server's.
    pub(crate) clock: i64,
    pub(crate) online: bool,
}

/// What happened in a run, in numbers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    /// Steps: things chosen to happen, besides all that follows from them.
    pub steps: u64,
    /// Changes of data on the server.
    pub changes: u64,
    /// Fetches that the core started.
    pub fetches: u64,
    /// Fetches that failed.
    pub failures: u64,
    /// Streams that reached the server.
    pub streams: u64,
    /// Events delivered.
    pub events: u64,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.steps += other.steps;
        self.changes += other.changes;
        self.fetches += other.fetches;
        self.failures += other.failures;
        self.streams += other.streams;
        self.events += other.events;
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} steps and {} events: {} changes, {} fetches of which {} failed, {} streams",
            self.steps, self.events, self.changes, self.fetches, self.failures, self.streams
        )
    }
}

/// The whole simulation.
#[derive(Debug)]
pub(crate) struct World {
    /// The true time, which is the server's.
    pub(crate) now: u64,
    pub(crate) dice: Dice,
    pub(crate) queue: Queue,
    pub(crate) server: Server,
    pub(crate) browsers: Vec<Browser>,
    pub(crate) tabs: Vec<Tab>,
    pub(crate) locks: Locks,
    /// The faults are over.
    pub(crate) calm: bool,
    pub(crate) counts: Counts,
    /// The first thing that was not as it must be.
    pub(crate) failure: Option<String>,
    trace: Option<Vec<String>>,
}

impl World {
    pub(crate) fn new(seed: u64, trace: bool) -> Self {
        let mut dice = Dice::new(seed);
        let users = (0..2)
            .map(|index| {
                let style = match dice.between(0, 9) {
                    0 => Style::Bare,
                    1 => Style::Queue,
                    _ => Style::Full,
                };
                User::new(index, style)
            })
            .collect();
        let browser = |clock| Browser {
            clock,
            online: true,
        };
        Self {
            now: START,
            queue: Queue::default(),
            server: Server::new(users),
            browsers: vec![
                browser(0),
                browser(dice.between(0, 7_200_000) as i64 - 3_600_000),
            ],
            tabs: Vec::new(),
            locks: Locks::default(),
            calm: false,
            counts: Counts::default(),
            failure: None,
            trace: trace.then(Vec::new),
            dice,
        }
    }

    /// Adds a line to the trace, if there is one.
    pub(crate) fn note(&mut self, line: impl FnOnce() -> String) {
        if let Some(trace) = self.trace.as_mut() {
            trace.push(format!("{:>9} {}", self.now - START, line()));
        }
    }

    pub(crate) fn take_trace(&mut self) -> Vec<String> {
        self.trace.take().unwrap_or_default()
    }

    /// Something is not as it must be; only the first is kept.
    pub(crate) fn violated(&mut self, what: String) {
        self.note(|| format!("VIOLATED {what}"));
        self.failure.get_or_insert(what);
    }

    /// The time on a tab's clock.
    pub(crate) fn clock(&self, tab: usize) -> Millis {
        let clock = self.browsers[self.tabs[tab].browser].clock;
        Millis(self.now.saturating_add_signed(clock))
    }

    /// Yes, once in `n` times, while there are faults.
    pub(crate) fn fault(&mut self, n: u64) -> bool {
        !self.calm && self.dice.one_in(n)
    }

    /// Lets this event happen after `wait`.
    pub(crate) fn later(&mut self, wait: u64, event: Event) {
        self.queue.push(self.now + wait, event);
    }

    pub(crate) fn later_in(&mut self, tab: usize, wait: u64, event: TabEvent) {
        self.later(wait, Event::Tab(tab, event));
    }

    /// Lets time pass, with everything that happens in it.
    pub(crate) fn pass(&mut self, span: u64) {
        let end = self.now + span;
        while self.failure.is_none() {
            let Some((at, event)) = self.queue.pop(end) else {
                break;
            };
            self.now = at;
            self.counts.events += 1;
            self.happen(event);
        }
        self.now = end;
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::StreamAsked(stream) => self.stream_asked(stream),
            Event::Stream(stream, arrival) => self.stream_arrives(stream, arrival),
            Event::KeepAlive(stream) => self.keep_alive(stream),
            Event::Expire(stream) => self.token_ends(stream),
            Event::Flush(stream) => self.flush(stream),
            Event::Write(user, kinds, origin) => self.write(user, &kinds, origin.as_deref()),
            Event::Tab(tab, event) => self.happen_in(tab, event),
        }
    }

    /// Something happens in a tab; a frozen one finds it later, a closed one never.
    pub(crate) fn happen_in(&mut self, tab: usize, event: TabEvent) {
        if self.tabs[tab].closed {
            return;
        }
        // A request is on its way, whatever its tab does.
        if self.tabs[tab].frozen && !is_on_its_way(&event) {
            self.tabs[tab].inbox.push(event);
            return;
        }
        match event {
            TabEvent::Timer(number) => self.timer_fires(tab, number),
            TabEvent::Stream(request, arrival) => self.stream_input(tab, request, &arrival),
            TabEvent::Token(request, token) => self.token_arrives(tab, request, token),
            TabEvent::FetchAsked(entity, flight) => self.fetch_asked(tab, entity, flight),
            TabEvent::FetchOver(entity, flight, outcome, value) => {
                self.fetch_over(tab, entity, flight, outcome, value);
            }
            TabEvent::OwnAsked(entity, flight, reads) => self.own_asked(tab, entity, flight, reads),
            TabEvent::OwnOver(entity, flight, reads, seen) => {
                self.own_over(tab, entity, flight, reads, seen);
            }
            TabEvent::WriteAsked(write) => self.write_asked(tab, write),
            TabEvent::WriteOver(write, version) => self.write_over(tab, write, version),
            TabEvent::Leave(entity) => self.leave(tab, entity),
            TabEvent::Show(page) => self.show_loaded(tab, page),
            TabEvent::LateHook(view, revision) => self.late_hook(tab, view, revision),
            TabEvent::Resume(pass) => self.resume(tab, pass),
            TabEvent::Connect(since) => self.connect(tab, since),
            TabEvent::Lead(line) => self.lead(line),
            TabEvent::Asked(line) => self.asked(line),
            TabEvent::Heard(line, state, data) => self.heard(line, state, data.as_deref()),
        }
    }
}

/// Whether a tab has no hand in it any more.
const fn is_on_its_way(event: &TabEvent) -> bool {
    matches!(
        event,
        TabEvent::FetchAsked(..) | TabEvent::OwnAsked(..) | TabEvent::WriteAsked(..)
    )
}
