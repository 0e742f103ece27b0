//! Writing rows: what a put changes in them, and no more, so that a small write is a small write.

use std::ops::Bound;

use redb::{ReadableTable, Table};
use remote_refresh_core::wire::{parse_json, Export, Node, Path};

use super::log::Effects;
use super::row;

/// Rows that are written to, and where that is noted.
pub(super) struct Rows<'t, 'txn> {
    pub(super) table: &'t mut Table<'txn, &'static [u8], &'static str>,
    pub(super) effects: &'t mut Effects,
}

impl Rows<'_, '_> {
    /// Whether there was one already.
    fn insert(&mut self, row: &[u8], text: &str) -> Result<bool, redb::Error> {
        let there = self.table.insert(row, text)?.is_some();
        self.effects.put(row, text);
        Ok(there)
    }

    /// Whether there was one.
    fn remove(&mut self, row: &[u8]) -> Result<bool, redb::Error> {
        let there = self.table.remove(row)?.is_some();
        if there {
            self.effects.remove(row);
        }
        Ok(there)
    }
}

/// Puts `data` at `path`, as [`Node::set`] does: parents left without children vanish, writing below a leaf makes it a
/// parent (its priority stays), deleting below one does nothing.
pub(super) fn put(
    rows: &mut Rows<'_, '_>,
    path: &Path,
    data: Option<&Node>,
) -> Result<(), redb::Error> {
    let mut place = row::of(path);
    match data {
        Some(node) if node.leaf().is_some() => {
            // Where there was a leaf there is nothing else, above or below: most writes only change one.
            if !insert(rows, &mut place, node)? {
                make_room(rows, &place)?;
            }
            Ok(())
        }
        Some(node) => {
            if !rows.remove(&place)? {
                make_room(rows, &place)?;
            }
            insert(rows, &mut place, node)?;
            Ok(())
        }
        None => {
            if clear(rows, Bound::Included(&place))? {
                take_empty_parents(rows, path)?;
            }
            Ok(())
        }
    }
}

/// Takes away what is below `place`, and a leaf above it.
fn make_room(rows: &mut Rows<'_, '_>, place: &[u8]) -> Result<(), redb::Error> {
    // A leaf has no rows after its own that are below it: if there is one above, it is the last row before the place.
    let leaf = match rows
        .table
        .range::<&[u8]>(..place)?
        .next_back()
        .transpose()?
    {
        Some((found, text)) if place.starts_with(found.value()) => {
            Some((found.value().to_vec(), text.value().to_owned()))
        }
        _ => None,
    };
    let Some((leaf, text)) = leaf else {
        clear(rows, Bound::Excluded(place))?;
        return Ok(());
    };
    rows.remove(&leaf)?;
    let priority = parse_json(&text).ok().flatten();
    if let Some(priority) = priority.and_then(|node| node.priority().cloned()) {
        let bearer = Node::bool(true).with_priority(Some(priority));
        rows.insert(&row::priority(&leaf), &text_of(&bearer))?;
    }
    Ok(())
}

/// Takes away the rows from `place`, or those after it, to the last below it; whether there were any.
fn clear(rows: &mut Rows<'_, '_>, place: Bound<&[u8]>) -> Result<bool, redb::Error> {
    let end = match place {
        Bound::Included(place) | Bound::Excluded(place) => row::end(place),
        Bound::Unbounded => Bound::Unbounded,
    };
    let range = (place, end.as_ref().map(Vec::as_slice));
    let (first, more) = {
        let mut found = rows.table.range::<&[u8]>(range)?;
        let first = found
            .next()
            .transpose()?
            .map(|(row, _)| row.value().to_vec());
        (first, found.next().is_some())
    };
    match first {
        None => return Ok(false),
        Some(_) if more => {
            rows.table.retain_in::<&[u8], _>(range, |_, _| false)?;
            let to = match range.1 {
                Bound::Excluded(to) => Some(to),
                _ => None,
            };
            rows.effects.clear(range.0, to);
        }
        Some(only) => drop(rows.remove(&only)?),
    }
    Ok(true)
}

/// Takes away the priorities of the parents of `path` that have no children left.
fn take_empty_parents(rows: &mut Rows<'_, '_>, path: &Path) -> Result<(), redb::Error> {
    let mut above = path.parent();
    while let Some(parent) = above {
        let place = row::of(&parent);
        let priority = row::priority(&place);
        let end = row::end(&place);
        let lonely = {
            let mut found = rows
                .table
                .range::<&[u8]>((Bound::Included(&*place), end.as_ref().map(Vec::as_slice)))?;
            match found.next().transpose()? {
                None => false,
                Some((row, _)) if row.value() == priority && found.next().is_none() => true,
                Some(_) => return Ok(()),
            }
        };
        if lonely {
            rows.remove(&priority)?;
        }
        above = parent.parent();
    }
    Ok(())
}

/// Adds the rows of `node`; whether there was a row already, when that is a leaf.
fn insert(rows: &mut Rows<'_, '_>, place: &mut Vec<u8>, node: &Node) -> Result<bool, redb::Error> {
    if node.leaf().is_some() {
        return rows.insert(place, &text_of(node));
    }
    if let Some(priority) = node.priority() {
        let bearer = Node::bool(true).with_priority(Some(priority.clone()));
        rows.insert(&row::priority(place), &text_of(&bearer))?;
    }
    let length = place.len();
    for (key, child) in node.children() {
        row::push(place, key);
        insert(rows, place, child)?;
        place.truncate(length);
    }
    Ok(false)
}

fn text_of(leaf: &Node) -> String {
    serde_json::to_string(&Export(Some(leaf)))
        .expect("a leaf is text, a finite number or a boolean")
}
