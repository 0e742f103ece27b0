//! `remote-refresh-server`: the feed server as a program.

mod cli;

use std::process::ExitCode;

/// What a write takes is made on one thread and freed on another: this one is quick at that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match cli::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}
