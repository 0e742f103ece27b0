//! Reading rows: one place, all of one, the names in one, or what a query asks for, and of each no more than need be.

use std::ops::Bound;

use redb::{AccessGuard, ReadableTable};
use remote_refresh_core::query::{Limit, Order, Query};
use remote_refresh_core::wire::{parse_json, Key, Leaf, Node, Path, Priority};

use super::row;
use crate::data::{Data, Place, ReadError};

/// How many children are put together before those that a query doesn't want are dropped.
const AT_ONCE: usize = 256;

/// The rows of a table of the database, of one state of it.
pub(crate) trait Table: ReadableTable<&'static [u8], &'static str> {}
impl<T: ReadableTable<&'static [u8], &'static str>> Table for T {}

/// A row: its key, and the leaf or priority it holds, as text.
type Row<'a> = (
    AccessGuard<'a, &'static [u8]>,
    AccessGuard<'a, &'static str>,
);

/// Rows, and how much of them may be in memory at once.
pub(super) struct Rows<'t, T> {
    pub(super) table: &'t T,
    /// In bytes of rows.
    pub(super) max: usize,
}

pub(super) fn storage(error: impl Into<redb::Error>) -> ReadError {
    ReadError::Storage(Box::new(error.into()))
}

fn damaged(row: &[u8]) -> ReadError {
    ReadError::Damaged {
        row: row.escape_ascii().to_string(),
    }
}

/// The leaf, or what bears the priority, that a row holds.
fn value(row: &[u8], text: &str) -> Result<Node, ReadError> {
    parse_json(text).ok().flatten().ok_or_else(|| damaged(row))
}

fn priority(row: &[u8], text: &str) -> Result<Option<Priority>, ReadError> {
    Ok(value(row, text)?.priority().cloned())
}

fn borrow(bound: &Bound<Vec<u8>>) -> Bound<&[u8]> {
    bound.as_ref().map(Vec::as_slice)
}

