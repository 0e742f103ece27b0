//! What was acknowledged survives a `kill -9`.

mod support;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

use reqwest::Client;
use serde_json::{json, Value};
use support::{soon, SECRET};

/// A server in a process of its own; killed when dropped.
struct Process {
    child: Child,
    url: String,
}

impl Process {
    fn start(data: &Path) -> Self {
        let mut child = Command::new(support::program())
            .args(["--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .env("REMOTE_REFRESH_SECRET", SECRET)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let mut line = String::new();
        let output = child.stdout.take().expect("it is piped");
        BufReader::new(output)
            .read_line(&mut line)
            .expect("it says where it listens");
        let url = line
            .trim()
            .strip_prefix("listening on ")
            .expect("it says where it listens")
            .to_owned();
        Self { child, url }
    }

    /// SIGKILL on Unix.
    fn kill(&mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have been killed by the test.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn send(client: &Client, request: reqwest::RequestBuilder) -> Result<Value, reqwest::Error> {
    let request = request.bearer_auth(SECRET).build()?;
    let text = client
        .execute(request)
        .await?
        .error_for_status()?
        .text()
        .await?;
    Ok(serde_json::from_str(&text).expect("an answer is JSON"))
}

/// Writes `/writer/0`, `/writer/1`, … and one counter until the server is gone; returns how many were acknowledged.
async fn write_until_killed(
    url: String,
    writer: usize,
    first: usize,
    acknowledged: Arc<AtomicUsize>,
) -> usize {
    let client = Client::new();
    for i in first.. {
        let body = json!({ format!("w{writer}/{i}"): i, format!("count{writer}"): {".sv": {"increment": 1}} });
        let request = client.patch(format!("{url}/.json")).body(body.to_string());
        if send(&client, request).await.is_err() {
            return i;
        }
        acknowledged.fetch_add(1, Ordering::SeqCst);
    }
    unreachable!("the server is killed long before")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_loses_no_acknowledged_write() {
    const WRITERS: usize = 4;
    let folder = tempfile::tempdir().expect("a folder can be made");
    let data = folder.path().join("feed.redb");
    let mut written = [0; WRITERS];
    for _round in 0..3 {
        let mut server = Process::start(&data);
        let acknowledged = Arc::new(AtomicUsize::new(0));
        let writers: Vec<_> = (0..WRITERS)
            .map(|w| {
                tokio::spawn(write_until_killed(
                    server.url.clone(),
                    w,
                    written[w],
                    acknowledged.clone(),
                ))
            })
            .collect();
        soon(async {
            while acknowledged.load(Ordering::SeqCst) < 100 {
                tokio::task::yield_now().await;
            }
        })
        .await;
        server.kill();
        for (w, writer) in writers.into_iter().enumerate() {
            written[w] = soon(writer).await.expect("no panic");
        }

        let server = Process::start(&data);
        let client = Client::new();
        let stored = soon(send(
            &client,
            client.get(format!("{}/.json?format=export", server.url)),
        ))
        .await;
        let stored = stored.expect("it answers again");
        for (w, &count) in written.iter().enumerate() {
            for i in 0..count {
                assert_eq!(
                    stored[format!("w{w}")][i.to_string()],
                    json!(i),
                    "writer {w} was told that {i} is stored"
                );
            }
            // One write more may have been stored whose answer was lost: whole, or not at all.
            let total = stored[format!("count{w}")].as_u64().unwrap_or(0);
            let rows = stored[format!("w{w}")]
                .as_object()
                .map_or(0, serde_json::Map::len);
            assert!(
                total as usize >= rows && rows >= count && rows <= count + 1,
                "writer {w}: {total} {rows} {count}"
            );
        }
    }
}

#[test]
fn the_program_mints_tokens_and_says_what_is_missing() {
    let run = |secret: Option<&str>, args: &[&str]| {
        let mut command = Command::new(support::program());
        command
            .args(args)
            .env_remove("REMOTE_REFRESH_SECRET")
            .env_remove("REMOTE_REFRESH_SECRET_FILE");
        if let Some(secret) = secret {
            command.env("REMOTE_REFRESH_SECRET", secret);
        }
        let output = command.output().expect("the program starts");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it speaks UTF-8");
        (
            output.status.success(),
            text(output.stdout),
            text(output.stderr),
        )
    };
    let (done, token, _) = run(Some(SECRET), &["token", "u1", "--lifetime", "60"]);
    assert!(done && token.trim().split('.').count() == 3, "{token}");
    let (done, _, message) = run(Some(SECRET), &["token", "a.b"]);
    assert!(!done && message.contains("A uid must have"), "{message}");
    let (done, _, message) = run(None, &[]);
    assert!(!done && message.contains("No secret"), "{message}");
    let (done, help, _) = run(Some("never shown"), &["--help"]);
    assert!(done && !help.contains("never shown"));
    for name in [
        "--listen",
        "--data",
        "--secret-file",
        "--keep-alive",
        "--max-body",
        "--max-queued-events",
        "token",
    ] {
        assert!(help.contains(name), "{name} is missing in {help}");
    }
}
