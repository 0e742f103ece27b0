//! Reading a backup that comes in pieces.

use sha2::{Digest, Sha256};

use super::{END, HEAD, ROW, SETTING};
use crate::store::copy::Entry;

/// A letter and two lengths.
const PREFIX: usize = 9;

/// The longest key taken, in bytes: more than 32 keys of a path make.
const MAX_KEY: usize = 64 << 10;

/// The longest text taken, in bytes: more than any body that a server takes by default, written with escapes.
const MAX_TEXT: usize = 1 << 30;

/// What was sent is no backup, or one that was changed on its way.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NoBackup;

/// Reads a backup, however it is cut into pieces.
#[derive(Default)]
pub(crate) struct Decoder {
    hash: Sha256,
    begun: bool,
    ended: bool,
    /// What has come of an entry that is not whole.
    rest: Vec<u8>,
}

impl Decoder {
    /// Takes the next piece and hands each entry that is whole to `sink`.
    pub(crate) fn feed<E: From<NoBackup>>(
        &mut self,
        piece: &[u8],
        sink: &mut dyn FnMut(Entry<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut rest = std::mem::take(&mut self.rest);
        rest.extend_from_slice(piece);
        let mut done = 0;
        while let Some(length) = self.next(&rest[done..])? {
            self.take(&rest[done..done + length], sink)?;
            done += length;
        }
        rest.drain(..done);
        self.rest = rest;
        Ok(())
    }

    /// Whether its end has come, with the right sum.
    pub(crate) fn is_whole(&self) -> bool {
        self.ended
    }

    /// How long the head or entry is that `bytes` begin with, if all of it is there.
    fn next(&self, bytes: &[u8]) -> Result<Option<usize>, NoBackup> {
        if !self.begun {
            let common = bytes.len().min(HEAD.len());
            if bytes[..common] != HEAD[..common] {
                return Err(NoBackup);
            }
            return Ok((common == HEAD.len()).then_some(common));
        }
        if self.ended && !bytes.is_empty() {
            return Err(NoBackup);
        }
        let Some((_, key, text)) = lengths(bytes) else {
            return Ok(None);
        };
        if key > MAX_KEY || text > MAX_TEXT {
            return Err(NoBackup);
        }
        let length = PREFIX + key + text;
        Ok((bytes.len() >= length).then_some(length))
    }

    /// Takes a head or an entry that is whole.
    fn take<E: From<NoBackup>>(
        &mut self,
        bytes: &[u8],
        sink: &mut dyn FnMut(Entry<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        if !self.begun {
            self.begun = true;
            self.hash.update(bytes);
            return Ok(());
        }
        let (kind, key, _) = lengths(bytes).ok_or(NoBackup)?;
        let (key, text) = bytes[PREFIX..].split_at(key);
        if kind == END {
            self.ended = key.is_empty() && text == &self.hash.finalize_reset()[..];
            return self.ended.then_some(()).ok_or(NoBackup.into());
        }
        self.hash.update(bytes);
        let text = std::str::from_utf8(text).map_err(|_| NoBackup)?;
        match kind {
            SETTING => {
                let name = std::str::from_utf8(key).map_err(|_| NoBackup)?;
                sink(Entry::Setting(name, text))
            }
            ROW => sink(Entry::Row(key, text)),
            _ => Err(NoBackup.into()),
        }
    }
}

/// What kind of entry it is, and how long its key and its text are.
fn lengths(bytes: &[u8]) -> Option<(u8, usize, usize)> {
    let (kind, rest) = bytes.split_first()?;
    let (key, rest) = rest.split_first_chunk()?;
    let (text, _) = rest.split_first_chunk()?;
    let length = |bytes: &[u8; 4]| u32::from_be_bytes(*bytes) as usize;
    Some((*kind, length(key), length(text)))
}

#[cfg(test)]
mod tests {
    use super::super::Encoder;
    use super::*;

    const ENTRIES: [Entry<'_>; 3] = [
        Entry::Setting("rules", "{}"),
        Entry::Row(b"\x02a\0", "1"),
        Entry::Row(b"\x02b\0", "\"\u{436}\""),
    ];

    fn encoded() -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = Encoder::begin(&mut bytes);
        for entry in ENTRIES {
            encoder.add(entry, &mut bytes);
        }
        encoder.end(&mut bytes);
        bytes
    }

    /// What comes out of `bytes`, fed in pieces of this size, and whether that is a whole backup.
    fn decoded(bytes: &[u8], size: usize) -> Result<(Vec<String>, bool), NoBackup> {
        let (mut decoder, mut found) = (Decoder::default(), Vec::new());
        for piece in bytes.chunks(size) {
            decoder.feed::<NoBackup>(piece, &mut |entry| {
                found.push(format!("{entry:?}"));
                Ok(())
            })?;
        }
        Ok((found, decoder.is_whole()))
    }

    #[test]
    fn what_is_encoded_is_decoded_however_it_is_cut() {
        let expected: Vec<_> = ENTRIES.iter().map(|entry| format!("{entry:?}")).collect();
        for size in [1, 2, 7, 1000] {
            assert_eq!(decoded(&encoded(), size), Ok((expected.clone(), true)));
        }
    }

    #[test]
    fn a_backup_that_breaks_off_is_not_whole() {
        let bytes = encoded();
        for length in 0..bytes.len() {
            let found = decoded(&bytes[..length], 1000);
            assert!(
                found.is_ok_and(|(_, whole)| !whole),
                "{length} of {}",
                bytes.len()
            );
        }
    }

    #[test]
    fn a_backup_in_which_any_byte_is_another_is_not_taken() {
        for at in 0..encoded().len() {
            let mut bytes = encoded();
            bytes[at] ^= 0x20;
            let found = decoded(&bytes, 1000);
            assert!(!matches!(found, Ok((_, true))), "byte {at}: {found:?}");
        }
        let more = [encoded(), vec![0]].concat();
        assert_eq!(decoded(&more, 1000), Err(NoBackup));
        assert_eq!(decoded(b"<html>", 1000), Err(NoBackup));
    }
}
