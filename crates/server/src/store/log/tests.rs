//! Logs as crashes, and bad disks, leave them. A crash is a copy of the files at that moment.

use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;
use remote_refresh_core::wire::{Node, Path};
use tempfile::TempDir;

use super::*;
use crate::config::{Config, Storage};
use crate::error::ServerError;
use crate::store::disk::tests::{path, write, MAX};
use crate::store::disk::Disk;

/// A folder with a data file, and perhaps its log.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder can be made"))
    }

    /// One whose open data has these many [`number`]s, each in a record of the log.
    fn with_numbers(count: usize) -> (Self, Disk) {
        let folder = Self::new();
        let mut disk = folder.open();
        for n in 0..count {
            number(&mut disk, n);
        }
        (folder, disk)
    }

    fn data(&self) -> PathBuf {
        self.0.path().join("feed.redb")
    }

    fn log(&self) -> PathBuf {
        self.0.path().join("feed.redb-log")
    }

    fn try_open(&self) -> Result<Disk, ServerError> {
        Disk::open(&Config::new(Storage::File(self.data()), "secret"))
    }

    fn open(&self) -> Disk {
        self.try_open().expect("it can be opened")
    }

    fn log_bytes(&self) -> Vec<u8> {
        fs::read(self.log()).expect("there is a log")
    }

    /// The files as they are now, all that was written to them included: what `kill -9` leaves.
    fn crashed(&self) -> Self {
        let copy = Self::new();
        fs::copy(self.data(), copy.data()).expect("it is copied");
        if self.log().exists() {
            fs::copy(self.log(), copy.log()).expect("it is copied");
        }
        copy
    }

    fn with_log(self, log: &[u8]) -> Self {
        fs::write(self.log(), log).expect("it is written");
        self
    }
}

/// Writes the number `n` to `/n`, and to another place, which both or neither must have.
fn number(disk: &mut Disk, n: usize) {
    let value = Node::number(n as f64);
    let places = [path(&format!("/{n}")), path(&format!("/z/{n}/x"))];
    write(disk, &places.map(|path| (path, value.clone())));
}

fn stored(disk: &Disk) -> Option<Node> {
    let snapshot = disk.snapshot(MAX).expect("it reads");
    snapshot.node(&Path::root()).expect("it is whole")
}

/// The numbers that are there, whole.
fn numbers(disk: &Disk) -> usize {
    let root = stored(disk);
    let there = |path: &str| {
        root.as_ref()
            .and_then(|root| root.get(&Path::parse(path).ok()?))
            .is_some()
    };
    let count = (0..).take_while(|n| there(&format!("/{n}"))).count();
    let all = root.as_ref().map_or(0, Node::num_children) - usize::from(there("/z"));
    assert_eq!(count, all, "none after one that is missing");
    for n in 0..=count {
        assert_eq!(
            there(&format!("/z/{n}/x")),
            n < count,
            "{n} is there by half"
        );
    }
    count
}

fn refused(folder: &Folder) -> &'static str {
    let error = folder.try_open().map(drop).expect_err("it is refused");
    assert!(error.to_string().ends_with('.'), "{error}");
    error.code()
}

/// The length of the effects of the record that begins there.
fn length(log: &[u8], at: usize) -> usize {
    let length = log[at + 24..].first_chunk();
    u64::from_le_bytes(*length.expect("the log is longer")) as usize
}

/// Where each record of a log begins, and where the last ends.
fn records(log: &[u8]) -> Vec<usize> {
    let mut starts = vec![RECORDS as usize];
    loop {
        let at = *starts.last().expect("there is one");
        match length(log, at) {
            0 => return starts,
            length => starts.push((at + HEAD + length).next_multiple_of(ALIGNMENT as usize)),
        }
    }
}

#[test]
fn what_was_acknowledged_before_a_crash_is_there_after_it_and_after_the_next() {
    let (folder, disk) = Folder::with_numbers(5);
    assert_eq!(numbers(&disk), 5);
    let first = folder.crashed();
    let mut disk = first.open();
    assert_eq!(numbers(&disk), 5);
    assert!(!first.log().exists(), "all of it was taken over");
    number(&mut disk, 5);
    let second = first.crashed();
    assert_eq!(numbers(&second.open()), 6);
    assert_eq!(numbers(&second.open()), 6);
}

#[test]
fn a_log_is_made_with_the_first_write_and_goes_when_the_data_is_closed() {
    let folder = Folder::new();
    let mut disk = folder.open();
    assert!(!folder.log().exists());
    number(&mut disk, 0);
    let mode = |path: PathBuf| fs::metadata(path).expect("it is there").permissions();
    assert_eq!(mode(folder.log()), mode(folder.data()));
    disk.close().expect("it closes");
    assert!(!folder.log().exists());
    assert_eq!(numbers(&folder.open()), 1);
}

