//! Serving: flags to configuration, and from start to a signal to stop.

use std::io::IsTerminal;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use remote_refresh_server::token::IdTokens;
use remote_refresh_server::{raise_fd_limit, Config, FeedServer, Storage};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

use super::{read_file, SecretArgs};

/// With fewer files than this a server that should hold many streams will not.
const FEW_FILES: u64 = 4096;

#[derive(Args)]
pub(super) struct Serve {
    /// A TOML file of settings, named as the flags are.
    #[arg(long, env = "REMOTE_REFRESH_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
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
    /// A rules file. Without one the rules are those put to /.settings/rules.json, which are kept with the data.
    #[arg(long, env = "REMOTE_REFRESH_RULES", value_name = "FILE")]
    rules: Option<PathBuf>,
    /// The keys with which ID tokens are checked: a JSON Web Key Set.
    #[arg(
        long,
        env = "REMOTE_REFRESH_JWKS",
        value_name = "FILE",
        requires = "project"
    )]
    jwks: Option<PathBuf>,
    /// The Firebase project whose ID tokens are accepted.
    #[arg(long, env = "REMOTE_REFRESH_PROJECT", value_name = "ID")]
    project: Option<String>,
    /// Believe unsigned tokens and "Bearer owner", as Firebase's emulator does. Only on a loopback address.
    #[arg(long, env = "REMOTE_REFRESH_EMULATOR")]
    emulator: bool,
    /// How often an open stream is told that it lives.
    #[arg(long, env = "REMOTE_REFRESH_KEEP_ALIVE", default_value_t = 30, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    keep_alive: u64,
    /// The largest body of a write.
    #[arg(long, env = "REMOTE_REFRESH_MAX_BODY", default_value_t = 16 * 1024 * 1024, value_name = "BYTES")]
    max_body: usize,
    /// How much the bodies of all writes under way may hold together; further ones get a 503.
    #[arg(long, env = "REMOTE_REFRESH_MAX_BODIES", default_value_t = 64 * 1024 * 1024, value_name = "BYTES")]
    max_bodies: usize,
    /// How long the body of a request may take to arrive.
    #[arg(long, env = "REMOTE_REFRESH_BODY_TIMEOUT", default_value_t = 120, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    body_timeout: u64,
    /// How much memory the data file's pages may take. Of data nothing else is in memory.
    #[arg(
        long,
        env = "REMOTE_REFRESH_CACHE_MB",
        default_value_t = 64,
        value_name = "MIB"
    )]
    cache_mb: usize,
    /// How much data is read at once; who asks for more is refused.
    #[arg(long, env = "REMOTE_REFRESH_MAX_READ", default_value_t = 64 * 1024 * 1024, value_name = "BYTES")]
    max_read: usize,
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
    /// How many streams one user may have open.
    #[arg(
        long,
        env = "REMOTE_REFRESH_MAX_STREAMS_PER_USER",
        default_value_t = 100,
        value_name = "COUNT"
    )]
    max_streams_per_user: usize,
    /// How many streams one address may have open; no limit unless given. Behind a proxy all requests are the proxy's.
    #[arg(
        long,
        env = "REMOTE_REFRESH_MAX_STREAMS_PER_ADDRESS",
        value_name = "COUNT"
    )]
    max_streams_per_address: Option<usize>,
    /// How many connections may be open; by default what the limit of open files leaves room for. Further ones wait.
    #[arg(long, env = "REMOTE_REFRESH_MAX_CONNECTIONS", value_name = "COUNT", value_parser = clap::value_parser!(u64).range(1..))]
    max_connections: Option<u64>,
    /// How long the head of a request may take to arrive.
    #[arg(long, env = "REMOTE_REFRESH_HEADER_TIMEOUT", default_value_t = 30, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    header_timeout: u64,
    /// How long requests under way may take to finish when the server is told to stop.
    #[arg(
        long,
        env = "REMOTE_REFRESH_DRAIN",
        default_value_t = 10,
        value_name = "SECONDS"
    )]
    drain: u64,
    #[command(flatten)]
    secret: SecretArgs,
}

impl Serve {
    fn into_config(self) -> Result<Config, String> {
        let rules = self.rules.map(|path| read_file(&path, "the rules"));
        let id_tokens = match (self.jwks, self.project) {
            (Some(path), Some(project)) => {
                let keys = read_file(&path, "the keys")?;
                Some(IdTokens::new(&project, &keys).map_err(|error| error.to_string())?)
            }
            (None, Some(_)) => {
                return Err("--project needs --jwks, the keys of its ID tokens.".to_owned())
            }
            _ => None,
        };
        let max_connections = self.max_connections.or_else(room_for_connections);
        Ok(Config {
            keep_alive: Duration::from_secs(self.keep_alive),
            max_body: self.max_body,
            max_bodies: self.max_bodies,
            body_timeout: Duration::from_secs(self.body_timeout),
            cache_bytes: self.cache_mb.saturating_mul(1024 * 1024),
            max_read: self.max_read,
            max_queued_events: self.max_queued_events,
            max_queued_bytes: self.max_queued_bytes,
            drain: Duration::from_secs(self.drain),
            rules: rules.transpose()?,
            id_tokens,
            emulator: self.emulator,
            max_streams_per_user: self.max_streams_per_user,
            max_streams_per_address: self.max_streams_per_address.unwrap_or(usize::MAX),
            max_connections: max_connections.map_or(usize::MAX, |count| {
                usize::try_from(count).unwrap_or(usize::MAX)
            }),
            header_timeout: Duration::from_secs(self.header_timeout),
            ..Config::new(Storage::File(self.data), self.secret.read()?)
        })
    }
}

/// As many connections as the system lets this process have files, less some for its own. Says so when those are few.
fn room_for_connections() -> Option<u64> {
    let files = raise_fd_limit()?;
    if files < FEW_FILES {
        tracing::warn!(
            files,
            "only this many files may be open, and each connection is one: raise the limit (LimitNOFILE= in systemd, --ulimit nofile= in Docker, ulimit -n in a shell)"
        );
    }
    Some(files.saturating_sub(64).max(1))
}

#[tokio::main]
pub(super) async fn serve(args: Serve) -> Result<(), String> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();
    if let Some(file) = &args.config {
        tracing::info!(file = %file.display(), "settings were read");
    }
    let listen = args.listen;
    let config = args.into_config()?;
    if config.emulator {
        tracing::warn!("emulator mode: everybody on this machine may do everything");
    }
    let listener = TcpListener::bind(listen).await;
    let listener = listener.map_err(|error| format!("Can't listen on {listen}: {error}"))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let feed = FeedServer::open(config).map_err(|error| error.to_string())?;
    let app = feed.router();
    // Whoever started this with port 0 reads the port here, and takes the line for a sign that all is ready.
    println!("listening on http://{address}");
    remote_refresh_server::serve(listener, feed, app, stop_signal())
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
