//! The writer: takes what waits, works it out, commits it, tells.

use std::collections::BTreeSet;

use remote_refresh_core::wire::{Node, Path, StreamEvent};
use tokio::sync::{mpsc, oneshot};

use super::disk::Disk;
use super::{Operation, SharedState, WriteError};
use crate::config::Clock;

/// How many writes share one commit at most.
const MAX_BATCH: usize = 256;

type Answer = oneshot::Sender<Result<StreamEvent, WriteError>>;

/// What the writer is asked to do.
pub(super) enum Job {
    /// Write this, and answer when it is on disk.
    Write(Operation, Answer),
    /// Finish.
    Stop,
}

pub(super) struct Writer {
    disk: Disk,
    state: SharedState,
    clock: Clock,
}

impl Writer {
    pub(super) fn new(disk: Disk, state: SharedState, clock: Clock) -> Self {
        Self { disk, state, clock }
    }

    /// Works until it is told to stop, or nobody can write any more.
    pub(super) fn run(self, mut jobs: mpsc::Receiver<Job>) {
        let mut stopping = false;
        while !stopping {
            let mut batch = Vec::new();
            let mut next = jobs.blocking_recv();
            loop {
                match next {
                    Some(Job::Write(operation, answer)) => batch.push((operation, answer)),
                    Some(Job::Stop) => {
                        // Whoever got in before this is still served.
                        jobs.close();
                    }
                    None => {
                        stopping = true;
                        break;
                    }
                }
                if batch.len() == MAX_BATCH {
                    break;
                }
                next = match jobs.try_recv() {
                    Ok(job) => Some(job),
                    Err(mpsc::error::TryRecvError::Disconnected) => None,
                    Err(mpsc::error::TryRecvError::Empty) => break,
                };
            }
            self.commit(batch);
        }
    }

    fn commit(&self, batch: Vec<(Operation, Answer)>) {
        let mut root = self.state.lock().root.clone();
        let mut places = BTreeSet::new();
        let mut done = Vec::with_capacity(batch.len());
        for (operation, answer) in batch {
            match operation.resolve(root.as_ref(), self.clock.now()) {
                Ok(event) => {
                    apply(&mut root, &event, &mut places);
                    done.push((event, answer));
                }
                // A failed send means that whoever asked has gone.
                Err(error) => drop(answer.send(Err(error))),
            }
        }
        if !places.is_empty() {
            if let Err(error) = self.disk.save(root.as_ref(), &places) {
                tracing::error!(%error, "a batch of writes could not be stored");
                for (_, answer) in done {
                    drop(answer.send(Err(WriteError::Storage)));
                }
                return;
            }
        }
        let mut state = self.state.lock();
        state.root = root;
        for (event, _) in &done {
            state.hub.publish(event);
        }
        drop(state);
        for (event, answer) in done {
            drop(answer.send(Ok(event)));
        }
    }
}

/// Applies a resolved write, and notes the places whose rows it changes.
fn apply(root: &mut Option<Node>, event: &StreamEvent, places: &mut BTreeSet<Path>) {
    match event {
        StreamEvent::Put { path, data } => put(root, path, data.as_ref(), places),
        StreamEvent::Patch { path, children } => {
            for (below, data) in children {
                put(root, &path.join(below), data.as_ref(), places);
            }
        }
        StreamEvent::KeepAlive | StreamEvent::Cancel { .. } | StreamEvent::AuthRevoked { .. } => {}
    }
}

fn put(root: &mut Option<Node>, path: &Path, data: Option<&Node>, places: &mut BTreeSet<Path>) {
    let before = parents(root.as_ref(), path);
    Node::set(root, path, data.cloned());
    let after = parents(root.as_ref(), path);
    // Above the first place that is no parent, before or after, nothing but the children's rows can differ.
    let mut place = path.clone();
    while place.depth() > before.min(after) {
        place = place.parent().unwrap_or_default();
    }
    places.insert(place);
}

/// How many places on the way to `path`, from the root down, are parents: the depth of the first that is not.
fn parents(root: Option<&Node>, path: &Path) -> usize {
    let mut node = root;
    for (depth, key) in path.keys().iter().enumerate() {
        match node {
            Some(parent) if parent.leaf().is_none() => node = parent.child_at(key),
            _ => return depth,
        }
    }
    path.depth()
}

#[cfg(test)]
mod tests {
    use remote_refresh_core::wire::parse_json;

    use super::*;

    fn place(before: &str, path: &str, data: &str) -> String {
        let mut root = parse_json(before).expect("the test uses valid data");
        let data = parse_json(data).expect("the test uses valid data");
        let path = Path::parse(path).expect("the test uses valid paths");
        let mut places = BTreeSet::new();
        put(&mut root, &path, data.as_ref(), &mut places);
        places.first().expect("one place is written").to_string()
    }

    #[test]
    fn the_smallest_place_that_holds_the_change_is_written() {
        assert_eq!(place(r#"{"a":{"b":1}}"#, "/a/c", "2"), "/a/c");
        assert_eq!(place(r#"{"a":{"b":1}}"#, "/a/c/d", "2"), "/a/c");
        assert_eq!(
            place(r#"{"a":{"b":1}}"#, "/a/b/c", "2"),
            "/a/b",
            "a leaf became a parent"
        );
        assert_eq!(
            place(r#"{"a":{"b":1},"x":1}"#, "/a/b", "null"),
            "/a",
            "a parent vanished"
        );
        assert_eq!(
            place(r#"{"a":{"b":1}}"#, "/a/b", "null"),
            "/",
            "all vanished"
        );
        assert_eq!(place("null", "/a/b", "1"), "/");
        assert_eq!(place("1", "/a/b", "1"), "/");
        assert_eq!(place(r#"{"a":1}"#, "/", "1"), "/");
    }
}
