//! Serving: flags to configuration, and from start to a signal to stop.

use std::future::Future;
use std::io::IsTerminal;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use remote_refresh_server::token::{IdTokens, FIREBASE_KEYS};
use remote_refresh_server::{raise_fd_limit, Config, FeedServer, Storage, Tls};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tracing_subscriber::EnvFilter;

use super::{read_file, DataArgs, SecretArgs};

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
    #[command(flatten)]
    data: DataArgs,
    /// Keep the data in memory instead of a file: gone when the server stops. For tests and development.
    #[arg(long, env = "REMOTE_REFRESH_MEMORY")]
    memory: bool,
    /// A rules file. Without one the rules are those put to /.settings/rules.json, which are kept with the data.
    #[arg(long, env = "REMOTE_REFRESH_RULES", value_name = "FILE")]
    rules: Option<PathBuf>,
    /// The keys with which ID tokens are checked, a JSON Web Key Set: a file, or an https:// address; Firebase's own
    /// unless given.
    #[arg(
        long,
        env = "REMOTE_REFRESH_JWKS",
        value_name = "FILE or URL",
        requires = "project"
    )]
    jwks: Option<String>,
    /// The Firebase project whose ID tokens are accepted.
    #[arg(long, env = "REMOTE_REFRESH_PROJECT", value_name = "ID")]
    project: Option<String>,
    /// The server's certificate and those that vouch for it, as PEM: TLS is spoken, and HTTP/2. Read again at SIGHUP.
    #[arg(
        long,
        env = "REMOTE_REFRESH_TLS_CERT",
        value_name = "FILE",
        requires = "tls_key"
    )]
    tls_cert: Option<PathBuf>,
    /// The private key of the certificate, as PEM.
    #[arg(
        long,
        env = "REMOTE_REFRESH_TLS_KEY",
        value_name = "FILE",
        requires = "tls_cert"
    )]
    tls_key: Option<PathBuf>,
    /// Pages of this origin (https://app.example) may ask; repeated for each. Any page may unless it is given.
    #[arg(
        long = "allow-origin",
        env = "REMOTE_REFRESH_ALLOW_ORIGIN",
        value_name = "ORIGIN",
        value_delimiter = ','
    )]
    allow_origins: Vec<String>,
    /// The one name of a database (?ns=) that is served. Any name means this one unless it is given.
    #[arg(long, env = "REMOTE_REFRESH_NAMESPACE", value_name = "NAME")]
    namespace: Option<String>,
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
    /// How many requests and streams may be under way at once on one HTTP/2 connection. Further ones wait.
    #[arg(long, env = "REMOTE_REFRESH_MAX_REQUESTS_PER_CONNECTION", default_value_t = 250, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..))]
    max_requests_per_connection: u32,
    /// How long the head of a request may take to arrive, and a connection be open without a request.
    #[arg(long, env = "REMOTE_REFRESH_HEADER_TIMEOUT", default_value_t = 30, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    header_timeout: u64,
    /// When the server is told to stop: over how long streams end, each at its own moment. A second signal stops at once.
    #[arg(
        long,
        env = "REMOTE_REFRESH_DRAIN",
        default_value_t = 5,
        value_name = "SECONDS"
    )]
    drain: u64,
    /// How long requests under way may take to finish after that.
    #[arg(
        long,
        env = "REMOTE_REFRESH_GRACE",
        default_value_t = 10,
        value_name = "SECONDS"
    )]
    grace: u64,
    #[command(flatten)]
    secret: SecretArgs,
}

impl Serve {
    fn into_config(self) -> Result<Config, String> {
        let rules = self.rules.map(|path| read_file(&path, "the rules"));
        let id_tokens = self
            .project
            .map(|project| id_tokens(&project, self.jwks.as_deref()));
        let tls = self.tls_cert.zip(self.tls_key);
        let tls = tls.map(|(certificate, key)| Tls::from_files(certificate, key));
        let storage = if self.memory {
            Storage::Memory
        } else {
            Storage::File(self.data.data)
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
            grace: Duration::from_secs(self.grace),
            rules: rules.transpose()?,
            id_tokens: id_tokens.transpose()?,
            tls: tls.transpose().map_err(|error| error.to_string())?,
            allow_origins: self.allow_origins,
            namespace: self.namespace,
            emulator: self.emulator,
            max_streams_per_user: self.max_streams_per_user,
            max_streams_per_address: self.max_streams_per_address.unwrap_or(usize::MAX),
            max_connections: max_connections.map_or(usize::MAX, |count| {
                usize::try_from(count).unwrap_or(usize::MAX)
            }),
            max_requests_per_connection: self.max_requests_per_connection,
            header_timeout: Duration::from_secs(self.header_timeout),
            ..Config::new(storage, self.secret.read()?)
        })
    }
}

