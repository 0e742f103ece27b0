//! The writer: takes what waits, works it out, commits it, tells.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::sync::Arc;

use remote_refresh_core::time::Millis;
use remote_refresh_core::wire::{Node, Path, StreamEvent};
use tokio::sync::{mpsc, oneshot};

use super::disk::Disk;
use super::operation::{Refusal, Write};
use super::{SharedState, WriteError};
use crate::config::Clock;
use crate::etag;
use crate::metrics::Metrics;
use crate::rules::{Asked, QueryFacts, Rules, Sides};

/// How many writes share one commit at most.
const MAX_BATCH: usize = 256;

type Answer = oneshot::Sender<Result<StreamEvent, Refusal>>;

/// What the writer is asked to do.
pub(super) enum Job {
    /// Write this, and answer when it is on disk.
    Write(Write, Answer),
    /// Keep these rules and go by them.
    Rules(Arc<Rules>, oneshot::Sender<Result<(), WriteError>>),
    /// Finish.
    Stop,
}

pub(super) struct Writer {
    disk: Disk,
    /// The readers' tree, and who listens.
    state: SharedState,
    /// The writer's own tree: the readers' with the batch under way. Between batches both hold the same, but share no
    /// node that was ever written, so that a write copies nothing, however many children lie beside it.
    tree: Option<Node>,
    rules: Arc<Rules>,
    clock: Clock,
    metrics: Arc<Metrics>,
}

impl Writer {
    pub(super) fn new(disk: Disk, state: SharedState, clock: Clock, metrics: Arc<Metrics>) -> Self {
        let (tree, rules) = {
            let state = state.lock();
            (state.root.clone(), state.rules.clone())
        };
        Self {
            disk,
            state,
            tree,
            rules,
            clock,
            metrics,
        }
    }

