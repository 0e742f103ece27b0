//! The bodies of the fuzz targets: each takes any bytes at all, and panics when what they do is wrong.
//!
//! | target | what reads the bytes |
//! |---|---|
//! | [`sse`] | the decoder of event streams, then the events and the mirror |
//! | [`path`] | paths, as text and as the path of a URL |
//! | [`body`] | the body of a write: JSON, server values, the paths of a patch |
//! | [`rules`] | a rules file, and working its rules out |
//! | [`token`] | user tokens, signed and not |
//!
//! A target under `targets/` is one line. `scripts/check-fuzz` builds and runs them; `corpus/` holds what they start
//! from, and what once went wrong.

use remote_refresh_core::mirror::Mirror;
use remote_refresh_core::wire::{parse_json, Decoder, Export, Path, SseEvent, StreamEvent};

pub use remote_refresh_server::fuzzing::{rules, token};

/// The limit of an event here: small enough to be met.
const MAX_EVENT: usize = 4096;

fn decode<'a>(parts: impl Iterator<Item = &'a [u8]>) -> (Vec<SseEvent>, bool) {
    let (mut decoder, mut events) = (Decoder::with_limit(MAX_EVENT), Vec::new());
    let mut whole = true;
    for part in parts {
        whole &= decoder.feed(part, &mut |event| events.push(event)).is_ok();
    }
    (events, whole)
}

/// Events are the same however their bytes are cut, and when written and read again; and what they do to a mirror is
/// what the tree itself would do.
///
/// # Panics
/// They are not.
pub fn sse(data: &[u8]) {
    let (events, whole) = decode(std::iter::once(data));
    assert_eq!(decode(data.chunks(1)).1, whole);
    let cut = data.first().map_or(1, |byte| usize::from(*byte) + 1);
    let (cut_events, cut_whole) = decode(data.chunks(cut));
    assert_eq!((&cut_events, cut_whole), (&events, whole));
    let mut mirror = Mirror::new();
    for event in &events {
        // A new name has no line ends, and a carriage return in data can't come from a decoder.
        let text = event.encode();
        let (again, fits) = decode(std::iter::once(text.as_bytes()));
        assert!(again == [event.clone()] || !fits, "{event:?} {again:?}");
        let Ok(Some(event)) = StreamEvent::parse(&event.event, &event.data) else {
            continue;
        };
        // Before the first whole value nothing can be applied.
        let _ = mirror.apply(&event);
        if let StreamEvent::Put { .. } | StreamEvent::Patch { .. } = event {
            let SseEvent { event: name, data } = event.to_sse();
            let again = StreamEvent::parse(&name, &data).expect("it is an event");
            // What is written has lost its priorities; nothing else, and nothing more the second time.
            assert_eq!(again.map(|event| event.to_sse().data), Some(data));
        }
    }
}

/// What is a path is one again when written out, and so are its relatives; what a URL says is what the text says.
///
/// # Panics
/// It is not.
pub fn path(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let (left, right) = text.split_once('\n').unwrap_or((text, ""));
    let paths = [left, right].map(Path::parse);
    for (path, text) in paths.iter().zip([left, right]) {
        let from_url = Path::from_url(text);
        if !text.contains('%') {
            assert_eq!(&from_url, path);
        }
        for path in [path, &from_url].into_iter().flatten() {
            assert_eq!(Path::parse(&path.to_string()).as_ref(), Ok(path));
            assert!(path.depth() <= remote_refresh_core::wire::path::MAX_DEPTH);
            let escaped: String = path
                .keys()
                .iter()
                .flat_map(|key| {
                    std::iter::once("/".to_owned())
                        .chain(key.as_str().bytes().map(|byte| format!("%{byte:02x}")))
                })
                .collect();
            assert_eq!(Path::from_url(&escaped).as_ref(), Ok(path));
        }
    }
    if let [Ok(a), Ok(b)] = &paths {
        let joined = a.join(b);
        assert!(a.is_ancestor_of(&joined) && a <= &joined);
        assert_eq!(joined.strip_prefix(a).as_ref(), Some(b));
        assert_eq!(a.cmp(b), b.cmp(a).reverse());
        for (key, other) in a.keys().iter().zip(b.keys()) {
            assert_eq!(key.cmp(other).is_eq(), key == other);
        }
    }
}

/// What is read as data is the same when written and read again; and a write puts where it says what it says.
///
/// # Panics
/// It does not, or is not.
pub fn body(data: &[u8]) {
    remote_refresh_server::fuzzing::write(data);
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    if let Ok(node) = parse_json(text) {
        let written = serde_json::to_string(&Export(node.as_ref())).expect("a node is JSON");
        assert_eq!(parse_json(&written), Ok(node), "{written}");
    }
}