impl<T: Table> Rows<'_, T> {
    fn rows(
        &self,
        from: Bound<&[u8]>,
        to: Bound<&[u8]>,
    ) -> Result<redb::Range<'_, &'static [u8], &'static str>, ReadError> {
        self.table.range::<&[u8]>((from, to)).map_err(storage)
    }

    fn first(&self, from: Bound<&[u8]>, to: Bound<&[u8]>) -> Result<Option<Row<'_>>, ReadError> {
        self.rows(from, to)?.next().transpose().map_err(storage)
    }

    /// All that lies at `path`.
    pub(super) fn node(&self, path: &Path) -> Result<Option<Node>, ReadError> {
        let Some(Place { leaf, priority }) = self.place(path)? else {
            return Ok(None);
        };
        if let Some(leaf) = leaf {
            return Ok(Some(Node::from(leaf).with_priority(priority)));
        }
        let base = row::of(path);
        let (mut children, mut held) = (Vec::new(), 0);
        self.children(
            &base,
            Bound::Included(row::children(&base)),
            row::end(&base),
            &mut |key, child, size| {
                held += size;
                children.push((key, child));
                if held > self.max {
                    Err(ReadError::TooLarge)
                } else {
                    Ok(true)
                }
            },
        )?;
        Ok(Node::from_children(children).map(|node| node.with_priority(priority)))
    }

    /// What lies at `path`, all its children `true`: what they hold is not read.
    pub(super) fn shallow(&self, path: &Path) -> Result<Option<Node>, ReadError> {
        let Some(Place { leaf, .. }) = self.place(path)? else {
            return Ok(None);
        };
        if let Some(leaf) = leaf {
            return Ok(Some(leaf.into()));
        }
        let base = row::of(path);
        let (mut from, to) = (Bound::Included(row::children(&base)), row::end(&base));
        let (mut children, mut held) = (Vec::new(), 0);
        while let Some((found, _)) = self.first(borrow(&from), borrow(&to))? {
            let (key, child) = first_child(&base, found.value())?;
            held += child.len();
            if held > self.max {
                return Err(ReadError::TooLarge);
            }
            children.push((key, Node::bool(true)));
            from = match row::end(&child) {
                Bound::Excluded(end) => Bound::Included(end),
                other => other,
            };
        }
        Ok(Node::from_children(children))
    }

    /// What `query` asks for of `path`.
    pub(super) fn window(&self, path: &Path, query: &Query) -> Result<Option<Node>, ReadError> {
        let place = match self.place(path)? {
            Some(place) if place.leaf.is_none() => place,
            // A leaf has no children to choose from.
            _ => return Ok(query.window(self.node(path)?.as_ref())),
        };
        if query.start.is_none() && query.end.is_none() && query.limit.is_none() {
            return self.node(path);
        }
        drop(place);
        let base = row::of(path);
        let (from, to) = key_range(&base, query);
        let mut kept = Kept {
            query,
            max: self.max,
            children: Vec::new(),
            held: 0,
            room: AT_ONCE,
        };
        match (&query.order, query.limit) {
            (Order::Key, Some(Limit::Last(count))) => {
                // From the end, and no further than need be.
                let mut to = to;
                while kept.children.len() < count {
                    let last = self
                        .rows(borrow(&from), borrow(&to))?
                        .next_back()
                        .transpose()
                        .map_err(storage)?;
                    let Some((last, _)) = last else { break };
                    let (_, child) = first_child(&base, last.value())?;
                    self.children(
                        &base,
                        Bound::Included(child.clone()),
                        row::end(&child),
                        &mut |key, node, size| kept.add(key, node, size),
                    )?;
                    to = Bound::Excluded(child);
                    if kept.children.len() >= count {
                        kept.prune();
                    }
                }
            }
            (Order::Key, Some(Limit::First(count))) => {
                self.children(&base, from, to, &mut |key, node, size| {
                    kept.add(key, node, size)?;
                    if kept.children.len() >= count {
                        kept.prune();
                    }
                    Ok(kept.children.len() < count)
                })?;
            }
            _ => self.children(&base, from, to, &mut |key, node, size| {
                kept.add(key, node, size)
            })?,
        }
        Ok(query.window(kept.node().as_ref()))
    }

    /// Puts together each child of the place of `base` whose rows are in the range, and hands it to `sink` with the size of
    /// its rows, while that says so.
    fn children(
        &self,
        base: &[u8],
        from: Bound<Vec<u8>>,
        to: Bound<Vec<u8>>,
        sink: &mut dyn FnMut(Key, Node, usize) -> Result<bool, ReadError>,
    ) -> Result<(), ReadError> {
        let mut open = Open::default();
        for row in self.rows(borrow(&from), borrow(&to))? {
            let (key, text) = row.map_err(storage)?;
            let row = key.value();
            let below = row.get(base.len()..).ok_or_else(|| damaged(row))?;
            if let Some((name, child, size)) = open.leave(below) {
                if !sink(name, child, size)? {
                    return Ok(());
                }
            }
            open.enter(below, text.value())
                .ok_or_else(|| damaged(row))?;
            if open.size > self.max {
                return Err(ReadError::TooLarge);
            }
        }
        if let Some((name, child, size)) = open.leave(&[]) {
            sink(name, child, size)?;
        }
        Ok(())
    }
}

impl<T: Table> Data for Rows<'_, T> {
    fn place(&self, path: &Path) -> Result<Option<Place>, ReadError> {
        let base = row::of(path);
        let end = row::end(&base);
        let Some((found, text)) = self.first(Bound::Included(&base), borrow(&end))? else {
            return Ok(None);
        };
        let found = found.value();
        if found == base {
            return Ok(Some(Place::of(&value(found, text.value())?)));
        }
        let priority = if found == row::priority(&base) {
            priority(found, text.value())?
        } else {
            None
        };
        Ok(Some(Place {
            leaf: None,
            priority,
        }))
    }

    fn has_besides(&self, path: &Path, without: &[Path]) -> Result<bool, ReadError> {
        let base = row::of(path);
        let (mut from, to) = (Bound::Included(row::children(&base)), row::end(&base));
        let without: Vec<Vec<u8>> = without.iter().map(row::of).collect();
        while let Some((found, _)) = self.first(borrow(&from), borrow(&to))? {
            let found = found.value();
            from = match without.iter().find(|gone| found.starts_with(gone)) {
                Some(gone) => match row::end(gone) {
                    Bound::Excluded(end) => Bound::Included(end),
                    _ => return Ok(false),
                },
                // A priority is there only with what bears it.
                None if row::is_priority(found) => Bound::Excluded(found.to_vec()),
                None => return Ok(true),
            };
        }
        Ok(false)
    }
}

/// The child of `base` that `row` is of or lies below, and its row.
fn first_child(base: &[u8], row: &[u8]) -> Result<(Key, Vec<u8>), ReadError> {
    let below = row.get(base.len()..).ok_or_else(|| damaged(row))?;
    let (key, rest) = row::split(below).ok_or_else(|| damaged(row))?;
    Ok((key, row[..row.len() - rest.len()].to_vec()))
}