#[test]
fn a_last_record_torn_at_any_byte_never_was() {
    let (folder, _disk) = Folder::with_numbers(3);
    let log = folder.log_bytes();
    let starts = records(&log);
    let begin = starts[2];
    let end = begin + HEAD + length(&log, begin);
    for torn in begin..end {
        let zeros = [&log[..torn], &vec![0; log.len() - torn]].concat();
        let noise = [&log[..torn], &vec![0xa5; log.len() - torn]].concat();
        for left in [&log[..torn], &zeros, &noise] {
            let whole = left.get(..end) == Some(&log[..end]);
            let crashed = folder.crashed().with_log(left);
            assert_eq!(
                numbers(&crashed.open()),
                if whole { 3 } else { 2 },
                "{torn}"
            );
        }
    }
}

#[test]
fn a_flipped_bit_is_never_taken_for_data() {
    let (folder, _disk) = Folder::with_numbers(3);
    let log = folder.log_bytes();
    let starts = records(&log);
    for at in (0..56).chain(starts[0]..starts[3]) {
        let mut log = log.clone();
        log[at] ^= 1 << (at % 8);
        let crashed = folder.crashed().with_log(&log);
        if at >= starts[2] {
            // As if it were torn; and padding holds nothing.
            assert!((2..=3).contains(&numbers(&crashed.open())), "{at}");
        } else {
            match crashed.try_open() {
                Err(error) => assert_eq!(error.code(), "server_damaged_log", "{at}"),
                Ok(disk) => assert_eq!(numbers(&disk), 3, "{at} is padding"),
            }
        }
    }
}

#[test]
fn a_log_of_other_data_or_of_a_later_state_is_refused_and_kept() {
    let (folder, other) = (Folder::new(), Folder::new());
    let mut disk = folder.open();
    number(&mut disk, 0);
    let earlier = folder.crashed();
    disk.checkpoint().expect("it writes");
    number(&mut disk, 1);
    let later = folder.log_bytes();
    other.open().close().expect("it closes");
    for folder in [other.with_log(&later), earlier.with_log(&later)] {
        assert_eq!(refused(&folder), "server_foreign_log");
        assert_eq!(folder.log_bytes(), later);
    }
    // The state before the last start is another one, too.
    drop(disk);
    let before = folder.crashed();
    fs::remove_file(before.log()).expect("it is there");
    let mut disk = folder.open();
    number(&mut disk, 2);
    assert_eq!(
        refused(&before.with_log(&folder.log_bytes())),
        "server_foreign_log"
    );
}

#[test]
fn what_is_no_log_is_refused_and_kept() {
    let folder = Folder::new();
    folder.open().close().expect("it closes");
    for text in [&b"my notes"[..], &[7; 9000]] {
        let folder = folder.crashed().with_log(text);
        assert_eq!(refused(&folder), "server_damaged_log");
        assert_eq!(folder.log_bytes(), text);
    }
    for begun in [&b""[..], MAGIC, &[0; 100], &[0; 9000]] {
        let folder = folder.crashed().with_log(begun);
        assert_eq!(numbers(&folder.open()), 0, "nothing was ever written to it");
    }
}

#[test]
fn a_log_that_was_taken_over_but_not_removed_counts_no_more() {
    let (folder, _disk) = Folder::with_numbers(3);
    let crashed = folder.crashed();
    let log = crashed.log_bytes();
    let mut disk = crashed.open();
    // The next one is not there yet when it crashes again.
    let again = crashed.crashed().with_log(&log);
    assert_eq!(numbers(&again.open()), 3);
    // And none of it comes back later, over what was written since.
    write(&mut disk, &[(Path::root(), None)]);
    disk.close().expect("it closes");
    let again = crashed.with_log(&log);
    assert_eq!(stored(&again.open()), None);
    assert!(!again.log().exists());
}

#[test]
fn after_a_checkpoint_old_records_count_no_more_whatever_is_written_over_them() {
    let (folder, mut disk) = Folder::with_numbers(4);
    let before = folder.crashed();
    disk.checkpoint().expect("it writes");
    // The log is as it was: the data file has it all.
    assert_eq!(before.log_bytes(), folder.log_bytes());
    assert_eq!(numbers(&folder.crashed().open()), 4);
    // The data file as it was, the log too: the checkpoint did not come about.
    assert_eq!(numbers(&before.crashed().open()), 4);
    write(&mut disk, &[(Path::root(), None)]);
    assert_eq!(stored(&folder.crashed().open()), None);
    let (old, new) = (before.log_bytes(), folder.log_bytes());
    let begin = RECORDS as usize;
    let end = begin + HEAD + length(&new, begin);
    for torn in begin..=end {
        let mixed = [&new[..torn], &old[torn..]].concat();
        let whole = mixed[..end] == new[..end];
        let crashed = folder.crashed().with_log(&mixed);
        let found = crashed.open();
        if whole {
            assert_eq!(stored(&found), None, "{torn}");
        } else {
            assert_eq!(numbers(&found), 4, "{torn}");
        }
    }
}

