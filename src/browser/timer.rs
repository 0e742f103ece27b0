//! The one timer: the core says when it is to fire, and finds out what is due then.

use std::cell::{Cell, RefCell};

use gloo_timers::callback::Timeout;
use remote_refresh_core::time::Millis;

/// The longest delay a browser's timer can take, in milliseconds. What is due later is waited for in several parts.
const MAX_DELAY: u64 = 2_147_483_647;

/// A timer that is set or not. Dropping it takes it back.
#[derive(Default)]
pub(crate) struct Timer {
    due: Cell<Option<Millis>>,
    timeout: RefCell<Option<Timeout>>,
}

impl Timer {
    /// Calls `fire` at `due`, instead of what it was set for before; `None`: not at all. `now` is asked for the time only if
    /// there is something to set.
    pub(crate) fn set(
        &self,
        due: Option<Millis>,
        now: impl FnOnce() -> Millis,
        fire: impl FnOnce() + 'static,
    ) {
        if self.due.replace(due) == due {
            return;
        }
        let timeout = due.map(|at| {
            let delay = at.since(now()).0.min(MAX_DELAY);
            Timeout::new(delay as u32, fire)
        });
        // The one before is taken back by being dropped.
        self.timeout.replace(timeout);
    }

    /// It fired: it is set for nothing.
    pub(crate) fn fired(&self) {
        self.due.set(None);
    }
}
