//! Echoes: changes in the feed that this client caused, and whose effect its own screen shows already.
//!
//! Each write goes out under a name of its own, `<client>-<number>`, which the server passes on as the change's `origin`.
//! So an echo is matched to its write, and to what that write's answer gives, however many are under way.

use alloc::string::String;
use alloc::vec::Vec;

use crate::decimal::decimal;
use crate::refresh::{EntityId, FlightId};
use crate::revision::Revision;
use crate::time::Millis;

/// Names one write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WriteId(pub u32);

/// Writes that are remembered; beyond, the oldest one's echo is taken for a change like any other.
const MAX_WRITES: usize = 64;
/// Echoes that are remembered, likewise.
const MAX_ECHOES: usize = 256;
/// How long after its answer a write's echo may come.
const LINGER: Millis = Millis::from_secs(60);

/// An entity that a write touches.
#[derive(Clone, Copy, Debug)]
pub(super) struct Touched {
    pub(super) entity: EntityId,
    /// The request, as the refresh engine knows it.
    pub(super) flight: FlightId,
    /// Whether the write's answer gives what the entity would fetch.
    pub(super) given: bool,
}

#[derive(Debug)]
struct Write {
    id: WriteId,
    touched: Vec<Touched>,
    /// When it was answered.
    answered: Option<Millis>,
    echoes: u32,
}

/// The writes under way, and the changes that are their echoes.
#[derive(Debug, Default)]
pub(super) struct Echoes {
    last: u32,
    writes: Vec<Write>,
    /// Which revisions an entity need not fetch, and by which write.
    echoes: Vec<(EntityId, Revision, WriteId)>,
}

impl Echoes {
    /// A write starts.
    pub(super) fn start(&mut self, touched: Vec<Touched>, now: Millis) -> WriteId {
        self.writes
            .retain(|write| write.answered.is_none_or(|at| now.since(at) < LINGER));
        if self.writes.len() == MAX_WRITES {
            self.writes.remove(0);
        }
        self.last = self.last.wrapping_add(1);
        let id = WriteId(self.last);
        self.writes.push(Write {
            id,
            touched,
            answered: None,
            echoes: 0,
        });
        id
    }

    /// The change `revision` has this origin: it may be an echo.
    pub(super) fn hear(&mut self, client: &str, origin: &str, revision: Revision, now: Millis) {
        let number = origin
            .strip_prefix(client)
            .and_then(|rest| rest.strip_prefix('-'))
            .and_then(|number| number.parse().ok());
        let Some(at) = number.and_then(|number| {
            self.writes
                .iter()
                .position(|write| write.id == WriteId(number))
        }) else {
            return;
        };
        let write = &mut self.writes[at];
        if write.answered.is_some_and(|at| now.since(at) >= LINGER) {
            return;
        }
        write.echoes += 1;
        for touched in write.touched.iter().filter(|touched| touched.given) {
            if self.echoes.len() == MAX_ECHOES {
                self.echoes.remove(0);
            }
            self.echoes.push((touched.entity, revision, write.id));
        }
        // The first echo after the answer is the last that the answer vouches for: what comes later under the same name
        // may be a job that the write only started.
        if write.answered.is_some() {
            self.writes.remove(at);
        }
    }

    /// A write ended: what it touched, and, if its answer didn't give that, what it kept from being fetched.
    pub(super) fn end(
        &mut self,
        id: WriteId,
        given: bool,
        now: Millis,
    ) -> (Vec<Touched>, Vec<(EntityId, Revision)>) {
        let Some(at) = self.writes.iter().position(|write| write.id == id) else {
            return Default::default();
        };
        let write = &mut self.writes[at];
        let touched = core::mem::take(&mut write.touched);
        if given {
            write.answered = Some(now);
            write.touched.clone_from(&touched);
            if write.echoes > 0 {
                self.writes.remove(at);
            }
            return (touched, Vec::new());
        }
        self.writes.remove(at);
        let mut pending = Vec::new();
        self.echoes.retain(|&(entity, revision, write)| {
            if write == id {
                pending.push((entity, revision));
            }
            write != id
        });
        (touched, pending)
    }

    /// Whether every change after `applied`, up to `revision`, is an echo of what the entity shows.
    pub(super) fn cover(&self, entity: EntityId, applied: Revision, revision: Revision) -> bool {
        let is_echo = |number| {
            let echo =
                |&(of, at, _): &(EntityId, Revision, WriteId)| of == entity && at.0 == number;
            self.echoes.iter().any(echo)
        };
        // One that reaches back further than echoes are remembered is none.
        applied < revision
            && revision.0 - applied.0 <= MAX_ECHOES as u32
            && !self.echoes.is_empty()
            && (applied.0 + 1..=revision.0).all(is_echo)
    }

    /// The entity is gone, and its number may be another's soon.
    pub(super) fn forget(&mut self, entity: EntityId) {
        self.echoes.retain(|(of, ..)| *of != entity);
        for write in &mut self.writes {
            write.touched.retain(|touched| touched.entity != entity);
        }
    }
}

/// The name that a write goes out under.
pub(super) fn name(client: &str, write: WriteId) -> String {
    [client, "-", &decimal(write.0 as usize)].concat()
}

/// Whether a change of this origin was caused by this client.
pub(super) fn is_own(client: &str, origin: &str) -> bool {
    let is_number = |number: &str| number.parse::<u32>().is_ok();
    origin
        .strip_prefix(client)
        .is_some_and(|rest| rest.is_empty() || rest.strip_prefix('-').is_some_and(is_number))
}
