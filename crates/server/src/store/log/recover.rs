//! Reading what a crash left: all whole records that the data file has not, in their order.

use std::io;

use redb::{StorageBackend, Table};

use super::effects::{redo, HEAD};
use super::{checksum, heading, Place, ALIGNMENT, MAGIC, MOST, RECORDS};
use crate::error::ServerError;
use crate::store::disk::storage;

/// How much of a log is looked through at once, in bytes.
const PIECE: u64 = 64 << 10;

/// What a data file says of its logs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::store) struct Known {
    /// The name of its log.
    pub(in crate::store) log: u128,
    /// The name of the log before, all of which it has.
    pub(in crate::store) previous: u128,
    /// The last record that it has.
    pub(in crate::store) applied: u64,
}

/// Does to `rows` what the log says was done since. Returns the number of the last record.
pub(in crate::store) fn recover(
    place: &dyn Place,
    known: Known,
    rows: &mut Table<'_, &'static [u8], &'static str>,
) -> Result<u64, ServerError> {
    let path = || place.path().to_owned();
    let failed = |source| ServerError::Log {
        path: path(),
        source,
    };
    let foreign = || ServerError::ForeignLog { path: path() };
    let damaged = || ServerError::DamagedLog { path: path() };
    let Some(file) = place.find().map_err(failed)? else {
        return Ok(known.applied);
    };
    let log = Found::new(file, known.log).map_err(failed)?;
    let head = log.read(0, RECORDS.min(log.length)).map_err(failed)?;
    if head.starts_with(&heading(known.previous)) {
        return Ok(known.applied);
    }
    if !head.starts_with(&heading(known.log)) {
        let begun = head.starts_with(MAGIC) || head.iter().all(|byte| *byte == 0);
        if begun && log.is_empty().map_err(failed)? {
            // The power failed before there was any record.
            return Ok(known.applied);
        }
        let name = head.get(MAGIC.len()..).and_then(<[u8]>::first_chunk);
        let whole = name.map(|name| heading(u128::from_le_bytes(*name)));
        let whole = whole.is_some_and(|whole| head.starts_with(&whole));
        return Err(if whole { foreign() } else { damaged() });
    }
    let (mut at, mut applied, mut last) = (RECORDS, known.applied, None);
    while let Some((number, effects)) = log.record(at).map_err(failed)? {
        match last {
            // What is left of the time before the last checkpoint.
            Some(last) if number != last + 1 => break,
            None if number > known.applied + 1 => return Err(foreign()),
            _ => last = Some(number),
        }
        if number > known.applied {
            if !redo(&effects, rows).map_err(storage)? {
                return Err(damaged());
            }
            applied = number;
        }
        at += (HEAD as u64 + effects.len() as u64).next_multiple_of(ALIGNMENT);
    }
    // Only the last record can be torn. With a later one behind, the disk lost what it had.
    if log.has_behind(at, applied).map_err(failed)? {
        return Err(damaged());
    }
    Ok(applied)
}

/// A log that is there.
struct Found {
    file: Box<dyn StorageBackend>,
    /// As much of it as a log may have, in bytes.
    length: u64,
    name: u128,
}

impl Found {
    fn new(file: Box<dyn StorageBackend>, name: u128) -> io::Result<Self> {
        let length = file.len()?.min(MOST);
        Ok(Self { file, length, name })
    }

    fn read(&self, at: u64, length: u64) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; length as usize];
        self.file.read(at, &mut bytes)?;
        Ok(bytes)
    }

    /// Whether nothing was ever written where records are.
    fn is_empty(&self) -> io::Result<bool> {
        let mut at = RECORDS;
        while at < self.length {
            let piece = self.read(at, PIECE.min(self.length - at))?;
            if piece.iter().any(|byte| *byte != 0) {
                return Ok(false);
            }
            at += PIECE;
        }
        Ok(true)
    }

    /// The record that begins there, if a whole one does: its number, and its effects.
    fn record(&self, at: u64) -> io::Result<Option<(u64, Vec<u8>)>> {
        if at + HEAD as u64 > self.length {
            return Ok(None);
        }
        let head = self.read(at, HEAD as u64)?;
        let Some((_, length)) = self.plausible(at, &head) else {
            return Ok(None);
        };
        let mut record = self.read(at, HEAD as u64 + length)?;
        if record[..16] != checksum(self.name, &record[16..]) {
            return Ok(None);
        }
        let number = u64::from_le_bytes(*record[16..].first_chunk().expect("a head is longer"));
        record.drain(..HEAD);
        Ok(Some((number, record)))
    }

    /// The number of the record with this head, and the length of its effects, if there can be such a record.
    fn plausible(&self, at: u64, head: &[u8]) -> Option<(u64, u64)> {
        let number = u64::from_le_bytes(*head.get(16..)?.first_chunk()?);
        let length = u64::from_le_bytes(*head.get(24..)?.first_chunk()?);
        let fits = length <= self.length.checked_sub(at + HEAD as u64)?;
        (number > 0 && fits).then_some((number, length))
    }

    /// Whether a record after the number `last` begins there or behind.
    fn has_behind(&self, from: u64, last: u64) -> io::Result<bool> {
        let mut from = from;
        while from + HEAD as u64 <= self.length {
            let piece = self.read(from, PIECE.min(self.length - from))?;
            let heads = piece.windows(HEAD).step_by(ALIGNMENT as usize);
            for (index, head) in heads.enumerate() {
                let at = from + index as u64 * ALIGNMENT;
                let later = self
                    .plausible(at, head)
                    .filter(|(number, _)| *number > last);
                if later.is_some() && self.record(at)?.is_some() {
                    return Ok(true);
                }
            }
            // The next piece begins with the heads that this one has no room for.
            from += (PIECE - HEAD as u64 + ALIGNMENT).next_multiple_of(ALIGNMENT);
        }
        Ok(false)
    }
}
