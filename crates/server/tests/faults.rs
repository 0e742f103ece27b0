//! Clients that mean no good, against the program itself: nobody else notices, memory stays bounded, nothing panics.
#![cfg(target_os = "linux")]

mod support;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use support::http::Connection;
use support::noise::{bad_request, Noise};
use support::process::Process;
use support::SECRET;

/// What the server may hold at most, in MiB, whatever it is sent here. Idle it holds some 20.
const MOST_MEMORY: u64 = 200;

/// Someone who writes and reads as they should, over and over, until told to stop: each time what was written is heard
/// on a stream and read back.
struct Witness {
    stop: Arc<AtomicBool>,
    thread: std::thread::JoinHandle<usize>,
}

impl Witness {
    fn watch(server: &Process) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let (stopped, address) = (stop.clone(), server.address().to_owned());
        let thread = std::thread::spawn(move || {
            let mut stream = Connection::open(&address);
            stream.send("GET", "/witness.json", "accept: text/event-stream\r\n", "");
            stream.read_until("\"data\":null}");
            let mut connection = Connection::open(&address);
            let mut rounds = 0;
            while !stopped.load(Ordering::SeqCst) {
                let value = format!("{rounds}");
                connection.send("PUT", "/witness.json", "", &value);
                assert_eq!(connection.answer(), (200, value.clone()));
                stream.read_until(&format!("\"data\":{value}}}"));
                connection.send("GET", "/witness.json", "", "");
                assert_eq!(connection.answer(), (200, value));
                rounds += 1;
            }
            rounds
        });
        Self { stop, thread }
    }

    /// Says how often it was served.
    fn end(self) -> usize {
        self.stop.store(true, Ordering::SeqCst);
        self.thread.join().expect("the witness is always served")
    }
}

/// What must hold after any of this.
fn check(server: &Process, witness: Witness) {
    assert!(witness.end() > 0);
    let peak = server.peak_memory();
    assert!(peak < MOST_MEMORY, "the server held {peak} MiB");
    let log = server.log();
    assert!(!log.contains("panicked"), "{log}");
}

fn server(flags: &[&str]) -> (tempfile::TempDir, Process) {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let server = Process::start(&folder.path().join("feed.redb"), flags);
    (folder, server)
}

