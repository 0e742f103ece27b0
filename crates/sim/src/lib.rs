//! Deterministic simulation: servers, networks, clocks, tabs and users around the core, with seeded faults.
//!
//! A run follows from its seed alone. Things are chosen to happen (changes, and faults of every kind), time passes, and then the
//! faults stop. What is displayed must end up to date, and must not have cost more fetches than there were reasons for.
//!
//! | module | what it holds |
//! |---|---|
//! | `world` | everything there is, and the passing of time |
//! | `queue` | what will happen |
//! | `dice` | chance |
//! | `server` | users' data, nodes, tokens |
//! | `streams` | the network between tabs and the feed |
//! | `tab`, `tabs` | a tab; what tabs share |
//! | `shell` | what carries out the core's orders |
//! | `pages` | the app: views and what they show, handlers, fetches |
//! | `walk` | the walk of a page, in slices |
//! | `requests` | what the app requests and writes itself, and the user's work |
//! | `steps` | what is chosen to happen |
//! | `oracle` | what must be true |
//! | [`campaign`] | many runs, and what to say of one that fails |
//! | [`spread`] | 100,000 clients that hear of one change |

pub mod campaign;
mod dice;
mod oracle;
mod pages;
mod queue;
mod requests;
mod server;
mod shell;
pub mod spread;
mod steps;
mod streams;
mod tab;
mod tabs;
mod walk;
mod world;

pub use world::Counts;
use world::World;

/// Steps of a run, unless somebody says otherwise.
pub const STEPS: u32 = 400;

/// How long things may take to settle, in virtual milliseconds.
const SETTLE: u64 = 600_000;

/// Changes at the end of a run: enough to concern every entity there is.
const LAST_CHANGES: u32 = 40;

/// How a run ended.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What happened, in numbers.
    pub counts: Counts,
    /// What was not as it must be.
    pub failure: Option<String>,
    /// What happened, line by line; empty unless it was asked for.
    pub trace: Vec<String>,
}

/// Runs `steps` steps from `seed`, lets things settle, and checks what must be true. With `trace`, says what happened.
#[must_use]
pub fn run(seed: u64, steps: u32, trace: bool) -> Outcome {
    let mut world = World::new(seed, trace);
    for _ in 0..steps {
        if world.failure.is_some() {
            break;
        }
        world.step();
    }
    if world.failure.is_none() {
        settle(&mut world);
    }
    Outcome {
        counts: world.counts,
        failure: world.failure.take(),
        trace: world.take_trace(),
    }
}

fn settle(world: &mut World) {
    // What is seen now settles without any further help …
    world.calm_down();
    world.pass(SETTLE);
    world.end_refusals();
    world.pass(SETTLE);
    world.check_settled(true);
    // … what is hidden, when it is seen …
    world.reveal_all();
    world.pass(SETTLE);
    world.check_settled(true);
    if world.failure.is_some() {
        return;
    }
    // … and what has given up, with the next change that concerns it.
    for _ in 0..LAST_CHANGES {
        world.change();
    }
    world.pass(SETTLE);
    world.check_settled(false);
}

/// The smallest number of steps, found by halving, with which `seed` still fails: shorter runs may fail for another reason
/// or not at all, so it is small rather than smallest.
#[must_use]
pub fn shrink(seed: u64, steps: u32) -> u32 {
    let (mut passes, mut fails) = (0, steps);
    while fails - passes > 1 {
        let middle = passes + (fails - passes) / 2;
        if run(seed, middle, false).failure.is_some() {
            fails = middle;
        } else {
            passes = middle;
        }
    }
    fails
}
