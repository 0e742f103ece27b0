//! The browser shell of remote-refresh.
