//! A connection spoken by hand: for what no client library would send.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use super::SECRET;

/// A connection that is kept alive, and what has not been read from it.
pub(crate) struct Connection(BufReader<TcpStream>);

impl Connection {
    /// Connects to `address`.
    pub(crate) fn open(address: &str) -> Self {
        let socket = TcpStream::connect(address).expect("it listens");
        socket.set_nodelay(true).expect("a socket has the option");
        // Only keeps a broken test from hanging.
        socket
            .set_read_timeout(Some(Duration::from_secs(120)))
            .expect("a socket has the option");
        Self(BufReader::new(socket))
    }

    /// Sends these bytes.
    pub(crate) fn send_raw(&mut self, bytes: &[u8]) {
        // Whoever refuses a long body may have hung up; the answer says.
        let _ = self.0.get_mut().write_all(bytes);
    }

    /// Sends a request as whoever knows the secret; `headers` are whole lines.
    pub(crate) fn send(&mut self, method: &str, target: &str, headers: &str, body: &str) {
        let request = format!(
            "{method} {target} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {SECRET}\r\n{headers}content-length: {}\r\n\r\n{body}",
            body.len()
        );
        self.send_raw(request.as_bytes());
    }

    fn line(&mut self) -> std::io::Result<String> {
        let mut line = String::new();
        self.0.read_line(&mut line)?;
        match line.strip_suffix("\r\n") {
            Some(line) => Ok(line.to_owned()),
            None => Err(std::io::ErrorKind::UnexpectedEof.into()),
        }
    }

    /// The next answer: its status and its body.
    pub(crate) fn answer(&mut self) -> (u16, String) {
        self.try_answer().expect("it answers")
    }

    /// The next answer, unless the connection is gone.
    pub(crate) fn try_answer(&mut self) -> std::io::Result<(u16, String)> {
        let line = self.line()?;
        let status = line
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok());
        let status = status.unwrap_or_else(|| panic!("no status line: {line:?}"));
        let mut length = 0;
        while let Some((name, value)) = self.line()?.split_once(':') {
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().expect("a length is a number");
            }
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body)?;
        Ok((status, String::from_utf8(body).expect("an answer is text")))
    }

    /// Reads on, until just after `end`.
    pub(crate) fn read_until(&mut self, end: &str) {
        let mut read = Vec::new();
        while !read.ends_with(end.as_bytes()) {
            let mut byte = [0];
            self.0.read_exact(&mut byte).expect("it goes on");
            read.push(byte[0]);
        }
    }
}
