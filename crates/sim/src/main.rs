//! The simulation by hand: see `HELP`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use remote_refresh_sim::campaign::{campaign, explain};
use remote_refresh_sim::{run, spread, STEPS};

const HELP: &str = "\
Deterministic simulation of remote-refresh: servers, networks, clocks, tabs and users around the core, with seeded faults.

simulate [--total N] [--seed N]            runs of 400 steps from one seed after the other, until N steps are done
simulate --seed N [--steps N] [--trace]    one run again
simulate spread [--out DIRECTORY]          100,000 clients that hear of one change: writes spread.md and spread.svg

  --total N        steps of all runs (1000000 unless --steps or --trace asks for one run)
  --seed N         the first seed (one from the clock, which is printed)
  --steps N        steps of one run (400)
  --trace          print what happens in that run, line by line: virtual milliseconds first
  --out DIRECTORY  where to write (docs)
  -h, --help       print this

Ends with status 1 when a run fails, after the end of its trace and the way to see all of it; with 2 for wrong arguments.
";

/// What the arguments ask for.
#[derive(Default)]
struct Arguments {
    help: bool,
    spread: bool,
    trace: bool,
    total: Option<u64>,
    seed: Option<u64>,
    steps: Option<u32>,
    out: Option<PathBuf>,
}

fn parse(mut words: impl Iterator<Item = String>) -> Result<Arguments, String> {
    let mut arguments = Arguments::default();
    while let Some(word) = words.next() {
        let mut number = || {
            let text = words.next().unwrap_or_default();
            let number = text.replace('_', "").parse::<u64>();
            number.map_err(|_| format!("{word} needs a number, not {text:?}"))
        };
        match word.as_str() {
            "-h" | "--help" => arguments.help = true,
            "spread" => arguments.spread = true,
            "--trace" => arguments.trace = true,
            "--total" => arguments.total = Some(number()?),
            "--seed" => arguments.seed = Some(number()?),
            "--steps" => {
                let steps = u32::try_from(number()?);
                arguments.steps = Some(steps.map_err(|_| "--steps is too large".to_owned())?);
            }
            "--out" => {
                let out = words.next().ok_or("--out needs a directory")?;
                arguments.out = Some(out.into());
            }
            _ => return Err(format!("{word:?} means nothing here; see --help")),
        }
    }
    Ok(arguments)
}

fn main() -> ExitCode {
    let arguments = match parse(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::from(2);
        }
    };
    if arguments.help {
        print!("{HELP}");
        return ExitCode::SUCCESS;
    }
    if arguments.spread {
        return write_spread(arguments.out.unwrap_or_else(|| "docs".into()));
    }
    let seed = arguments.seed.unwrap_or_else(from_the_clock);
    println!("seed {seed}");
    if arguments.steps.is_some() || arguments.trace {
        one_run(seed, arguments.steps.unwrap_or(STEPS), arguments.trace)
    } else {
        many_runs(seed, arguments.total.unwrap_or(1_000_000))
    }
}

fn from_the_clock() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(0, |now| now.as_millis() as u64)
}

fn one_run(seed: u64, steps: u32, trace: bool) -> ExitCode {
    let outcome = run(seed, steps, trace);
    for line in outcome.trace {
        println!("{line}");
    }
    match outcome.failure {
        None => {
            println!("{}", outcome.counts);
            ExitCode::SUCCESS
        }
        Some(failure) if trace => {
            println!("seed {seed} fails after {steps} steps: {failure}");
            ExitCode::FAILURE
        }
        Some(_) => {
            println!("{}", explain(seed, steps));
            ExitCode::FAILURE
        }
    }
}

fn many_runs(seed: u64, total: u64) -> ExitCode {
    match campaign(seed, total) {
        Ok(counts) => {
            println!("{counts}");
            ExitCode::SUCCESS
        }
        Err(failed) => {
            println!("{failed}");
            ExitCode::FAILURE
        }
    }
}

fn write_spread(out: PathBuf) -> ExitCode {
    let rows = spread::simulate(spread::CLIENTS);
    let table = spread::table(&rows);
    print!("{table}");
    let written = std::fs::write(out.join("spread.md"), table)
        .and_then(|()| std::fs::write(out.join("spread.svg"), spread::picture(&rows)));
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("can't write to {}: {error}", out.display());
            ExitCode::FAILURE
        }
    }
}
