//! `backup`: copies a data file, or the data of a running server.

use std::path::PathBuf;

use clap::Args;
use remote_refresh_server::maintenance;

use super::DataArgs;
#[cfg(feature = "http-client")]
use super::SecretArgs;

#[derive(Args)]
pub(super) struct Backup {
    #[command(flatten)]
    data: DataArgs,
    /// A running server instead of a data file: http://127.0.0.1:4001. It must be told the secret.
    #[cfg(feature = "http-client")]
    #[arg(long, value_name = "URL")]
    from: Option<String>,
    #[cfg(feature = "http-client")]
    #[command(flatten)]
    secret: SecretArgs,
    /// The new file, which appears when it is whole.
    #[arg(value_name = "FILE")]
    to: PathBuf,
}

pub(super) fn backup(args: Backup) -> Result<(), String> {
    #[cfg(feature = "http-client")]
    if let Some(url) = args.from {
        return from(&url, &args.secret.read()?, &args.to);
    }
    maintenance::backup(&args.data.data, &args.to).map_err(|error| error.to_string())
}

#[cfg(feature = "http-client")]
#[tokio::main(flavor = "current_thread")]
async fn from(url: &str, secret: &str, to: &std::path::Path) -> Result<(), String> {
    let done = maintenance::backup_from(url, secret, to).await;
    done.map_err(|error| error.to_string())
}
