//! Users of a shared feed, each of a test's own.

use std::cell::Cell;

use super::Neighbour;

/// A user of a test's own: a test that fails can't give back the lock that it holds, which no other test shall wait for.
pub(crate) struct User(u32);

impl User {
    pub(crate) fn new() -> Self {
        thread_local!(static LAST: Cell<u32> = const { Cell::new(0) });
        LAST.set(LAST.get() + 1);
        Self(LAST.get())
    }

    /// Options for `connect_with`: these, and the user.
    pub(crate) fn options(&self, options: &str) -> String {
        format!("{{ uid: 'user{}', {options} }}", self.0)
    }

    /// The address of the user's node.
    pub(crate) fn url(&self) -> String {
        format!("https://feed.test/users/user{}.json", self.0)
    }

    /// Another tab of the user's. Its channel and its lock have the name that the engine gives them.
    pub(crate) fn neighbour(&self) -> Neighbour {
        let name = format!(r#"["remote-refresh","https://feed.test","user{}"]"#, self.0);
        Neighbour::new(&name)
    }
}
