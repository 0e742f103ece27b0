//! `remote-refresh-server`: the feed server as a program.

use std::io::IsTerminal;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use remote_refresh_core::time::Millis;
use remote_refresh_server::token::mint_token;
use remote_refresh_server::{run, Clock, Config, Storage};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

/// A feed server for remote-refresh: speaks the Realtime Database's REST and streaming protocol over one data file.
///
/// Who knows the secret may read and write everything; a user with a token may read users/<their uid>.
/// RUST_LOG sets what is logged (info by default); credentials never are.
#[derive(Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: Serve,
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
}

#[derive(Args)]
struct Serve {
    /// The address to listen on; port 0 takes any free one.
    #[arg(
        long,
        env = "REMOTE_REFRESH_LISTEN",
        default_value = "127.0.0.1:4001",
        value_name = "ADDRESS"
    )]
    listen: SocketAddr,
    /// The data file; made when it isn't there.
    #[arg(
        long,
        env = "REMOTE_REFRESH_DATA",
        default_value = "feed.redb",
        value_name = "FILE"
    )]
    data: PathBuf,
    /// How often an open stream is told that it lives.
    #[arg(long, env = "REMOTE_REFRESH_KEEP_ALIVE", default_value_t = 30, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    keep_alive: u64,
    /// The largest body of a write.
    #[arg(long, env = "REMOTE_REFRESH_MAX_BODY", default_value_t = 16 * 1024 * 1024, value_name = "BYTES")]
    max_body: usize,
    /// How many events a stream may be behind before it is cut off.
    #[arg(
        long,
        env = "REMOTE_REFRESH_MAX_QUEUED_EVENTS",
        default_value_t = 1024,
        value_name = "COUNT"
    )]
    max_queued_events: usize,
    /// How many bytes a stream may be behind before it is cut off.
    #[arg(long, env = "REMOTE_REFRESH_MAX_QUEUED_BYTES", default_value_t = 8 * 1024 * 1024, value_name = "BYTES")]
    max_queued_bytes: usize,
    #[command(flatten)]
    secret: SecretArgs,
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
            (None, Some(path)) => std::fs::read_to_string(&path)
                .map(|text| text.trim().to_owned())
                .map_err(|error| format!("Can't read the secret from {}: {error}", path.display())),
            (None, None) => {
                Err("No secret: set REMOTE_REFRESH_SECRET, or give --secret-file.".to_owned())
            }
        }
    }
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match cli.command {
        Some(Command::Token {
            uid,
            lifetime,
            secret,
        }) => print_token(&uid, lifetime, secret),
        None => serve(cli.serve),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn print_token(uid: &str, lifetime: u64, secret: SecretArgs) -> Result<(), String> {
    let lifetime = Millis(lifetime.saturating_mul(1000));
    let token = mint_token(&secret.read()?, uid, lifetime, Clock::system().now())
        .map_err(|error| error.to_string())?;
    println!("{token}");
    Ok(())
}

#[tokio::main]
async fn serve(args: Serve) -> Result<(), String> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();
    let config = Config {
        keep_alive: Duration::from_secs(args.keep_alive),
        max_body: args.max_body,
        max_queued_events: args.max_queued_events,
        max_queued_bytes: args.max_queued_bytes,
        ..Config::new(Storage::File(args.data), args.secret.read()?)
    };
    let listener = TcpListener::bind(args.listen).await;
    let listener = listener.map_err(|error| format!("Can't listen on {}: {error}", args.listen))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    // Whoever started this with port 0 reads the port here.
    println!("listening on http://{address}");
    run(listener, config, stop_signal())
        .await
        .map_err(|error| error.to_string())
}

/// Ready when the program is asked to stop: Ctrl-C, or the signal service managers send.
async fn stop_signal() {
    let interrupted = async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::warn!(%error, "Ctrl-C can't be caught");
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(error) => {
                tracing::warn!(%error, "SIGTERM can't be caught");
                std::future::pending::<()>().await;
            }
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        () = interrupted => {}
        () = terminated => {}
    }
    tracing::info!("stopping");
}
