//! How long the feed waits for what.

use crate::backoff::Backoff;
use crate::time::Millis;

/// The feed's times. The defaults follow the protocol; apps rarely need others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// Silence after which a stream counts as dead. The server sends a keep-alive about every
    /// 30 s, so 2.5 times that tolerates one that got lost.
    pub silence: Millis,
    /// A tab that becomes visible replaces its stream if it heard nothing for this long: the
    /// keep-alive interval and some slack.
    pub recheck: Millis,
    /// How long a connection may take to bring its first byte.
    pub connect: Millis,
    /// How long the app's `auth` function may take.
    pub token: Millis,
    /// A stream that lived this long was a good one: the next failure counts as the first.
    pub settled: Millis,
    /// A token is renewed at most this long ahead of its expiry.
    pub renew_ahead: Millis,
    /// The wait between attempts.
    pub backoff: Backoff,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            silence: Millis::from_secs(75),
            recheck: Millis::from_secs(35),
            connect: Millis::from_secs(30),
            token: Millis::from_secs(30),
            settled: Millis::from_secs(10),
            renew_ahead: Millis::from_secs(300),
            backoff: Backoff {
                base: Millis::from_secs(1),
                cap: Millis::from_secs(60),
            },
        }
    }
}
