//! `remote-refresh-demo`: the inbox, its API and its feed in one process on one port.

use std::error::Error as _;
use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use remote_refresh_demo::{run, Config, FeedChoice};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

/// A live inbox: the page, its REST API over SQLite, and the feed, in one process on one port.
///
/// Open the printed address with /side-by-side, or sign in as two people in two browsers, and write to each other.
#[derive(Debug, Parser)]
#[command(name = "remote-refresh-demo", version)]
struct Args {
    /// Address and port to listen on; port 0 takes a free one
    #[arg(
        long,
        env = "DEMO_LISTEN",
        value_name = "ADDR:PORT",
        default_value = "127.0.0.1:8080"
    )]
    listen: SocketAddr,

    /// Directory for the database and the feed's data, made if missing; without it, both live in memory and are
    /// forgotten at the end
    #[arg(long, env = "DEMO_DATA", value_name = "DIR")]
    data: Option<PathBuf>,

    /// Directory of the built page
    #[arg(long, env = "DEMO_WWW", value_name = "DIR", default_value = "dist/www")]
    www: PathBuf,

    /// Hold each API answer back by this many milliseconds, to see the page on a slow network
    #[arg(long, env = "DEMO_LATENCY", value_name = "MS", default_value_t = 0)]
    latency: u64,

    /// Use the feed server at this http:// address instead of the built-in one; browsers must reach it too
    #[arg(long, env = "DEMO_FEED", value_name = "URL", requires = "feed_secret")]
    feed: Option<String>,

    /// The secret shared with the feed server at --feed
    #[arg(
        long,
        env = "DEMO_FEED_SECRET",
        value_name = "SECRET",
        requires = "feed",
        hide_env_values = true
    )]
    feed_secret: Option<String>,

    /// Seconds a feed token is valid; pages renew theirs in time
    #[arg(long, env = "DEMO_TOKEN_LIFETIME", value_name = "SECONDS", default_value_t = 3600,
          value_parser = clap::value_parser!(u64).range(1..=31_536_000))]
    token_lifetime: u64,
}

impl Args {
    fn into_config(self) -> Config {
        let feed = match (self.feed, self.feed_secret) {
            (Some(url), Some(secret)) => FeedChoice::External { url, secret },
            _ => FeedChoice::BuiltIn,
        };
        Config {
            data: self.data,
            www: self.www,
            latency: Duration::from_millis(self.latency),
            token_lifetime: Duration::from_secs(self.token_lifetime),
            feed,
        }
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();

    let args = Args::parse();
    let listener = match TcpListener::bind(args.listen).await {
        Ok(listener) => listener,
        Err(error) => {
            eprintln!(
                "error: cannot listen on {}: {error}. Choose another with --listen.",
                args.listen
            );
            return ExitCode::FAILURE;
        }
    };
    let address = match listener.local_addr() {
        Ok(address) => address,
        Err(error) => {
            eprintln!("error: the listener has no address: {error}");
            return ExitCode::FAILURE;
        }
    };
    // One piece: whoever reads no further than the first line and closes the pipe breaks nothing.
    let addresses = format!(
        "remote-refresh demo: http://{address}/\ntwo people at once:  http://{address}/side-by-side\n"
    );
    print!("{addresses}");

    match run(listener, args.into_config(), interrupted()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            let mut cause = error.source();
            while let Some(source) = cause {
                eprintln!("  because: {source}");
                cause = source.source();
            }
            ExitCode::FAILURE
        }
    }
}

/// Completes on Ctrl-C, and on SIGTERM where there is such a thing.
fn interrupted() -> impl Future<Output = ()> + Send + 'static {
    #[cfg(unix)]
    let terminated = async {
        use tokio::signal::unix::{signal, SignalKind};
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(error) => {
                tracing::warn!(%error, "cannot listen for SIGTERM");
                std::future::pending().await
            }
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    async move {
        tokio::select! {
            result = tokio::signal::ctrl_c() => {
                if let Err(error) = result {
                    tracing::warn!(%error, "cannot listen for Ctrl-C");
                }
            }
            () = terminated => {}
        }
        tracing::info!("shutting down");
    }
}
