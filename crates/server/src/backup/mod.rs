//! A backup on its way from a running server: all entries of the data file as one text of bytes.
//!
//! It begins with [`HEAD`]. Then each entry is a letter that says what it is, the lengths of its key and of its text (four bytes
//! each, the highest first), the key and the text. The last one is the [`END`], with the SHA-256 of all before it: without
//! that the backup is not whole, whatever the connection says.

#[cfg(feature = "http-client")]
mod decode;
#[cfg(feature = "http-client")]
pub(crate) mod fetch;

use sha2::{Digest, Sha256};

use crate::store::copy::Entry;

/// What a backup begins with; another version of the format would have another number.
pub(crate) const HEAD: &[u8] = b"remote-refresh-server backup 1\n";

const SETTING: u8 = b's';
const ROW: u8 = b'r';
const END: u8 = b'e';

/// Writes a backup.
pub(crate) struct Encoder(Sha256);

impl Encoder {
    /// Begins one: writes its head to `out`.
    pub(crate) fn begin(out: &mut Vec<u8>) -> Self {
        out.extend_from_slice(HEAD);
        Self(Sha256::new_with_prefix(HEAD))
    }

    /// Adds an entry to `out`.
    pub(crate) fn add(&mut self, entry: Entry<'_>, out: &mut Vec<u8>) {
        let begin = out.len();
        match entry {
            Entry::Setting(name, text) => record(SETTING, name.as_bytes(), text.as_bytes(), out),
            Entry::Row(key, text) => record(ROW, key, text.as_bytes(), out),
        }
        self.0.update(&out[begin..]);
    }

    /// Ends it.
    pub(crate) fn end(self, out: &mut Vec<u8>) {
        record(END, &[], &self.0.finalize(), out);
    }
}

fn record(kind: u8, key: &[u8], text: &[u8], out: &mut Vec<u8>) {
    out.push(kind);
    for part in [key, text] {
        // redb holds no entries of 4 GiB.
        let length = u32::try_from(part.len()).unwrap_or(u32::MAX);
        out.extend_from_slice(&length.to_be_bytes());
    }
    out.extend_from_slice(key);
    out.extend_from_slice(text);
}
