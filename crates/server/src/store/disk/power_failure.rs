//! When the power fails, of what the disk was not yet told to keep any part may be there, in the data file as in the log: each sector
//! of each write, or not.

use std::io;
use std::path::Path as FilePath;
use std::sync::{Arc, Mutex, PoisonError};

use redb::StorageBackend;
use remote_refresh_core::wire::{Node, Path};

use super::tests::{write, MAX};
use super::{in_backend, Disk, LogPlace};

/// What a disk writes whole or not at all, in bytes.
const SECTOR: usize = 512;

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

/// The data file, and the log.
type Files = [Vec<u8>; 2];
const DATA: usize = 0;
const LOG: usize = 1;

/// What was done, and to which of the files.
type Steps = Vec<(usize, Step)>;

/// A disk in memory that remembers each step, as one of its files.
#[derive(Clone, Debug, Default)]
struct Recorder {
    disk: Arc<Mutex<(Files, Steps)>>,
    file: usize,
}

impl Recorder {
    /// A disk with these files, as that one of them.
    fn holding(files: Files) -> Self {
        let disk = Arc::new(Mutex::new((files, Vec::new())));
        Self { disk, file: DATA }
    }

    fn log(&self) -> Self {
        let disk = self.disk.clone();
        Self { disk, file: LOG }
    }

    fn with<T>(&self, look: impl FnOnce(&mut Vec<u8>, &mut Steps) -> T) -> io::Result<T> {
        let mut inner = self.disk.lock().unwrap_or_else(PoisonError::into_inner);
        let (files, steps) = &mut *inner;
        Ok(look(&mut files[self.file], steps))
    }

    fn step(&self, step: Step) -> io::Result<()> {
        self.with(|file, steps| {
            apply(file, &step);
            steps.push((self.file, step));
        })
    }

    fn steps(&self) -> Steps {
        self.with(|_, steps| steps.clone()).expect("it never fails")
    }

    /// Opens what is there.
    fn open(&self) -> Disk {
        let database = in_backend(self.clone()).expect("what was kept can be opened");
        let opened = Disk::new(database, Some(Box::new(self.log())));
        opened.expect("what was kept can be opened")
    }
}

/// The file system keeps names for itself: a file of no length stands for one that is not there.
impl LogPlace for Recorder {
    fn path(&self) -> &FilePath {
        FilePath::new("log")
    }

    fn find(&self) -> io::Result<Option<Box<dyn StorageBackend>>> {
        Ok((self.len()? > 0).then(|| Box::new(self.clone()) as _))
    }

    fn create(&self) -> io::Result<Box<dyn StorageBackend>> {
        self.set_len(0)?;
        Ok(Box::new(self.clone()))
    }

    fn keep(&self) -> io::Result<()> {
        Ok(())
    }

    fn remove(&self) -> io::Result<()> {
        self.set_len(0)
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
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn flip(&mut self) -> bool {
        self.next() & 1 == 1
    }
}

/// The files, once `before`, after the power failed: all that was synced, and of the rest any part.
fn after_failure(before: &Files, steps: &[(usize, Step)], noise: &mut Noise) -> Files {
    let mut files = before.clone();
    for (index, file) in files.iter_mut().enumerate() {
        let steps: Vec<_> = steps
            .iter()
            .filter(|(of, _)| *of == index)
            .map(|(_, step)| step)
            .collect();
        let synced = steps.iter().rposition(|step| matches!(step, Step::Sync));
        let (kept, open) = steps.split_at(synced.map_or(0, |sync| sync + 1));
        for step in kept {
            apply(file, step);
        }
        for step in open {
            match step {
                Step::Write(at, bytes) => {
                    for (index, sector) in bytes.chunks(SECTOR).enumerate() {
                        if noise.flip() {
                            let sector = Step::Write(at + index * SECTOR, sector.to_vec());
                            apply(file, &sector);
                        }
                    }
                }
                // The file system keeps a file's length for itself.
                other => apply(file, other),
            }
        }
    }
    files
}

fn stored(disk: &Disk) -> Option<Node> {
    let snapshot = disk.snapshot(MAX).expect("what was kept can be read");
    snapshot
        .node(&Path::root())
        .expect("what was kept is whole")
}

#[test]
fn whenever_the_power_fails_all_that_was_acknowledged_is_there_and_nothing_by_half() {
    const COMMITS: usize = 90;
    let nothing = Files::default();
    let recorder = Recorder::holding(nothing.clone());
    let mut disk = recorder.open();
    // What is stored after each commit, and the steps it took until it was acknowledged.
    let (mut root, mut states) = (None, vec![(None, recorder.steps().len())]);
    for commit in 0..COMMITS {
        // Two places of one write, of which one is now and then large, and what was there before is now and then deleted.
        let text = Node::string(&"x".repeat(commit % 7 * 900));
        let puts = [
            (
                format!("/a/{}", commit % 10),
                (commit % 4 != 3).then_some(text),
            ),
            (format!("/b/{commit}/c"), Node::number(commit as f64)),
            (format!("/b/{}", commit / 2), None),
        ]
        .map(|(path, data)| (Path::parse(&path).expect("it is a path"), data));
        write(&mut disk, &puts);
        for (path, data) in puts {
            Node::set(&mut root, &path, data);
        }
        states.push((root.clone(), recorder.steps().len()));
        match commit % 29 {
            // Besides, the log is full now and then.
            11 => disk.checkpoint().expect("memory can be written"),
            20 => disk.save_rules("x").expect("memory can be written"),
            28 => {
                disk.close().expect("memory can be written");
                disk = recorder.open();
            }
            _ => {}
        }
    }
    let steps = recorder.steps();
    let mut noise = Noise(1);
    for failure in states[0].1..=steps.len() {
        let files = after_failure(&nothing, &steps[..failure], &mut noise);
        let acknowledged = states.partition_point(|(_, steps)| *steps <= failure) - 1;
        let possible = &states[acknowledged..states.len().min(acknowledged + 2)];
        let check = |files: &Files, when: &str| {
            let recorder = Recorder::holding(files.clone());
            let disk = recorder.open();
            let stored = stored(&disk);
            assert!(
                possible.iter().any(|(state, _)| *state == stored),
                "{when} {failure} of {} steps, {acknowledged} commits acknowledged: {stored:?}",
                steps.len()
            );
            (recorder.steps(), stored)
        };
        let (recovery, found) = check(&files, "after");
        // It fails again while that is put right.
        let again = noise.next() as usize % (recovery.len() + 1);
        let files = after_failure(&files, &recovery[..again], &mut noise);
        let (_, found_again) = check(&files, "after recovery was interrupted after");
        assert_eq!(found, found_again);
    }
}
