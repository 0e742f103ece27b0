//! What tabs of one browser share: locks, and channels between those that share a feed.

use std::collections::BTreeMap;

/// A tab's feed in a line for a lock; the number tells it from the tab's other feeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) tab: usize,
    pub(crate) feed: u32,
}

/// The lock and the channel of one feed in one browser.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    /// Who holds the lock and who waits for it, in order: the first is the holder.
    line: Vec<Line>,
    /// When the channel's last message arrives: it keeps their order.
    pub(crate) arrives: u64,
}

/// The locks of all browsers, by browser and user: no tab hears of another user's feed.
#[derive(Debug, Default)]
pub(crate) struct Locks(BTreeMap<(usize, usize), Shared>);

impl Locks {
    pub(crate) fn shared(&mut self, browser: usize, user: usize) -> &mut Shared {
        self.0.entry((browser, user)).or_default()
    }

    /// Takes a feed of a tab's out of every line. The new holders of the locks that it held.
    pub(crate) fn leave(&mut self, leaving: impl Fn(Line) -> bool) -> Vec<Line> {
        let mut leaders = Vec::new();
        for shared in self.0.values_mut() {
            let before = shared.holder();
            shared.line.retain(|line| !leaving(*line));
            leaders.extend(shared.holder().filter(|_| shared.holder() != before));
        }
        leaders
    }
}

impl Shared {
    pub(crate) fn holder(&self) -> Option<Line> {
        self.line.first().copied()
    }

    pub(crate) fn members(&self) -> &[Line] {
        &self.line
    }

    /// Stands in line, if it doesn't yet. Whether the lock is free, and so is taken.
    pub(crate) fn join(&mut self, line: Line) -> bool {
        if self.line.contains(&line) {
            return false;
        }
        self.line.push(line);
        self.line.len() == 1
    }
}
