//! Paths: where in the tree, as a list of keys.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::key::{Key, KeyError};

/// The deepest a path, or any leaf of the tree, may lie (Realtime Database limits page).
pub const MAX_DEPTH: usize = 32;

/// A place in the tree. The root has no keys; what is parsed has at most [`MAX_DEPTH`].
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(Vec<Key>);

impl Path {
    /// The root, `/`.
    #[must_use]
    pub const fn root() -> Self {
        Self(Vec::new())
    }

    /// Reads `/a/b`; leading, trailing and doubled slashes don't count.
    ///
    /// # Errors
    /// A segment is no valid key, or there are more than [`MAX_DEPTH`].
    pub fn parse(text: &str) -> Result<Self, PathError> {
        let mut path = Self::root();
        // Split at a list of one: a lone `char` is looked for by `memchr`, which is half a kilobyte of wasm.
        for segment in text.split(['/']).filter(|s| !s.is_empty()) {
            path.push(Key::new(segment)?)?;
        }
        Ok(path)
    }

    /// Reads the path part of a URL, `/a%20b/c`: each segment is percent-decoded by itself.
    ///
    /// # Errors
    /// As [`Path::parse`]; also for an unfinished escape, and for bytes that are no UTF-8.
    pub fn from_url(text: &str) -> Result<Self, PathError> {
        let mut path = Self::root();
        for segment in text.split('/').filter(|s| !s.is_empty()) {
            path.push(Key::new(&percent_decode(segment)?)?)?;
        }
        Ok(path)
    }

    /// This place's child `key`. Whoever lets others choose the depth compares [`Path::depth`] with [`MAX_DEPTH`].
    #[must_use]
    pub fn child(&self, key: &Key) -> Self {
        Self(self.0.iter().chain([key]).cloned().collect())
    }

    /// The place that `relative` names, seen from here; of its depth the same holds as of [`Path::child`]'s.
    #[must_use]
    pub fn join(&self, relative: &Self) -> Self {
        Self(self.0.iter().chain(&relative.0).cloned().collect())
    }

    /// The keys from the root down.
    #[must_use]
    pub fn keys(&self) -> &[Key] {
        &self.0
    }

    /// The number of keys.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.0.len()
    }

    /// Whether this is the root.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The place one up; the root has none.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        self.0.split_last().map(|(_, above)| Self(above.to_vec()))
    }

    /// The last key; the root has none.
    #[must_use]
    pub fn name(&self) -> Option<&Key> {
        self.0.last()
    }

    /// Whether `other` is this place or lies below it.
    #[must_use]
    pub fn is_ancestor_of(&self, other: &Self) -> bool {
        other.0.starts_with(&self.0)
    }

    /// This place as seen from `above`, when it is `above` or lies below it.
    #[must_use]
    pub fn strip_prefix(&self, above: &Self) -> Option<Self> {
        self.0
            .strip_prefix(above.0.as_slice())
            .map(|keys| Self(keys.to_vec()))
    }

    fn push(&mut self, key: Key) -> Result<(), PathError> {
        if self.depth() == MAX_DEPTH {
            return Err(PathError::TooDeep);
        }
        self.0.push(key);
        Ok(())
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_root() {
            return f.write_str("/");
        }
        for key in &self.0 {
            f.write_str("/")?;
            f.write_str(key.as_str())?;
        }
        Ok(())
    }
}

fn percent_decode(segment: &str) -> Result<String, PathError> {
    let mut bytes = segment.bytes();
    let mut decoded = Vec::with_capacity(segment.len());
    while let Some(byte) = bytes.next() {
        decoded.push(if byte == b'%' {
            let high = bytes
                .next()
                .and_then(hex_digit)
                .ok_or(PathError::BadEscape)?;
            let low = bytes
                .next()
                .and_then(hex_digit)
                .ok_or(PathError::BadEscape)?;
            high << 4 | low
        } else {
            byte
        });
    }
    String::from_utf8(decoded).map_err(|_| PathError::BadEscape)
}

const fn hex_digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

/// Why a text is no path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PathError {
    /// A segment is no key.
    Key(KeyError),
    /// There are more than [`MAX_DEPTH`] segments.
    TooDeep,
    /// A percent escape is unfinished, or the bytes it gives are no UTF-8.
    BadEscape,
}

impl PathError {
    /// A short, stable name of the error.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Key(error) => error.code(),
            Self::TooDeep => "path_too_deep",
            Self::BadEscape => "path_bad_escape",
        }
    }

    /// What is wrong, as a sentence.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Key(error) => error.sentence(),
            Self::TooDeep => "A path can't have more than 32 keys.",
            Self::BadEscape => "A path's percent escapes must be complete and give UTF-8.",
        }
    }
}

impl From<KeyError> for PathError {
    fn from(error: KeyError) -> Self {
        Self::Key(error)
    }
}

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sentence())
    }
}

impl core::error::Error for PathError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Key(error) => Some(error),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> Path {
        Path::parse(text).expect("the test uses valid paths")
    }

    #[test]
    fn needless_slashes_do_not_count() {
        for text in ["/a/b", "a/b", "//a///b//", "a/b/"] {
            assert_eq!(path(text).to_string(), "/a/b");
        }
        for text in ["", "/", "///"] {
            assert!(path(text).is_root());
        }
        assert_eq!(Path::root().to_string(), "/");
    }

    #[test]
    fn a_url_is_decoded_segment_by_segment() {
        let decoded = Path::from_url("/a%20b/%D0%B6/c+d").expect("valid");
        assert_eq!(decoded, path("/a b/ж/c+d"));
        assert_eq!(
            Path::from_url("/a%2Fb"),
            Err(PathError::Key(KeyError::Forbidden('/')))
        );
        for text in ["%", "%4", "%zz", "%ff"] {
            assert_eq!(Path::from_url(text), Err(PathError::BadEscape));
        }
    }

    #[test]
    fn a_path_has_at_most_32_keys() {
        assert_eq!(path(&"/a".repeat(32)).depth(), MAX_DEPTH);
        assert_eq!(Path::parse(&"/a".repeat(33)), Err(PathError::TooDeep));
    }

    #[test]
    fn paths_know_their_relatives() {
        let (above, below) = (path("/a/b"), path("/a/b/c"));
        assert!(
            above.is_ancestor_of(&below)
                && above.is_ancestor_of(&above)
                && !below.is_ancestor_of(&above)
        );
        assert!(!path("/a/b").is_ancestor_of(&path("/a/bc")));
        assert_eq!(below.strip_prefix(&above), Some(path("c")));
        assert_eq!(above.strip_prefix(&below), None);
        assert_eq!(below.parent(), Some(above.clone()));
        assert_eq!(Path::root().parent(), None);
        assert_eq!(above.join(&path("c")), below);
        assert_eq!(above.child(&Key::new("c").expect("valid")), below);
    }
}
