//! `rules`: checks a rules file; with `--cases`, tries rules on cases.

use std::io::{BufRead, Write};
use std::path::PathBuf;

use clap::Args;
use remote_refresh_server::{Config, FeedServer, Storage, Trial, DEFAULT_RULES};

use super::read_file;

#[derive(Args)]
pub(super) struct RulesArgs {
    /// The rules file to check; none prints the rules of a server that was given none.
    file: Option<PathBuf>,
    /// Read cases from standard input, one JSON object a line with rules, data, auth, now and one of read, write and update
    /// (a path; the last two with value), and print true, false or what is wrong for each.
    #[arg(long, conflicts_with = "file")]
    cases: bool,
}

pub(super) fn run(args: &RulesArgs) -> Result<(), String> {
    if args.cases {
        return cases().map_err(|error| error.to_string());
    }
    let Some(file) = &args.file else {
        print!("{DEFAULT_RULES}");
        return Ok(());
    };
    let config = Config {
        rules: Some(read_file(file, "the rules")?),
        ..Config::new(Storage::Memory, "checking only")
    };
    FeedServer::open(config).map_err(|error| format!("{}: {error}", file.display()))?;
    println!("The rules are good.");
    Ok(())
}

fn cases() -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let verdict = Trial::from_json(&line?).and_then(|trial| trial.verdict());
        match verdict {
            Ok(allowed) => writeln!(out, "{allowed}")?,
            Err(error) => writeln!(out, "error {}: {error}", error.code())?,
        }
    }
    Ok(())
}
