//! The load of `npm run bench -- server`: holds event streams, writes, and looks at each event that arrives.
//!
//! It knows no product. It is given the paths of the streams and a text of a request, sends that with `{user}` and `{seq}`
//! replaced, and expects `"version":<seq>` on the streams of that user: each once, in order. One thread and `epoll`, since
//! it shares the machine with the server that it measures.
//!
//! It says `open` when all streams are, waits for a line, writes, and ends with one line of JSON.

mod address;
mod events;
mod publisher;
mod report;
mod run;
mod stream;

use std::fs;
use std::io::{self, BufRead, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;

/// Holds event streams, writes, and looks at each event that arrives.
#[derive(Parser)]
struct Args {
    /// Where the streams are. Only loopback addresses are taken.
    #[arg(long, value_parser = address::loopback)]
    streams_at: SocketAddr,
    /// A file with the path of a stream in each line; the stream in line n is user n's, from 0.
    #[arg(long)]
    streams: PathBuf,
    /// All streams are user 0's.
    #[arg(long)]
    shared: bool,
    /// Where to write.
    #[arg(long, value_parser = address::loopback)]
    publish_at: SocketAddr,
    /// A file with the request that writes: `{user}`, `{seq}` and `{length}`, of the body, are replaced.
    #[arg(long)]
    request: PathBuf,
    /// How many users are written to, from 0.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    users: u32,
    /// Connections that write, one request at a time each.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1024))]
    writers: u32,
    /// Writes a second; without it each writer writes as soon as its last write is answered.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    rate: Option<u32>,
    /// Without a rate: write when all events of the last write have arrived.
    #[arg(long, conflicts_with = "rate")]
    in_step: bool,
    /// For how long to write, in milliseconds.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=120_000))]
    milliseconds: u64,
    /// How many writes at most.
    #[arg(long, default_value_t = 10_000_000)]
    most: u64,
    /// How long to wait for an event or an answer when nothing comes, in milliseconds.
    #[arg(long, default_value_t = 10_000)]
    patience: u64,
}

fn main() -> ExitCode {
    match load(&Args::parse()) {
        Ok(report) => {
            println!("{report}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("remote-refresh-load: {error}");
            ExitCode::FAILURE
        }
    }
}

fn load(args: &Args) -> io::Result<serde_json::Value> {
    let paths = fs::read_to_string(&args.streams)?;
    let request = fs::read_to_string(&args.request)?;
    let mut run = run::Run::new(args.users, Duration::from_millis(args.patience))?;
    let users = (0..).map(|n| if args.shared { 0 } else { n });
    let paths: Vec<_> = paths.lines().zip(users).collect();
    run.open(args.streams_at, &paths)?;
    println!("open");
    io::stdout().flush()?;
    io::stdin().lock().read_line(&mut String::new())?;
    let writes = run::Writes {
        at: args.publish_at,
        template: &request,
        writers: args.writers as usize,
        rate: args.rate,
        in_step: args.in_step,
        time: Duration::from_millis(args.milliseconds),
        most: args.most,
    };
    run.write(&writes)?;
    Ok(run.report())
}