#[test]
fn a_hundred_thousand_bad_requests_harm_nobody() {
    const REQUESTS: usize = 100_000;
    const CONNECTIONS: usize = 4;
    /// How many are sent before their answers are read.
    const AT_ONCE: usize = 50;

    let seed = std::env::var("FAULTS_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(|| u64::from(std::process::id()));
    println!("FAULTS_SEED={seed}");
    let (_folder, server) = server(&[]);
    let witness = Witness::watch(&server);
    let senders: Vec<_> = (0..CONNECTIONS)
        .map(|index| {
            let address = server.address().to_owned();
            std::thread::spawn(move || {
                let mut noise = Noise::new(seed + index as u64);
                let mut connection = Connection::open(&address);
                let (mut answered, mut refused) = (0, 0);
                while answered < REQUESTS / CONNECTIONS {
                    let requests: Vec<String> =
                        (0..AT_ONCE).map(|_| bad_request(&mut noise)).collect();
                    connection.send_raw(requests.concat().as_bytes());
                    for request in &requests {
                        let Ok((status, body)) = connection.try_answer() else {
                            // It hangs up on who sends a body that it has no use for.
                            connection = Connection::open(&address);
                            break;
                        };
                        assert!(status < 500, "{status} {body}\n{request}");
                        answered += 1;
                        refused += usize::from(status >= 400);
                    }
                }
                refused
            })
        })
        .collect();
    let refused: usize = senders
        .into_iter()
        .map(|sender| sender.join().expect("each request is answered"))
        .sum();
    assert!(
        refused > REQUESTS / 2,
        "of the bad requests only {refused} were refused"
    );
    check(&server, witness);
}

#[test]
fn bytes_that_are_no_http_are_answered_or_hung_up_on() {
    let (_folder, server) = server(&[]);
    let witness = Witness::watch(&server);
    let mut noise = Noise::new(7);
    for _ in 0..500 {
        let mut socket = TcpStream::connect(server.address()).expect("it listens");
        let mut bytes: Vec<u8> = match noise.below(3) {
            0 => (0..noise.below(2000))
                .map(|_| noise.below(256) as u8)
                .collect(),
            // A good request with one byte changed.
            1 => {
                let mut bytes =
                    b"PUT /a/b.json HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\n123".to_vec();
                let at = noise.below(bytes.len());
                bytes[at] = noise.below(256) as u8;
                bytes
            }
            _ => format!(
                "GET /{} HTTP/1.1\r\nhost: x\r\n\r\n",
                "a".repeat(noise.below(200_000))
            )
            .into_bytes(),
        };
        bytes.extend(b"\r\n\r\n");
        // It may have hung up already.
        let _ = socket.write_all(&bytes);
        let _ = socket.shutdown(std::net::Shutdown::Write);
        let _ = socket.read_to_end(&mut Vec::new());
    }
    check(&server, witness);
}

#[test]
fn bodies_of_ten_megabytes_and_deep_ones_are_held_by_turns() {
    const TEN_MB: usize = 10_000_000;
    let (_folder, server) = server(&[]);
    let witness = Witness::watch(&server);
    let deep = |levels: usize| format!("{}1{}", r#"{"a":"#.repeat(levels), "}".repeat(levels));
    let bodies = [
        (json!("x".repeat(TEN_MB - 2)).to_string(), 200),
        // Cut off: no JSON.
        (format!("\"{}", "x".repeat(TEN_MB)), 400),
        (deep(100), 400),
        (format!("[{}]", deep(100)), 400),
        ("[".repeat(TEN_MB), 400),
        (deep(TEN_MB / 7), 400),
        ("x".repeat(17 << 20), 413),
    ];
    std::thread::scope(|scope| {
        for sender in 0..2 {
            let (bodies, server) = (&bodies, &server);
            scope.spawn(move || {
                for (body, expected) in bodies {
                    let mut connection = Connection::open(server.address());
                    connection.send("PUT", &format!("/big/{sender}.json?print=silent"), "", body);
                    let (status, answer) = connection.answer();
                    let expected = if *expected == 200 { 204 } else { *expected };
                    assert_eq!(status, expected, "{answer}");
                }
            });
        }
    });
    check(&server, witness);
}

#[test]
fn listeners_that_never_read_and_senders_of_one_byte_a_second_cost_nobody_else_anything() {
    let (_folder, server) = server(&["--max-queued-bytes", "1000000", "--header-timeout", "1"]);
    let witness = Witness::watch(&server);
    let deaf: Vec<Connection> = (0..50)
        .map(|_| {
            let mut connection = Connection::open(server.address());
            connection.send("GET", "/loud.json", "accept: text/event-stream\r\n", "");
            connection
        })
        .collect();
    let slow_head: Vec<TcpStream> = (0..50)
        .map(|_| TcpStream::connect(server.address()).expect("it listens"))
        .collect();
    let slow_body: Vec<TcpStream> = (0..50)
        .map(|_| {
            let mut socket = TcpStream::connect(server.address()).expect("it listens");
            let head = format!(
                "PUT /slow.json HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {SECRET}\r\ncontent-length: 10000000\r\n\r\n"
            );
            socket.write_all(head.as_bytes()).expect("it reads");
            socket
        })
        .collect();
    let mut loud = Connection::open(server.address());
    let value = json!("x".repeat(100_000)).to_string();
    for byte in "GET /a".bytes() {
        for mut socket in slow_head.iter().chain(&slow_body) {
            // It may have hung up on who takes too long.
            let _ = socket.write_all(&[byte]);
        }
        // 20 MB for each of those who don't read, of which a socket takes some 4.
        for _ in 0..33 {
            loud.send("PUT", "/loud.json?print=silent", "", &value);
            assert_eq!(loud.answer().0, 204);
        }
        std::thread::sleep(Duration::from_millis(300));
    }
    for mut socket in slow_head {
        let mut rest = Vec::new();
        socket
            .set_read_timeout(Some(Duration::from_secs(120)))
            .expect("a socket has a timeout");
        // Hung up on, with or without a word.
        let _ = socket.read_to_end(&mut rest);
        assert!(!rest.starts_with(b"HTTP/1.1 200"));
    }
    loud.send("GET", "/metrics", "", "");
    let (_, metrics) = loud.answer();
    assert!(
        metrics.contains("feed_streams_cut_off_total 50"),
        "{metrics}"
    );
    drop((deaf, slow_body));
    check(&server, witness);
}
