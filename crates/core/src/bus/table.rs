//! Rows found by number, in a sorted vector: an emitter has few names and few listeners.

use alloc::vec::Vec;

/// What a table holds.
pub(super) trait Row: Copy + Default {
    /// A row that is not in use is as good as none.
    fn is_used(&self) -> bool;
}

/// A row that falls out of use stays, since it is often used again at once (`on`, `off`, `on`): to remove and insert it each
/// time took three times as long with 1,000 names.
#[derive(Debug)]
pub(super) struct Table<T> {
    rows: Vec<(u32, T)>,
    unused: u32,
}

/// So many unused rows may stay whatever the size of the table.
const MOST_UNUSED: u32 = 8;

impl<T> Default for Table<T> {
    fn default() -> Self {
        Table {
            rows: Vec::new(),
            unused: 0,
        }
    }
}

impl<T: Row> Table<T> {
    pub(super) fn get(&self, key: u32) -> T {
        self.find(key)
            .ok()
            .and_then(|i| self.rows.get(i))
            .map_or_else(T::default, |row| row.1)
    }

    /// Changes a row, new or not: what `change` returned.
    #[inline(always)]
    pub(super) fn update<R>(&mut self, key: u32, change: impl FnOnce(&mut T) -> R) -> R {
        let i = match self.find(key) {
            Ok(i) => i,
            Err(i) => self.insert(i, key),
        };
        let rows = self.rows.as_mut_slice();
        let count = rows.len();
        let row = &mut rows[i].1;
        let was_used = row.is_used();
        let result = change(row);
        match (was_used, row.is_used()) {
            (false, true) => self.unused -= 1,
            (true, false) => {
                self.unused += 1;
                if self.unused > MOST_UNUSED && self.unused as usize > count / 2 {
                    self.sweep();
                }
            }
            _ => {}
        }
        result
    }

    /// Removes all rows; their room is kept for others.
    pub(super) fn clear(&mut self) {
        self.rows.clear();
        self.unused = 0;
    }

    /// The rows in use, by number.
    pub(super) fn used(&self) -> impl Iterator<Item = (u32, T)> + '_ {
        self.rows.iter().copied().filter(|row| row.1.is_used())
    }

    /// Changes all rows.
    pub(super) fn update_all(&mut self, mut change: impl FnMut(u32, &mut T)) {
        for (key, row) in &mut self.rows {
            change(*key, row);
        }
        self.sweep();
    }

    #[inline(always)]
    fn find(&self, key: u32) -> Result<usize, usize> {
        match self.rows.as_slice() {
            // So it is most often.
            [row] if row.0 == key => Ok(0),
            rows => rows.binary_search_by_key(&key, |row| row.0),
        }
    }

    #[cold]
    fn insert(&mut self, i: usize, key: u32) -> usize {
        self.rows.insert(i, (key, T::default()));
        self.unused += 1;
        i
    }

    fn sweep(&mut self) {
        self.rows.retain(|row| row.1.is_used());
        self.unused = 0;
        self.rows.shrink_to_fit();
    }
}
