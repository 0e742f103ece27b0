//! What was acknowledged survives a `kill -9`, and no write is ever half there.

mod support;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

use remote_refresh_core::wire::Node;
use remote_refresh_server::maintenance;
use remote_refresh_server::{Config, FeedServer, Storage};
use reqwest::Client;
use serde_json::{json, Value};
use support::process::Process;
use support::{soon, SECRET};

const KILLS: usize = 50;
const WRITERS: usize = 4;

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

async fn stored(server: &Process) -> Value {
    let client = Client::new();
    let everything = client.get(format!("{}/.json?format=export", server.url));
    soon(send(&client, everything))
        .await
        .expect("it answers again")
}

/// Writes from the number `first` on until the server is gone; returns the first that was not acknowledged. Each number
/// is written once, to three places far from each other, in one write.
async fn write_until_killed(
    url: String,
    writer: usize,
    first: usize,
    acknowledged: Arc<AtomicUsize>,
) -> usize {
    let client = Client::new();
    for i in first.. {
        let body = json!({
            format!("rows/{writer}/{i}"): i,
            format!("mirror/{i}/{writer}"): {"is": i},
            format!("count/{writer}"): {".sv": {"increment": 1}},
        });
        let request = client.patch(format!("{url}/.json")).body(body.to_string());
        if send(&client, request).await.is_err() {
            return i;
        }
        acknowledged.fetch_add(1, Ordering::SeqCst);
    }
    unreachable!("the server is killed long before")
}

/// What each writer was told.
#[derive(Clone, Default)]
struct Told {
    /// The number that it writes next.
    next: usize,
    /// Numbers whose answer was lost with the server: they may be there.
    open: Vec<usize>,
}

