//! The load against a server of a few lines: what it writes, sees, and misses.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use super::*;

/// Who listens to which user.
type Listeners = Arc<Mutex<HashMap<String, Vec<TcpStream>>>>;

/// A server that answers at once, tells listeners what was written as it is, and forgets every `loses`th write.
fn server(loses: u64) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let at = listener.local_addr().expect("it is bound");
    let listeners = Listeners::default();
    thread::spawn(move || {
        for socket in listener.incoming().flatten() {
            let listeners = listeners.clone();
            thread::spawn(move || serve(socket, &listeners, loses));
        }
    });
    at
}

fn serve(mut socket: TcpStream, listeners: &Listeners, loses: u64) -> Option<()> {
    let mut requests = BufReader::new(socket.try_clone().ok()?);
    for n in 1.. {
        let (mut first, mut length) = (String::new(), 0);
        requests
            .read_line(&mut first)
            .ok()
            .filter(|&read| read > 0)?;
        loop {
            let mut line = String::new();
            requests.read_line(&mut line).ok()?;
            if let Some(given) = line.strip_prefix("content-length: ") {
                length = given.trim().parse().ok()?;
            }
            if line == "\r\n" {
                break;
            }
        }
        let mut body = vec![0; length];
        requests.read_exact(&mut body).ok()?;
        let user = first.split([' ', '/']).nth(2)?.to_owned();
        let mut listeners = listeners.lock().ok()?;
        if first.starts_with("GET") {
            socket.write_all(b"HTTP/1.1 200 OK\r\n\r\n").ok()?;
            listeners
                .entry(user)
                .or_default()
                .push(socket.try_clone().ok()?);
        } else {
            if n % loses != 0 {
                for listener in listeners.entry(user).or_default() {
                    listener.write_all(&body).ok()?;
                }
            }
            socket.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").ok()?;
        }
    }
    None
}

/// Writes to six users, three of which have a stream, or all streams are the first one's.
fn run(loses: u64, shared: bool, change: impl FnOnce(&mut Writes<'_>)) -> Value {
    let at = server(loses);
    let mut run = Run::new(6, Duration::from_millis(500)).expect("there are files to be had");
    let paths = match shared {
        true => [("/u0", 0), ("/u0", 0), ("/u0", 0)],
        false => [("/u0", 0), ("/u1", 1), ("/u2", 2)],
    };
    run.open(at, &paths).expect("the server answers");
    let mut writes = Writes {
        at,
        template: "POST /u{user} HTTP/1.1\ncontent-length: {length}\n\n{\"version\":{seq}}\n",
        writers: 2,
        rate: None,
        in_step: false,
        time: Duration::from_secs(60),
        most: 600,
    };
    change(&mut writes);
    run.write(&writes).expect("the server answers");
    run.report()
}

#[test]
fn writers_go_on_until_all_is_written_and_every_event_is_seen_in_order() {
    let report = run(u64::MAX, false, |_| {});
    let seen = ["written", "acknowledged", "outOfOrder", "cutOff"].map(|name| report[name].clone());
    assert_eq!(seen, [600, 600, 0, 0].map(Value::from));
    assert_eq!(report["delivered"], report["expected"]);
    assert!(report["expected"].as_u64() > Some(0));
}

#[test]
fn at_a_rate_and_in_step_the_same_is_seen() {
    let at_a_rate = run(u64::MAX, false, |writes| {
        (writes.rate, writes.most) = (Some(10_000), 60);
    });
    assert_eq!(at_a_rate["acknowledged"], 60);
    assert_eq!(at_a_rate["delivered"], 30);
    let in_step = run(u64::MAX, true, |writes| {
        (writes.in_step, writes.writers, writes.most) = (true, 1, 12);
    });
    // Each write is one of user 0's, whom all three streams are of, or of the others, whom none is of.
    assert_eq!(in_step["acknowledged"], 12);
    assert_eq!(in_step["delivered"], 6);
}

#[test]
fn what_is_lost_is_noticed_and_not_waited_for_without_end() {
    let report = run(7, false, |writes| writes.most = 60);
    assert_eq!(report["acknowledged"], 60);
    assert!(report["delivered"].as_u64() < report["expected"].as_u64());
    assert!(report["outOfOrder"].as_u64() > Some(0));
}