#[test]
fn a_full_log_begins_anew() {
    let folder = Folder::new();
    let mut disk = folder.open();
    let mut root = None;
    let mut rewound = 0;
    let mut before = 0;
    for n in 0..200_usize {
        let data = Some(Node::string(&"x".repeat(n % 13 * 300)));
        let put = (path(&format!("/{}", n % 17)), data.clone());
        Node::set(&mut root, &put.0, data);
        write(&mut disk, &[put]);
        rewound += usize::from(disk.log_bytes() < before);
        before = disk.log_bytes();
        if n % 9 == 0 {
            assert_eq!(stored(&folder.crashed().open()), root, "after {n}");
        }
    }
    assert!(rewound > 3, "{rewound}");
    assert!(folder.log_bytes().len() as u64 <= MOST);
    // More than fits into any log.
    let large = Some(Node::string(&"x".repeat(MOST as usize * 2)));
    write(&mut disk, &[(path("/large"), large.clone())]);
    Node::set(&mut root, &path("/large"), large);
    assert_eq!(disk.log_bytes(), 0);
    assert_eq!(stored(&folder.crashed().open()), root);
}

/// A log on a disk with room for the first step of one.
#[derive(Debug)]
struct Full {
    inner: Box<dyn StorageBackend>,
}

struct FullPlace(Beside);

impl StorageBackend for Full {
    fn len(&self) -> io::Result<u64> {
        self.inner.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.inner.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.inner.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.inner.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        if offset + data.len() as u64 > STEP {
            // Half of it fits.
            self.inner.write(offset, &data[..data.len() / 2])?;
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.inner.write(offset, data)
    }
}

impl Place for FullPlace {
    fn path(&self) -> &std::path::Path {
        self.0.path()
    }

    fn find(&self) -> io::Result<Option<Box<dyn StorageBackend>>> {
        self.0.find()
    }

    fn create(&self) -> io::Result<Box<dyn StorageBackend>> {
        let inner = self.0.create()?;
        Ok(Box::new(Full { inner }))
    }

    fn keep(&self) -> io::Result<()> {
        self.0.keep()
    }

    fn remove(&self) -> io::Result<()> {
        self.0.remove()
    }
}

#[test]
fn where_the_log_has_no_room_on_the_disk_the_data_file_is_written() {
    let folder = Folder::new();
    let database = redb::Database::create(folder.data()).expect("it is made");
    let place = FullPlace(Beside::of(&folder.data()));
    let mut disk = Disk::new(database, Some(Box::new(place))).expect("it opens");
    for n in 0..100 {
        number(&mut disk, n);
        assert_eq!(numbers(&folder.crashed().open()), n + 1);
    }
}

fn any_puts() -> impl Strategy<Value = Vec<(Path, Option<Node>)>> {
    let place = proptest::collection::vec("[a0!]", 0..4)
        .prop_map(|keys| Path::parse(&keys.join("/")).expect("the keys are valid"));
    let leaf = (0_u8..9, any::<bool>()).prop_map(|(n, bears)| {
        let priority = bears.then(|| remote_refresh_core::wire::Priority::Number(f64::from(n)));
        Node::number(f64::from(n)).map(|node| node.with_priority(priority))
    });
    proptest::collection::vec((place, prop_oneof![Just(None), leaf]), 1..4)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn after_any_batches_and_crashes_the_rows_are_what_the_tree_in_memory_is(
        batches in proptest::collection::vec((any_puts(), 0_u8..6), 1..30),
    ) {
        let mut folder = Folder::new();
        let (mut disk, mut root) = (folder.open(), None);
        for (puts, then) in batches {
            write(&mut disk, &puts);
            for (path, data) in puts {
                Node::set(&mut root, &path, data);
            }
            match then {
                0 => disk.checkpoint().expect("it writes"),
                1 => {
                    let crashed = folder.crashed();
                    disk = crashed.open();
                    folder = crashed;
                }
                2 => {
                    disk.close().expect("it closes");
                    disk = folder.open();
                }
                _ => {}
            }
            prop_assert_eq!(&stored(&disk), &root);
        }
    }

    #[test]
    fn redoing_any_end_of_what_was_done_changes_nothing(
        batches in proptest::collection::vec(any_puts(), 1..8),
        from in 0_usize..8,
    ) {
        use redb::ReadableTable;
        let database = redb::Builder::new()
            .create_with_backend(redb::backends::InMemoryBackend::new())
            .expect("memory can be opened");
        let transaction = database.begin_write().expect("memory can be written");
        let mut table = transaction.open_table(crate::store::disk::TREE).expect("it is made");
        let mut all = Vec::new();
        for puts in &batches {
            let mut effects = Effects::default();
            for (path, data) in puts {
                let rows = &mut crate::store::put::Rows { table: &mut table, effects: &mut effects };
                crate::store::put::put(rows, path, data.as_ref()).expect("memory can be written");
            }
            let record = effects.record().expect("they are few");
            all.push(record[HEAD..].to_vec());
        }
        let rows = |table: &redb::Table<'_, &'static [u8], &'static str>| -> Vec<(Vec<u8>, String)> {
            let rows = table.iter().expect("it reads").map(|row| row.expect("it reads"));
            rows.map(|(row, text)| (row.value().to_vec(), text.value().to_owned())).collect()
        };
        let before = rows(&table);
        for effects in all.iter().skip(from) {
            prop_assert!(effects::redo(effects, &mut table).expect("memory can be written"));
        }
        prop_assert_eq!(rows(&table), before);
    }
}
