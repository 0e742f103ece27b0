//! The app's server: users' data with versions, their nodes in the feed, tokens, subscribers.

use std::collections::BTreeMap;

use remote_refresh_core::feed::message::RequestId;
use remote_refresh_core::wire::{Node, Path, StreamEvent};

/// The types of model.
pub(crate) const KINDS: [&str; 3] = ["Message", "User", "Room"];

/// Records of each type.
const RECORDS: usize = 2;

/// The version of each record, by type; 0 for what is not shown.
pub(crate) type Seen = [[u64; RECORDS]; KINDS.len()];

/// What an entity shows of a user's data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shows {
    /// One record of a type.
    Record(usize, usize),
    /// All of a type.
    Kind(usize),
    /// All there is.
    Everything,
}

impl Shows {
    /// Whether a change of this record is to be seen.
    pub(crate) fn covers(self, kind: usize, record: usize) -> bool {
        match self {
            Self::Record(shown, index) => (shown, index % RECORDS) == (kind, record % RECORDS),
            Self::Kind(shown) => shown == kind,
            Self::Everything => true,
        }
    }

    /// One of the records that are shown: its type and its number.
    pub(crate) fn some_record(self, chance: usize) -> (usize, usize) {
        match self {
            Self::Record(kind, record) => (kind, record % RECORDS),
            Self::Kind(kind) => (kind, chance % RECORDS),
            Self::Everything => (chance % KINDS.len(), chance / KINDS.len() % RECORDS),
        }
    }
}

/// How a user's node is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// `updated`, `version` and `models`.
    Full,
    /// `updated` alone, as the original's.
    Bare,
    /// A child is pushed for each change.
    Queue,
}

/// A user, as the server knows them.
#[derive(Debug)]
pub(crate) struct User {
    pub(crate) name: String,
    /// The version of each record, by type: what a fetch reads.
    records: Seen,
    pub(crate) node: Option<Node>,
    pub(crate) style: Style,
    /// No token of this user's is good now.
    pub(crate) forbidden: bool,
    writes: u64,
}

impl User {
    pub(crate) fn new(index: usize, style: Style) -> Self {
        Self {
            name: format!("u{index}"),
            records: [[0; RECORDS]; KINDS.len()],
            node: None,
            style,
            forbidden: false,
            writes: 0,
        }
    }

    /// What a fetch of this reads.
    pub(crate) fn read(&self, shows: Shows) -> Seen {
        let mut seen = self.records;
        for (kind, records) in seen.iter_mut().enumerate() {
            for (record, version) in records.iter_mut().enumerate() {
                if !shows.covers(kind, record) {
                    *version = 0;
                }
            }
        }
        seen
    }

    /// Changes a record of this type. Returns its new version.
    pub(crate) fn change(&mut self, kind: usize, record: usize) -> u64 {
        let version = &mut self.records[kind][record % RECORDS];
        *version += 1;
        *version
    }

    /// Writes a change to the node, as a notifier does, and says what the subscribers are sent. `kinds` are the types that
    /// it names, none for an untyped change; `origin` is the write that caused it, if a client's did.
    pub(crate) fn write(
        &mut self,
        now: u64,
        kinds: &[usize],
        spread: u64,
        origin: Option<&str>,
    ) -> StreamEvent {
        self.writes += 1;
        let number = |path: &str| {
            let path = Path::parse(path).expect("a valid path");
            let node = self.node.as_ref().and_then(|node| node.get(&path));
            node.and_then(Node::as_f64).unwrap_or_default()
        };
        let mut fields = vec![("owner".to_owned(), Node::string(&self.name))];
        let mut set = |path: String, value: f64| {
            fields.push((path, Node::number(value).expect("a finite number")));
        };
        // Without `version`, two changes of the same millisecond would be one.
        let updated = (now as f64).max(number("updated") + 1.0);
        match self.style {
            Style::Queue => set(format!("q{}", self.writes), 1.0),
            Style::Bare => set("updated".into(), updated),
            Style::Full => {
                set("updated".into(), updated);
                set("version".into(), number("version") + 1.0);
                for kind in kinds {
                    let path = format!("models/{}/version", KINDS[*kind]);
                    let version = number(&path) + 1.0;
                    set(path, version);
                }
            }
        }
        if self.style != Style::Queue {
            set("spread".into(), spread as f64);
        }
        let parse = |path: &str| Path::parse(path).expect("a valid path");
        let mut children: Vec<_> = fields
            .into_iter()
            .map(|(path, node)| (parse(&path), Some(node)))
            .collect();
        if self.style == Style::Full {
            children.push((parse("origin"), origin.map(Node::string)));
        }
        for (path, node) in &children {
            Node::set(&mut self.node, path, node.clone());
        }
        StreamEvent::Patch {
            path: Path::root(),
            children,
        }
    }

    /// The whole node, as a stream begins with it.
    pub(crate) fn value(&self) -> StreamEvent {
        StreamEvent::Put {
            path: Path::root(),
            data: self.node.clone(),
        }
    }
}

/// One stream, from both ends.
#[derive(Debug)]
pub(crate) struct Stream {
    pub(crate) tab: usize,
    pub(crate) request: RequestId,
    pub(crate) user: usize,
    pub(crate) token: Option<String>,
    /// The server sends its changes.
    pub(crate) subscribed: bool,
    /// The network carries nothing any more, and tells nobody.
    pub(crate) dead: bool,
    /// When the last of it so far arrives: bytes keep their order.
    pub(crate) arrives: u64,
    /// Changes that the server holds back, to send them as one.
    pub(crate) held: bool,
}

/// The server.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) users: Vec<User>,
    pub(crate) streams: Vec<Stream>,
    /// Token → its user and the end of its life.
    tokens: BTreeMap<String, (usize, u64)>,
    /// Not reachable until then.
    pub(crate) down_until: u64,
}

impl Server {
    pub(crate) const fn new(users: Vec<User>) -> Self {
        Self {
            users,
            streams: Vec::new(),
            tokens: BTreeMap::new(),
            down_until: 0,
        }
    }

    /// A token for a user that is good until `end`, on the server's clock.
    pub(crate) fn issue(&mut self, user: usize, end: u64) -> String {
        let claims = format!("{{\"exp\":{},\"n\":{}}}", end / 1000, self.tokens.len());
        let token = format!("e30.{}.c2ln", base64url(&claims));
        // The claim is in whole seconds.
        self.tokens.insert(token.clone(), (user, end / 1000 * 1000));
        token
    }

    /// When a token for this user ends; `None` for one that is no good now.
    pub(crate) fn check(&self, token: Option<&str>, user: usize, now: u64) -> Option<u64> {
        if self.users[user].forbidden {
            return None;
        }
        let (owner, end) = *self.tokens.get(token?)?;
        (owner == user && end > now).then_some(end)
    }
}

fn base64url(text: &str) -> String {
    const SYMBOLS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut out = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for index in 0..=chunk.len() {
            out.push(SYMBOLS[(bits >> (18 - 6 * index) & 63) as usize].into());
        }
    }
    out
}
