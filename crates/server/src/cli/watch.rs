//! `watch`: follows a node in the terminal.

use std::io::Write;

use clap::Args;
use remote_refresh_core::wire::Decoder;

#[derive(Args)]
pub(super) struct Watch {
    /// The node: http://127.0.0.1:4001/users/u1.json
    url: String,
    /// A user's token, or the secret. Prefer the variable: other users of this machine can see the list of processes.
    #[arg(long, env = "REMOTE_REFRESH_AUTH", hide_env_values = true)]
    auth: Option<String>,
    /// Also print signs of life.
    #[arg(long)]
    keep_alive: bool,
}

#[tokio::main(flavor = "current_thread")]
pub(super) async fn watch(args: Watch) -> Result<(), String> {
    let mut request = reqwest::Client::new()
        .get(&args.url)
        .header("accept", "text/event-stream");
    if let Some(auth) = &args.auth {
        request = request.bearer_auth(auth);
    }
    // The error would name the address, in which there may be a token.
    let failed = |error: reqwest::Error| format!("The stream failed: {}", error.without_url());
    let mut response = request.send().await.map_err(failed)?;
    if !response.status().is_success() {
        let status = response.status();
        let text = response.text().await.unwrap_or_default();
        return Err(format!("The server answered {status}: {}", text.trim()));
    }
    let mut decoder = Decoder::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        let mut lines = String::new();
        let fed = decoder.feed(&chunk, &mut |event| {
            if args.keep_alive || event.event != "keep-alive" {
                lines.push_str(&format!("{} {}\n", event.event, event.data));
            }
        });
        fed.map_err(|error| error.to_string())?;
        let mut out = std::io::stdout().lock();
        let written = out.write_all(lines.as_bytes()).and_then(|()| out.flush());
        written.map_err(|error| error.to_string())?;
    }
    Err("The server ended the stream.".to_owned())
}
