//! When the power fails, of what the disk was not yet told to keep any part may be there: each sector of each write, or not.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use redb::backends::InMemoryBackend;
use redb::StorageBackend;
use remote_refresh_core::wire::{Node, Path};

use super::{in_backend, Disk};

/// What a disk writes whole or not at all, in bytes.
const SECTOR: usize = 512;
const MAX: usize = 1 << 20;

#[derive(Clone, Debug)]
enum Step {
    Write(usize, Vec<u8>),
    Length(usize),
    /// All before is kept for good.
    Sync,
}

/// Does `step` to a file.
fn apply(file: &mut Vec<u8>, step: &Step) {
    match step {
        Step::Write(at, bytes) => {
            let end = at + bytes.len();
            if file.len() < end {
                file.resize(end, 0);
            }
            file[*at..end].copy_from_slice(bytes);
        }
        Step::Length(length) => file.resize(*length, 0),
        Step::Sync => {}
    }
}

/// A disk in memory that remembers each step.
#[derive(Clone, Debug, Default)]
struct Recorder(Arc<Mutex<(Vec<u8>, Vec<Step>)>>);

impl Recorder {
    fn with<T>(&self, look: impl FnOnce(&mut Vec<u8>, &mut Vec<Step>) -> T) -> io::Result<T> {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (file, steps) = &mut *inner;
        Ok(look(file, steps))
    }

    fn step(&self, step: Step) -> io::Result<()> {
        self.with(|file, steps| {
            apply(file, &step);
            steps.push(step);
        })
    }

    fn steps(&self) -> Vec<Step> {
        self.with(|_, steps| steps.clone()).expect("it never fails")
    }
}

impl StorageBackend for Recorder {
    fn len(&self) -> io::Result<u64> {
        self.with(|file, _| file.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let at = offset as usize;
        self.with(|file, _| out.copy_from_slice(&file[at..at + out.len()]))
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        self.step(Step::Length(length as usize))
    }

    fn sync_data(&self) -> io::Result<()> {
        self.step(Step::Sync)
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.step(Step::Write(offset as usize, data.to_vec()))
    }
}

/// SplitMix64.
struct Noise(u64);

impl Noise {
    fn flip(&mut self) -> bool {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) & 1 == 1
    }
}

/// The file after the power failed: all that was synced, and of the rest any part.
fn after_failure(steps: &[Step], noise: &mut Noise) -> Vec<u8> {
    let synced = steps.iter().rposition(|step| matches!(step, Step::Sync));
    let (kept, open) = steps.split_at(synced.map_or(0, |sync| sync + 1));
    let mut file = Vec::new();
    for step in kept {
        apply(&mut file, step);
    }
    for step in open {
        match step {
            Step::Write(at, bytes) => {
                for (index, sector) in bytes.chunks(SECTOR).enumerate() {
                    if noise.flip() {
                        apply(
                            &mut file,
                            &Step::Write(at + index * SECTOR, sector.to_vec()),
                        );
                    }
                }
            }
            // The file system keeps a file's length for itself.
            other => apply(&mut file, other),
        }
    }
    file
}

fn reopened(file: &[u8]) -> Option<Node> {
    let memory = InMemoryBackend::new();
    memory.set_len(file.len() as u64).expect("it fits");
    memory.write(0, file).expect("it fits");
    let database = in_backend(memory).expect("what was kept can be opened");
    let disk = Disk::new(database).expect("what was kept can be opened");
    let snapshot = disk.snapshot(MAX).expect("what was kept can be read");
    snapshot
        .node(&Path::root())
        .expect("what was kept is whole")
}

#[test]
fn whenever_the_power_fails_all_that_was_acknowledged_is_there_and_nothing_by_half() {
    const COMMITS: usize = 30;
    let recorder = Recorder::default();
    let database = in_backend(recorder.clone()).expect("memory can be opened");
    let disk = Disk::new(database).expect("memory can be opened");
    // What is stored after each commit, and the steps it took until it was acknowledged.
    let (mut root, mut states) = (None, vec![(None, recorder.steps().len())]);
    for commit in 0..COMMITS {
        let batch = disk.begin().expect("memory can be written");
        let mut tree = batch.tree(MAX).expect("memory can be written");
        // Two places of one write, of which one is now and then large, and what was there before is now and then deleted.
        let text = Node::string(&"x".repeat(commit % 7 * 900));
        for (path, data) in [
            (
                format!("/a/{}", commit % 10),
                (commit % 4 != 3).then_some(text),
            ),
            (format!("/b/{commit}/c"), Node::number(commit as f64)),
        ] {
            let path = Path::parse(&path).expect("it is a path");
            tree.put(&path, data.as_ref())
                .expect("memory can be written");
            Node::set(&mut root, &path, data);
        }
        drop(tree);
        batch.commit().expect("memory can be written");
        states.push((root.clone(), recorder.steps().len()));
    }
    let steps = recorder.steps();
    let mut noise = Noise(1);
    for failure in states[0].1..=steps.len() {
        let file = after_failure(&steps[..failure], &mut noise);
        let stored = reopened(&file);
        let acknowledged = states.partition_point(|(_, steps)| *steps <= failure) - 1;
        let possible = &states[acknowledged..states.len().min(acknowledged + 2)];
        assert!(
            possible.iter().any(|(state, _)| *state == stored),
            "after {failure} of {} steps, {acknowledged} commits acknowledged: {stored:?}",
            steps.len()
        );
    }
}
