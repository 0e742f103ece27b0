//! The refresh contract, against a million steps of everything that can go wrong, from seeds that are new each time.

use std::io::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};

use remote_refresh_sim::campaign::campaign;
use remote_refresh_sim::{run, STEPS};

/// Says something even if the test passes, as the seed must be known whatever happens.
fn say(line: &str) {
    // Nobody hears of it if standard error is closed; that fails no test.
    let _ = writeln!(std::io::stderr(), "{line}");
}

#[test]
fn whatever_happens_what_is_displayed_ends_up_to_date_for_no_more_fetches_than_there_were_reasons()
{
    let seed = match std::env::var("SIM_SEED") {
        Ok(seed) => seed.parse().expect("SIM_SEED is a number"),
        Err(_) => {
            let now = SystemTime::now().duration_since(UNIX_EPOCH);
            now.expect("the clock is past 1970").as_millis() as u64
        }
    };
    say(&format!(
        "the first seed is {seed}: SIM_SEED={seed} repeats this test"
    ));
    match campaign(seed, 1_000_000) {
        Ok(counts) => {
            say(&counts.to_string());
            assert!(counts.steps >= 1_000_000);
            assert!(counts.fetches > 0 && counts.failures > 0 && counts.streams > 0);
        }
        Err(failed) => panic!("{failed}"),
    }
}

#[test]
fn a_run_follows_from_its_seed_alone() {
    for seed in 0..5 {
        let (first, again) = (run(seed, STEPS, true), run(seed, STEPS, true));
        assert_eq!(first.trace, again.trace);
        assert!(first.trace.len() > STEPS as usize, "it is told in full");
        let silent = run(seed, STEPS, false);
        assert!(silent.trace.is_empty());
        assert_eq!(silent.counts.to_string(), first.counts.to_string());
    }
    assert_ne!(run(1, STEPS, true).trace, run(2, STEPS, true).trace);
}