/// Whose ID tokens are accepted, checked with the keys of a file or at an address.
fn id_tokens(project: &str, keys: Option<&str>) -> Result<IdTokens, String> {
    let keys = keys.unwrap_or(FIREBASE_KEYS);
    let id_tokens = if keys.contains("://") {
        #[cfg(feature = "http-client")]
        let fetched = IdTokens::from_url(project, keys);
        #[cfg(not(feature = "http-client"))]
        return Err(
            "This program was built without what fetches keys. Give --jwks a file.".to_owned(),
        );
        #[cfg(feature = "http-client")]
        fetched
    } else {
        IdTokens::new(project, &read_file(keys.as_ref(), "the keys")?)
    };
    id_tokens.map_err(|error| error.to_string())
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
    let tls = config.tls.clone();
    let feed = FeedServer::open(config).map_err(|error| error.to_string())?;
    let app = feed.router();
    // Whoever reads that it listens may send signals from then on.
    let mut stops = Stops::catch();
    let reloading = reload_when_told(tls.clone());
    // Whoever started this with port 0 reads the port here, and takes the line for a sign that all is ready.
    let scheme = if tls.is_some() { "https" } else { "http" };
    println!("listening on {scheme}://{address}");
    tokio::spawn(reloading);
    let (stop, stopped) = oneshot::channel::<()>();
    let running = remote_refresh_server::serve(listener, feed, app, async { drop(stopped.await) });
    let told = async {
        stops.next().await;
        tracing::info!("stopping");
        drop(stop);
        stops.next().await;
    };
    tokio::select! {
        ended = running => ended.map_err(|error| error.to_string()),
        () = told => {
            tracing::warn!("told twice to stop: stopped without waiting for what was under way");
            Ok(())
        }
    }
}

/// The signals that ask the program to stop: Ctrl-C, and what service managers send.
struct Stops {
    #[cfg(unix)]
    signals: [Option<tokio::signal::unix::Signal>; 2],
}

impl Stops {
    fn catch() -> Self {
        Self {
            #[cfg(unix)]
            signals: [
                tokio::signal::unix::SignalKind::interrupt(),
                tokio::signal::unix::SignalKind::terminate(),
            ]
            .map(catch),
        }
    }

    /// Ready at the next of them.
    #[cfg(unix)]
    async fn next(&mut self) {
        let [interrupt, terminate] = &mut self.signals;
        tokio::select! {
            () = received(interrupt) => {}
            () = received(terminate) => {}
        }
    }

    /// Ready at the next of them.
    #[cfg(not(unix))]
    async fn next(&mut self) {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::warn!(%error, "Ctrl-C can't be caught");
            std::future::pending::<()>().await;
        }
    }
}

/// Catches SIGHUP from now on. What is returned reads the certificate again whenever it comes; without one the signal does
/// nothing, rather than end the program.
#[cfg(unix)]
fn reload_when_told(tls: Option<Tls>) -> impl Future<Output = ()> + Send {
    let mut told = catch(tokio::signal::unix::SignalKind::hangup());
    async move {
        loop {
            received(&mut told).await;
            let Some(tls) = &tls else {
                continue;
            };
            match tls.reload() {
                Ok(()) => tracing::info!("the certificate was read again"),
                Err(error) => tracing::error!(%error, "the certificate stays as it was"),
            }
        }
    }
}

/// There is no such signal.
#[cfg(not(unix))]
fn reload_when_told(_: Option<Tls>) -> impl Future<Output = ()> + Send {
    std::future::ready(())
}

#[cfg(unix)]
fn catch(kind: tokio::signal::unix::SignalKind) -> Option<tokio::signal::unix::Signal> {
    let signal = tokio::signal::unix::signal(kind);
    signal
        .inspect_err(|error| tracing::warn!(%error, ?kind, "a signal can't be caught"))
        .ok()
}

/// Ready when the signal comes, if it can be caught.
#[cfg(unix)]
async fn received(signal: &mut Option<tokio::signal::unix::Signal>) {
    match signal {
        Some(signal) => drop(signal.recv().await),
        None => std::future::pending().await,
    }
}