/// The rows that hold all children a query could want: fewer than all only if it is ordered as they are.
fn key_range(base: &[u8], query: &Query) -> (Bound<Vec<u8>>, Bound<Vec<u8>>) {
    let row_of = |bound: &Option<remote_refresh_core::query::Bound>| {
        let Some(Leaf::String(text)) = bound.as_ref().and_then(|bound| bound.value.as_ref()) else {
            return None;
        };
        let mut row = base.to_vec();
        row::push(&mut row, &Key::new(text).ok()?);
        (query.order == Order::Key).then_some(row)
    };
    let from = row_of(&query.start).unwrap_or_else(|| row::children(base));
    let to = row_of(&query.end).map_or_else(|| row::end(base), |row| row::end(&row));
    // A range must not end before it begins.
    if matches!(&to, Bound::Excluded(to) if *to < from) {
        return (Bound::Included(from.clone()), Bound::Excluded(from));
    }
    (Bound::Included(from), to)
}

/// The children that a query may want of those seen so far.
struct Kept<'q> {
    query: &'q Query,
    max: usize,
    children: Vec<(Key, Node, usize)>,
    held: usize,
    /// How many there may be before those that it doesn't want are dropped.
    room: usize,
}

impl Kept<'_> {
    fn add(&mut self, key: Key, node: Node, size: usize) -> Result<bool, ReadError> {
        self.held += size;
        self.children.push((key, node, size));
        if self.children.len() >= self.room || self.held > self.max {
            self.prune();
            self.room = self.children.len() + self.children.len().max(AT_ONCE);
        }
        if self.held > self.max {
            Err(ReadError::TooLarge)
        } else {
            Ok(true)
        }
    }

    fn node(&self) -> Option<Node> {
        Node::from_children(
            self.children
                .iter()
                .map(|(key, node, _)| (key.clone(), node.clone())),
        )
    }

    /// A window of a window and more is the window of all: what is outside now never comes back.
    fn prune(&mut self) {
        let window = self.query.window(self.node().as_ref());
        self.children.retain(|(key, ..)| {
            window
                .as_ref()
                .is_some_and(|window| window.child_at(key).is_some())
        });
        self.held = self.children.iter().map(|(.., size)| size).sum();
    }
}

/// The nodes on the way to the row read last, from a child of the place that is read down.
#[derive(Default)]
struct Open {
    levels: Vec<Level>,
    /// The row read last, as seen from the place.
    row: Vec<u8>,
    /// The size of the rows of the child.
    size: usize,
}

struct Level {
    key: Key,
    /// Where its segment ends in `row`.
    end: usize,
    children: Vec<(Key, Node)>,
    leaf: Option<Node>,
    priority: Option<Priority>,
}

impl Level {
    fn close(self) -> Option<(Key, Node)> {
        let node = self.leaf.or_else(|| {
            Node::from_children(self.children).map(|node| node.with_priority(self.priority))
        });
        Some((self.key, node?))
    }
}

impl Open {
    /// Closes the nodes that `next` does not lie in. Returns the child and its size when it is whole.
    fn leave(&mut self, next: &[u8]) -> Option<(Key, Node, usize)> {
        while let Some(level) = self
            .levels
            .pop_if(|level| next.get(..level.end) != self.row.get(..level.end))
        {
            let closed = level.close();
            match self.levels.last_mut() {
                Some(above) => above.children.extend(closed),
                None => {
                    return closed.map(|(key, node)| (key, node, std::mem::take(&mut self.size)))
                }
            }
        }
        None
    }

    /// Opens the nodes on the way to `row`, and takes what it holds.
    fn enter(&mut self, row: &[u8], text: &str) -> Option<()> {
        self.size += row.len() + text.len();
        let mut rest = row.get(self.levels.last().map_or(0, |level| level.end)..)?;
        while let Some((key, next)) = row::split(rest) {
            let end = row.len() - next.len();
            self.levels.push(Level {
                key,
                end,
                children: Vec::new(),
                leaf: None,
                priority: None,
            });
            rest = next;
        }
        let level = self.levels.last_mut()?;
        if rest.is_empty() {
            level.leaf = Some(value(row, text).ok()?);
        } else if row::is_priority(row) && rest.len() == 1 {
            level.priority = priority(row, text).ok()?;
        } else {
            return None;
        }
        self.row = row.to_vec();
        Some(())
    }
}
