//! A writer: one request at a time, over one connection as long as the server keeps it.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};
use std::time::Instant;

use memchr::memmem;
use mio::net::TcpStream;

/// A write: to whom, which of theirs, and when it was due.
#[derive(Clone, Copy)]
pub(crate) struct Due {
    pub(crate) user: u32,
    pub(crate) seq: u64,
    pub(crate) due: Instant,
}

/// One writer.
#[derive(Default)]
pub(crate) struct Publisher {
    pub(crate) socket: Option<TcpStream>,
    connected: bool,
    /// The write under way, and what of its request is left to send.
    under_way: Option<(Due, Vec<u8>, usize)>,
    answer: Vec<u8>,
    /// Writes that wait for their turn.
    pub(crate) waiting: VecDeque<Due>,
}

/// What readiness came to.
pub(crate) enum Step {
    /// It waits for the other end.
    Waits,
    /// The write was answered.
    Answered(Due),
    /// The server has closed the connection, which it may between two writes.
    Closed,
}

impl Publisher {
    pub(crate) fn idle(&self) -> bool {
        self.under_way.is_none()
    }

    pub(crate) fn connect(&mut self, socket: TcpStream) {
        self.socket = Some(socket);
        self.connected = false;
    }

    /// Begins a write; whoever calls makes sure that it is idle and has a connection.
    pub(crate) fn begin(&mut self, write: Due, request: Vec<u8>) {
        self.under_way = Some((write, request, 0));
        self.answer.clear();
    }

    /// Goes on.
    pub(crate) fn ready(&mut self, buffer: &mut [u8]) -> io::Result<Step> {
        let Some(socket) = &mut self.socket else {
            return Ok(Step::Waits);
        };
        if !self.connected {
            if let Some(error) = socket.take_error()? {
                return Err(error);
            }
            match socket.peer_addr() {
                Ok(_) => self.connected = true,
                Err(error) if error.kind() == ErrorKind::NotConnected => return Ok(Step::Waits),
                Err(error) => return Err(error),
            }
        }
        if let Some((_, request, sent)) = &mut self.under_way {
            while *sent < request.len() {
                match socket.write(&request[*sent..]) {
                    Ok(more) => *sent += more,
                    Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(Step::Waits),
                    Err(error) => return Err(error),
                }
            }
        }
        loop {
            match socket.read(buffer) {
                Ok(0) => {
                    self.socket = None;
                    // An answer whose end is that of the connection.
                    return match self.under_way.take() {
                        Some((write, ..)) if accepted(&self.answer)? => Ok(Step::Answered(write)),
                        Some(_) => Err(io::Error::new(
                            ErrorKind::UnexpectedEof,
                            "a write was not answered",
                        )),
                        None => Ok(Step::Closed),
                    };
                }
                Ok(read) => self.answer.extend_from_slice(&buffer[..read]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(Step::Waits),
                Err(error) => return Err(error),
            }
            if self.under_way.is_some() && whole(&self.answer) {
                accepted(&self.answer)?;
                if closes(&self.answer) {
                    self.socket = None;
                }
                let (write, ..) = self.under_way.take().expect("it was just looked at");
                return Ok(Step::Answered(write));
            }
        }
    }
}

/// Whether it says that the write was taken; an error if it says something else.
fn accepted(answer: &[u8]) -> io::Result<bool> {
    if answer.starts_with(b"HTTP/1.1 2") || answer.starts_with(b"HTTP/1.0 2") {
        return Ok(true);
    }
    let text = String::from_utf8_lossy(&answer[..answer.len().min(300)]).into_owned();
    Err(io::Error::other(format!("a write was refused: {text:?}")))
}

/// The head in lower case, and the body, once the head is there.
fn parts(answer: &[u8]) -> Option<(String, &[u8])> {
    let end = memmem::find(answer, b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&answer[..end]).to_lowercase();
    Some((head, &answer[end + 4..]))
}

/// Whether nothing of the answer is missing, as far as its head tells.
fn whole(answer: &[u8]) -> bool {
    let Some((head, body)) = parts(answer) else {
        return false;
    };
    if head.contains("\r\ntransfer-encoding: chunked") {
        return body.ends_with(b"0\r\n\r\n");
    }
    let length = head.split("\r\ncontent-length:").nth(1);
    let length = length.and_then(|rest| rest.lines().next()?.trim().parse().ok());
    match length {
        Some(length) => body.len() >= length,
        None => head
            .split(' ')
            .nth(1)
            .is_some_and(|status| status.starts_with("204")),
    }
}

fn closes(answer: &[u8]) -> bool {
    parts(answer).is_some_and(|(head, _)| head.contains("\r\nconnection: close"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_whole_when_its_head_says_so() {
        let answers: [&[u8]; 3] = [
            b"HTTP/1.1 204 No Content\r\nx: y\r\n\r\n",
            b"HTTP/1.1 201 Created\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
        ];
        for answer in answers {
            assert!(whole(answer) && accepted(answer).is_ok());
            for end in 0..answer.len() {
                assert!(!whole(&answer[..end]), "{end}");
            }
        }
        assert_eq!(answers.map(closes), [false, true, false]);
        assert!(accepted(b"HTTP/1.1 503 Busy\r\n\r\n").is_err());
    }
}
