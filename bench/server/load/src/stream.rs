//! An event stream: connects, asks, and passes on what it is told.

use std::io::{self, ErrorKind, Read, Write};

use memchr::memmem;
use mio::net::TcpStream;

use crate::events::Events;

/// One stream.
pub(crate) struct Stream {
    socket: TcpStream,
    /// Whose events it brings.
    pub(crate) user: u32,
    /// The last event's number.
    pub(crate) seen: u64,
    state: State,
}

enum State {
    /// The request that is to be sent.
    Connecting(Box<str>),
    /// The answer's head so far.
    Asked(Vec<u8>),
    Open(Events),
}

/// What readiness came to.
pub(crate) struct Progress {
    /// The answer's head has arrived.
    pub(crate) opened: bool,
    /// The server has ended an open stream.
    pub(crate) ended: bool,
}

impl Stream {
    pub(crate) fn new(socket: TcpStream, path: &str, user: u32) -> Self {
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: bench\r\nAccept: text/event-stream\r\n\r\n");
        Self {
            socket,
            user,
            seen: 0,
            state: State::Connecting(request.into()),
        }
    }

    /// Whether the answer's head has arrived.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.state, State::Open(_))
    }

    pub(crate) fn socket(&mut self) -> &mut TcpStream {
        &mut self.socket
    }

    /// Goes on. `found` gets the number of each event.
    pub(crate) fn ready(
        &mut self,
        buffer: &mut [u8],
        mut found: impl FnMut(u64),
    ) -> io::Result<Progress> {
        let mut progress = Progress {
            opened: false,
            ended: false,
        };
        if let State::Connecting(request) = &self.state {
            if let Some(error) = self.socket.take_error()? {
                return Err(error);
            }
            match self.socket.write(request.as_bytes()) {
                Ok(sent) if sent == request.len() => self.state = State::Asked(Vec::new()),
                Ok(_) => return Err(io::Error::other("a request was cut")),
                Err(error)
                    if matches!(
                        error.kind(),
                        ErrorKind::WouldBlock | ErrorKind::NotConnected
                    ) =>
                {
                    return Ok(progress);
                }
                Err(error) => return Err(error),
            }
        }
        loop {
            let read = match self.socket.read(buffer) {
                Ok(0) if matches!(self.state, State::Open(_)) => {
                    progress.ended = true;
                    break;
                }
                Ok(0) => {
                    return Err(io::Error::new(
                        ErrorKind::UnexpectedEof,
                        "a stream was not answered",
                    ))
                }
                Ok(read) => read,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error)
                    if error.kind() == ErrorKind::ConnectionReset
                        && matches!(self.state, State::Open(_)) =>
                {
                    progress.ended = true;
                    break;
                }
                Err(error) => return Err(error),
            };
            let bytes = &buffer[..read];
            match &mut self.state {
                State::Asked(head) => {
                    head.extend_from_slice(bytes);
                    if let Some(end) = memmem::find(head, b"\r\n\r\n") {
                        if !head.starts_with(b"HTTP/1.1 200") {
                            let text = String::from_utf8_lossy(head).into_owned();
                            return Err(io::Error::other(format!("a stream was refused: {text}")));
                        }
                        let mut events = Events::default();
                        events.feed(&head[end + 4..], &mut found);
                        self.state = State::Open(events);
                        progress.opened = true;
                    }
                }
                State::Open(events) => events.feed(bytes, &mut found),
                State::Connecting(_) => {}
            }
            // Less than there was room for: there is no more, and the next event says when there is.
            if read < buffer.len() {
                break;
            }
        }
        Ok(progress)
    }
}
