//! How much memory a stream costs that nothing happens on: opens many against a server of its own, each by another user
//! at their own node, and divides what the server's resident memory grew by. More than the goal is a failure.
//!
//!     cargo run --release -p remote-refresh-server --example idle_streams -- 10000
//!
//! Linux only: it reads /proc. Each stream is an open file on both sides; `ulimit -n` must allow that.

use std::error::Error;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use remote_refresh_core::time::Millis;
use remote_refresh_server::token::mint_token;
use remote_refresh_server::{raise_fd_limit, Clock};

const SECRET: &str = "known to this program and the server it starts";

/// What a stream may cost, in bytes.
const GOAL: u64 = 10 * 1024;

/// As many streams are opened first, so that what the server makes once is not counted.
const WARM_UP: usize = 200;

fn main() -> Result<(), Box<dyn Error>> {
    let count: usize = match std::env::args().nth(1) {
        Some(count) => count.parse()?,
        None => 10_000,
    };
    raise_fd_limit();
    let (server, address) = start()?;
    let mut streams = Vec::new();
    for user in 0..WARM_UP {
        streams.push(listen(&address, user)?);
    }
    let before = resident(server.0.id())?;
    for user in 0..count {
        streams.push(listen(&address, WARM_UP + user)?);
    }
    let after = resident(server.0.id())?;
    let each = after.saturating_sub(before) / count.max(1) as u64;
    println!(
        "{count} idle streams: {} KiB resident before, {} KiB after, {:.2} KiB each",
        before / 1024,
        after / 1024,
        each as f64 / 1024.0
    );
    if each > GOAL {
        return Err(format!("that is more than {} KiB", GOAL / 1024).into());
    }
    Ok(())
}

/// The server's program; it ends with this one.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts the program that cargo built beside this one, with nothing to store. Returns where it listens.
fn start() -> Result<(Server, String), Box<dyn Error>> {
    let here = std::env::current_exe()?;
    let built = here.parent().and_then(|folder| folder.parent());
    let program = built.ok_or("no folder")?.join("remote-refresh-server");
    let folder = tempfile::tempdir()?;
    let mut child = Command::new(&program)
        .args(["--listen", "127.0.0.1:0", "--data"])
        .arg(folder.path().join("feed.redb"))
        .env("REMOTE_REFRESH_SECRET", SECRET)
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{}: {error}. Build it first.", program.display()))?;
    let out = child.stdout.take().ok_or("it has no output")?;
    let server = Server(child);
    let mut line = String::new();
    BufReader::new(out).read_line(&mut line)?;
    let address = line.trim().strip_prefix("listening on http://");
    Ok((server, address.ok_or("it did not start")?.to_owned()))
}

/// Opens one user's stream, as a browser asks for it, and waits for its first event.
fn listen(address: &str, user: usize) -> Result<TcpStream, Box<dyn Error>> {
    let uid = format!("user-{user}");
    let token = mint_token(SECRET, &uid, Millis::from_secs(3600), Clock::system().now())?;
    let mut socket = TcpStream::connect(address)?;
    write!(
        socket,
        "GET /users/{uid}.json?auth={token} HTTP/1.1\r\n\
         Host: {address}\r\n\
         Accept: text/event-stream\r\n\
         Accept-Language: en-GB,en;q=0.9\r\n\
         Accept-Encoding: gzip, deflate, br, zstd\r\n\
         Origin: https://app.example\r\n\
         Referer: https://app.example/\r\n\
         Sec-Fetch-Dest: empty\r\n\
         Sec-Fetch-Mode: cors\r\n\
         Sec-Fetch-Site: cross-site\r\n\
         User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36\r\n\
         \r\n"
    )?;
    let mut seen = Vec::new();
    let mut chunk = [0; 2048];
    let first = b"data: {\"path\":\"/\",\"data\":null}\n\n";
    while !seen.windows(first.len()).any(|part| part == first) {
        let read = socket.read(&mut chunk)?;
        if read == 0 {
            return Err(format!("no stream: {}", String::from_utf8_lossy(&seen)).into());
        }
        seen.extend_from_slice(&chunk[..read]);
    }
    Ok(socket)
}

/// The resident memory of a process, in bytes.
fn resident(pid: u32) -> Result<u64, Box<dyn Error>> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|rest| rest.split_whitespace().next());
    Ok(kib.ok_or("no VmRSS")?.parse::<u64>()? * 1024)
}