    /// Works until it is told to stop, or nobody can write any more.
    pub(super) fn run(mut self, mut jobs: mpsc::Receiver<Job>) {
        let mut stopping = false;
        while !stopping {
            let mut batch = Vec::new();
            let mut next = jobs.blocking_recv();
            loop {
                match next {
                    Some(Job::Write(write, answer)) => batch.push((write, answer)),
                    Some(Job::Rules(rules, answer)) => {
                        // Whoever wrote before is judged by the rules before.
                        self.commit(std::mem::take(&mut batch));
                        drop(answer.send(self.take_rules(rules)));
                    }
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

    fn take_rules(&mut self, rules: Arc<Rules>) -> Result<(), WriteError> {
        if let Err(error) = self.disk.save_rules(rules.source()) {
            tracing::error!(%error, "the rules could not be stored");
            return Err(WriteError::Storage);
        }
        self.rules = rules.clone();
        self.state.lock().rules = rules;
        Ok(())
    }

    fn commit(&mut self, batch: Vec<(Write, Answer)>) {
        let mut places = BTreeSet::new();
        let mut done = Vec::with_capacity(batch.len());
        for (write, answer) in batch {
            match self.decide(&write) {
                Ok(event) => {
                    each_put(&event, |path, data| {
                        places.insert(put(&mut self.tree, path, data));
                    });
                    done.push((event, answer));
                }
                // A failed send means that whoever asked has gone.
                Err(error) => drop(answer.send(Err(error))),
            }
        }
        if !places.is_empty() {
            if let Err(error) = self.disk.save(self.tree.as_ref(), &places) {
                tracing::error!(%error, "a batch of writes could not be stored; start the server again when the disk is well");
                self.tree = self.state.lock().root.clone();
                for (_, answer) in done {
                    drop(answer.send(Err(WriteError::Storage.into())));
                }
                return;
            }
            self.metrics.commits.fetch_add(1, Ordering::Relaxed);
        }
        let mut state = self.state.lock();
        let state = &mut *state;
        for (event, _) in &done {
            each_put(event, |path, data| {
                Node::set(&mut state.root, path, data.cloned())
            });
            state.hub.publish(event, state.root.as_ref());
        }
        for (event, answer) in done {
            drop(answer.send(Ok(event)));
        }
    }

    /// What a write comes to, if it is allowed and its condition holds.
    fn decide(&self, write: &Write) -> Result<StreamEvent, Refusal> {
        let (root, now) = (self.tree.as_ref(), self.clock.now());
        let event = write.operation.resolve(root, now)?;
        if !write.grant.admin && !self.allowed(write, &event, now) {
            return Err(Refusal::Denied);
        }
        if let Some(wanted) = &write.if_match {
            let current = root.and_then(|root| root.get(write.operation.path()));
            if !etag::names(wanted, &etag::of(current)) {
                return Err(Refusal::Changed(current.cloned()));
            }
        }
        Ok(event)
    }

    fn allowed(&self, write: &Write, event: &StreamEvent, now: Millis) -> bool {
        let mut puts = Vec::new();
        each_put(event, |path, data| puts.push((path.clone(), data.cloned())));
        let asked = Asked {
            auth: &write.grant.auth,
            now,
        };
        let root = self.tree.as_ref();
        let sides = Sides {
            before: root,
            puts: &puts,
        };
        // The answer to a condition shows what is there, so that one needs leave to read it.
        let shown = write.if_match.is_none()
            || self
                .rules
                .may_read(asked, write.operation.path(), &QueryFacts::none(), root);
        shown && self.rules.may_write(asked, sides)
    }
}

/// Calls `put` for each place that a resolved write replaces.
fn each_put(event: &StreamEvent, mut put: impl FnMut(&Path, Option<&Node>)) {
    match event {
        StreamEvent::Put { path, data } => put(path, data.as_ref()),
        StreamEvent::Patch { path, children } => {
            for (below, data) in children {
                put(&path.join(below), data.as_ref());
            }
        }
        StreamEvent::KeepAlive | StreamEvent::Cancel { .. } | StreamEvent::AuthRevoked { .. } => {}
    }
}

/// Replaces what is at `path`, and returns the place whose rows that changes.
fn put(root: &mut Option<Node>, path: &Path, data: Option<&Node>) -> Path {
    let before = parents(root.as_ref(), path);
    Node::set(root, path, data.cloned());
    let after = parents(root.as_ref(), path);
    // Above the first place that is no parent, before or after, nothing but the children's rows can differ.
    let mut place = path.clone();
    while place.depth() > before.min(after) {
        place = place.parent().unwrap_or_default();
    }
    place
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
    use proptest::prelude::*;
    use remote_refresh_core::wire::parse_json;

    use super::*;
    use crate::config::Storage;

    fn place(before: &str, path: &str, data: &str) -> String {
        let mut root = parse_json(before).expect("the test uses valid data");
        let data = parse_json(data).expect("the test uses valid data");
        let path = Path::parse(path).expect("the test uses valid paths");
        put(&mut root, &path, data.as_ref()).to_string()
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

    /// Data as JSON: leaves, objects, priorities.
    fn data() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            Just("null".to_owned()),
            (0_u8..9).prop_map(|n| n.to_string()),
            (0_u8..9).prop_map(|n| format!(r#"{{".value":"{n}",".priority":{n}}}"#)),
        ];
        leaf.prop_recursive(3, 8, 3, |inner| {
            let children = proptest::collection::btree_map("[a0]", inner, 0..3);
            (children, 0..4).prop_map(|(children, priority)| {
                let fields = children
                    .iter()
                    .map(|(key, json)| format!(r#""{key}":{json}"#));
                let priority = (priority == 0).then(|| r#"".priority":"p""#.to_owned());
                format!(
                    "{{{}}}",
                    fields.chain(priority).collect::<Vec<_>>().join(",")
                )
            })
        })
    }

    fn path() -> impl Strategy<Value = Path> {
        proptest::collection::vec("[a0]", 0..4)
            .prop_map(|keys| Path::parse(&keys.join("/")).expect("the keys are valid"))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn after_any_batches_the_disk_holds_the_tree(
            batches in proptest::collection::vec(proptest::collection::vec((path(), data()), 1..3), 1..12)
        ) {
            let disk = Disk::open(&Storage::Memory).expect("memory can be opened");
            let mut root = None;
            for batch in batches {
                let places = batch
                    .iter()
                    .map(|(path, json)| put(&mut root, path, parse_json(json).expect("it is data").as_ref()))
                    .collect();
                disk.save(root.as_ref(), &places).expect("memory can be written");
                prop_assert_eq!(&disk.load().expect("it is what was written"), &root);
            }
        }
    }
}
