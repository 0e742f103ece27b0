//! The command line: serving, and the small commands around it.

mod backup;
mod config_file;
mod rules;
mod serve;
#[cfg(feature = "http-client")]
mod watch;

use std::path::PathBuf;

use clap::{Args, FromArgMatches, Parser, Subcommand};
use remote_refresh_core::time::Millis;
use remote_refresh_server::token::mint_token;
use remote_refresh_server::{maintenance, Clock};

/// A feed server for remote-refresh: speaks the Realtime Database's REST and streaming protocol over one data file.
///
/// Who knows the secret may read and write everything; what others may do, rules say. Without rules a user with a token
/// may read users/<their uid>, and nobody may do anything else. A value is taken from the flag, else from the environment,
/// else from the file that --config names. RUST_LOG sets what is logged (info by default); credentials never are.
#[derive(Parser)]
#[command(
    name = "remote-refresh-server",
    version,
    args_conflicts_with_subcommands = true
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: serve::Serve,
}

#[derive(Subcommand)]
enum Command {
    /// Prints a token with which a user may listen to their own node.
    Token {
        /// The user's id: 1 to 255 characters, none of . $ # [ ] /
        uid: String,
        /// For how many seconds the token is good.
        #[arg(long, default_value_t = 3600, value_name = "SECONDS")]
        lifetime: u64,
        #[command(flatten)]
        secret: SecretArgs,
    },
    /// Copies the data and the rules into a new data file: of a server that runs (--from), or of one that doesn't.
    Backup(backup::Backup),
    /// Makes the data file of a server that does not run smaller.
    Compact(DataArgs),
    /// Checks a rules file, and tries it.
    Rules(rules::RulesArgs),
    /// Follows a node in the terminal: one line for each event.
    #[cfg(feature = "http-client")]
    Watch(watch::Watch),
}

#[derive(Args)]
struct DataArgs {
    /// The data file. A server that serves makes it when it is not there.
    #[arg(
        long,
        env = "REMOTE_REFRESH_DATA",
        default_value = "feed.redb",
        value_name = "FILE"
    )]
    data: PathBuf,
}

#[derive(Args)]
struct SecretArgs {
    /// The secret. Other users of this machine can see it in the list of processes: prefer the variable or the file.
    #[arg(long, env = "REMOTE_REFRESH_SECRET", hide_env_values = true)]
    secret: Option<String>,
    /// A file that holds the secret; blanks around it don't count.
    #[arg(
        long,
        env = "REMOTE_REFRESH_SECRET_FILE",
        value_name = "FILE",
        conflicts_with = "secret"
    )]
    secret_file: Option<PathBuf>,
}

impl SecretArgs {
    fn read(self) -> Result<String, String> {
        match (self.secret, self.secret_file) {
            (Some(secret), _) => Ok(secret),
            (None, Some(path)) => read_file(&path, "the secret").map(|text| text.trim().to_owned()),
            (None, None) => {
                Err("No secret: set REMOTE_REFRESH_SECRET, or give --secret-file.".to_owned())
            }
        }
    }
}

/// Does what the command line says.
pub(crate) fn run() -> Result<(), String> {
    let matches = config_file::command::<Cli>()?.get_matches();
    let cli = Cli::from_arg_matches(&matches).map_err(|error| error.to_string())?;
    match cli.command {
        None => serve::serve(cli.serve),
        Some(Command::Token {
            uid,
            lifetime,
            secret,
        }) => print_token(&uid, lifetime, secret),
        Some(Command::Backup(args)) => backup::backup(args),
        Some(Command::Compact(DataArgs { data })) => {
            let (before, after) = maintenance::compact(&data).map_err(|error| error.to_string())?;
            println!("{before} bytes before, {after} bytes now");
            Ok(())
        }
        Some(Command::Rules(args)) => rules::run(&args),
        #[cfg(feature = "http-client")]
        Some(Command::Watch(args)) => watch::watch(args),
    }
}

fn print_token(uid: &str, lifetime: u64, secret: SecretArgs) -> Result<(), String> {
    let lifetime = Millis(lifetime.saturating_mul(1000));
    let token = mint_token(&secret.read()?, uid, lifetime, Clock::system().now())
        .map_err(|error| error.to_string())?;
    println!("{token}");
    Ok(())
}

fn read_file(path: &std::path::Path, what: &str) -> Result<String, String> {
    std::fs::read_to_string(path)
        .map_err(|error| format!("Can't read {what} from {}: {error}", path.display()))
}
