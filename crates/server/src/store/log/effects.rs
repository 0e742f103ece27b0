//! What a batch of writes did to the rows, as bytes.
//!
//! Not the writes themselves: what a row holds after some of these does not depend on what it held before, so doing them twice,
//! or from any of them on, comes to the same. What a write means may depend on all that is there.

use std::ops::Bound;

use redb::Table;

use super::MOST;

/// How many bytes a record has besides its effects: they are left free in front.
pub(super) const HEAD: usize = 32;

const PUT: u8 = 1;
const REMOVE: u8 = 2;
const CLEAR: u8 = 3;
const CLEAR_TO_END: u8 = 4;

/// What a batch of writes did to the rows, in its order; or that it is more than any log has room for.
pub(in crate::store) struct Effects {
    /// With room for the head of a record.
    bytes: Vec<u8>,
    too_many: bool,
}

impl Default for Effects {
    fn default() -> Self {
        Self {
            bytes: vec![0; HEAD],
            too_many: false,
        }
    }
}

impl Effects {
    /// A row now holds this.
    pub(in crate::store) fn put(&mut self, row: &[u8], text: &str) {
        self.add(PUT, &[row, text.as_bytes()]);
    }

    /// A row is gone.
    pub(in crate::store) fn remove(&mut self, row: &[u8]) {
        self.add(REMOVE, &[row]);
    }

    /// The rows of a range are gone; it does not include its end.
    pub(in crate::store) fn clear(&mut self, from: Bound<&[u8]>, to: Option<&[u8]>) {
        let next;
        let from = match from {
            Bound::Included(from) => from,
            Bound::Excluded(from) => {
                // The very next there can be.
                next = [from, &[0]].concat();
                &next
            }
            Bound::Unbounded => &[],
        };
        match to {
            Some(to) => self.add(CLEAR, &[from, to]),
            None => self.add(CLEAR_TO_END, &[from]),
        }
    }

    fn add(&mut self, kind: u8, fields: &[&[u8]]) {
        let more: usize = fields.iter().map(|field| 4 + field.len()).sum();
        if self.too_many || (self.bytes.len() + 1 + more) as u64 > MOST {
            // It is not needed then, and would only take memory.
            (self.bytes, self.too_many) = (Vec::new(), true);
            return;
        }
        self.bytes.push(kind);
        for field in fields {
            let length = u32::try_from(field.len()).expect("a log is smaller than that");
            self.bytes.extend(length.to_le_bytes());
            self.bytes.extend(*field);
        }
    }

    /// Room for the record's head, and the effects; `None` if they are too many.
    pub(super) fn record(&mut self) -> Option<&mut Vec<u8>> {
        (!self.too_many).then_some(&mut self.bytes)
    }
}

/// Does to `rows` what was done; false if these are no effects.
pub(super) fn redo(
    effects: &[u8],
    rows: &mut Table<'_, &'static [u8], &'static str>,
) -> Result<bool, redb::Error> {
    let mut rest = effects;
    while let Some((&kind, after)) = rest.split_first() {
        rest = after;
        let Some(row) = field(&mut rest) else {
            return Ok(false);
        };
        match kind {
            PUT => {
                let text = field(&mut rest).and_then(|text| std::str::from_utf8(text).ok());
                let Some(text) = text else {
                    return Ok(false);
                };
                rows.insert(row, text)?;
            }
            REMOVE => drop(rows.remove(row)?),
            CLEAR => {
                let Some(to) = field(&mut rest).filter(|to| *to >= row) else {
                    return Ok(false);
                };
                rows.retain_in::<&[u8], _>(row..to, |_, _| false)?;
            }
            CLEAR_TO_END => rows.retain_in::<&[u8], _>(row.., |_, _| false)?,
            _ => return Ok(false),
        }
    }
    Ok(true)
}

fn field<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, after) = rest.split_first_chunk()?;
    let (field, after) = after.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    *rest = after;
    Some(field)
}