fn check(stored: &Value, told: &[Told]) {
    for (writer, told) in told.iter().enumerate() {
        let (rows, count) = (
            &stored["rows"][writer.to_string()],
            stored["count"][writer.to_string()].as_u64(),
        );
        let mut there = 0;
        for i in 0..told.next {
            let row = rows[i.to_string()].as_u64();
            let mirror = stored["mirror"][i.to_string()][writer.to_string()]["is"].as_u64();
            assert_eq!(row, mirror, "write {i} of writer {writer} is there by half");
            assert!(
                row == Some(i as u64) || (row.is_none() && told.open.contains(&i)),
                "writer {writer} was told that {i} is stored: {row:?}"
            );
            there += u64::from(row.is_some());
        }
        assert_eq!(
            count.unwrap_or(0),
            there,
            "each write of writer {writer} counted once"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_kills_lose_no_acknowledged_write_and_leave_none_by_half() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let data = folder.path().join("feed.redb");
    let mut told = vec![Told::default(); WRITERS];
    let mut server = Process::start(&data, &[]);
    for kill in 0..KILLS {
        let acknowledged = Arc::new(AtomicUsize::new(0));
        let writers: Vec<_> = told
            .iter()
            .enumerate()
            .map(|(writer, told)| {
                tokio::spawn(write_until_killed(
                    server.url.clone(),
                    writer,
                    told.next,
                    acknowledged.clone(),
                ))
            })
            .collect();
        // Each time after another number of writes, so that the kill falls into another part of one.
        let enough = 5 + kill * 7 % 31;
        soon(async {
            while acknowledged.load(Ordering::SeqCst) < enough {
                tokio::task::yield_now().await;
            }
        })
        .await;
        server.kill();
        assert!(
            log_of(&data).exists(),
            "what was written last is in the log"
        );
        for (writer, told) in writers.into_iter().zip(&mut told) {
            let lost = soon(writer).await.expect("no panic");
            told.open.push(lost);
            told.next = lost + 1;
        }
        server = Process::start(&data, &[]);
        check(&stored(&server).await, &told);
    }
}

/// The log beside a data file.
fn log_of(data: &Path) -> PathBuf {
    let mut log = data.as_os_str().to_owned();
    log.push("-log");
    log.into()
}

/// The number of rows that [`put_rows`] wrote, of those in `data`, none of which may be cut short.
async fn rows_in(data: &Path) -> usize {
    let storage = Storage::File(data.to_owned());
    let feed = FeedServer::open(Config::new(storage, SECRET)).expect("it is whole");
    let rows = whole_rows(&feed);
    feed.close().await;
    rows
}

/// The number of rows that [`put_rows`] wrote, of those that are served, none of which may be cut short.
fn whole_rows(feed: &FeedServer) -> usize {
    let root = feed.value(&remote_refresh_core::wire::Path::root());
    let root = root.expect("what is served is whole");
    let rows = root.as_ref().map_or(0, Node::num_children);
    for i in 0..rows {
        let row = root.as_ref().and_then(|root| root.child(&i.to_string()));
        let length = row.and_then(Node::as_str).map(str::len);
        assert_eq!(length, Some(100 * i + 1), "row {i} of {rows}");
    }
    rows
}

async fn put_rows(server: &Process, count: usize) {
    let client = Client::new();
    for i in 0..count {
        let request = client.put(format!("{}/{i}.json", server.url));
        let row = json!("x".repeat(100 * i + 1)).to_string();
        send(&client, request.body(row)).await.expect("it writes");
    }
}

/// Waits until the data file has all that was written.
async fn in_data_file(server: &Process) {
    let client = Client::new();
    soon(async {
        loop {
            let metrics = client.get(format!("{}/metrics", server.url));
            let metrics = metrics
                .bearer_auth(SECRET)
                .send()
                .await
                .expect("it answers");
            let text = metrics.text().await.expect("it is whole");
            let line = |line: &str| text.lines().any(|found| found == line);
            if line("feed_log_bytes 0") && line("feed_checkpoints_total 1") {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_backup_and_a_compaction_after_a_crash_have_every_acknowledged_write() {
    const ROWS: usize = 20;
    let folder = tempfile::tempdir().expect("a folder can be made");
    let file = |name: &str| folder.path().join(name);
    let data = file("feed.redb");
    let mut server = Process::start(&data, &[]);
    put_rows(&server, ROWS).await;
    server.kill();
    for copy in [file("a.redb"), file("b.redb")] {
        std::fs::copy(&data, &copy).expect("it is copied");
        std::fs::copy(log_of(&data), log_of(&copy)).expect("it is copied");
    }
    maintenance::backup(&file("a.redb"), &file("backup.redb")).expect("nobody has it open");
    maintenance::compact(&file("b.redb")).expect("nobody has it open");
    for name in ["a.redb", "b.redb", "backup.redb"] {
        assert!(!log_of(&file(name)).exists(), "{name} has it all");
        assert_eq!(rows_in(&file(name)).await, ROWS, "{name}");
    }
}

#[tokio::test]
async fn a_moment_after_the_last_write_the_data_file_alone_has_it_all() {
    const ROWS: usize = 5;
    let folder = tempfile::tempdir().expect("a folder can be made");
    let data = folder.path().join("feed.redb");
    let server = Process::start(&data, &[]);
    put_rows(&server, ROWS).await;
    in_data_file(&server).await;
    let copy = folder.path().join("copy.redb");
    std::fs::copy(&data, &copy).expect("it is copied");
    assert_eq!(rows_in(&copy).await, ROWS);
}

#[cfg(unix)]
#[tokio::test]
async fn a_server_that_was_told_to_stop_leaves_one_file() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let data = folder.path().join("feed.redb");
    let mut server = Process::start(&data, &["--drain", "0"]);
    put_rows(&server, 3).await;
    assert!(log_of(&data).exists());
    server.signal(rustix::process::Signal::TERM);
    assert!(server.ended().await, "{}", server.log());
    assert!(!log_of(&data).exists());
    assert_eq!(rows_in(&data).await, 3);
}

/// A copy of `data` whose last `cut` bytes are missing, or are others.
fn torn(data: &Path, cut: usize, overwritten: bool) -> PathBuf {
    let mut bytes = std::fs::read(data).expect("it can be read");
    let whole = bytes.len();
    bytes.truncate(whole.saturating_sub(cut));
    if overwritten {
        bytes.resize(whole, 0xa5);
    }
    let torn = data.with_file_name(format!("torn-{cut}-{overwritten}.redb"));
    std::fs::write(&torn, bytes).expect("it can be written");
    torn
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_with_a_torn_tail_is_a_whole_earlier_state_or_refused_with_a_sentence() {
    const ROWS: usize = 20;
    let folder = tempfile::tempdir().expect("a folder can be made");
    let data = folder.path().join("feed.redb");
    let mut server = Process::start(&data, &[]);
    put_rows(&server, ROWS).await;
    // It is the data file that is torn here.
    in_data_file(&server).await;
    server.kill();
    let mut served = 0;
    for cut in [0, 1, 100, 4096, 10_000, 100_000, 1 << 20, 1 << 30] {
        for overwritten in [false, true] {
            let file = torn(&data, cut, overwritten);
            let feed = match FeedServer::open(Config::new(Storage::File(file), SECRET)) {
                Ok(feed) => feed,
                Err(error) => {
                    assert!(
                        cut > 0 && error.to_string().ends_with(['.', '?']),
                        "{error}"
                    );
                    continue;
                }
            };
            let rows = whole_rows(&feed);
            assert!(
                rows == ROWS || cut > 0,
                "nothing was torn, and {rows} rows are left"
            );
            served += 1;
            feed.close().await;
        }
    }
    assert!(served >= 2, "what is whole is served");
}
