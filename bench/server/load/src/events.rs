//! Finds `"version":<number>` in what a stream brings, wherever it was cut. What stands around it is of no interest.

use memchr::memmem;

const MARK: &[u8] = b"\"version\":";

/// The longest text that may be the beginning of a mark and its number.
const LONGEST: usize = MARK.len() + 20;

/// What of a stream's last bytes may go on with the next.
#[derive(Default)]
pub(crate) struct Events {
    tail: Vec<u8>,
}

impl Events {
    /// Calls `found` with each number that is complete with these bytes.
    pub(crate) fn feed(&mut self, bytes: &[u8], mut found: impl FnMut(u64)) {
        if self.tail.is_empty() {
            let read = scan(bytes, &mut found);
            self.tail.extend_from_slice(&bytes[read..]);
        } else {
            let mut all = std::mem::take(&mut self.tail);
            all.extend_from_slice(bytes);
            let read = scan(&all, &mut found);
            all.drain(..read);
            self.tail = all;
        }
    }
}

/// Returns how many bytes need not be looked at again.
fn scan(bytes: &[u8], found: &mut impl FnMut(u64)) -> usize {
    let mut from = 0;
    while let Some(at) = memmem::find(&bytes[from..], MARK) {
        let start = from + at + MARK.len();
        let digits = bytes[start..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit());
        let end = start + digits.count();
        if end == bytes.len() {
            return from + at;
        }
        let number = std::str::from_utf8(&bytes[start..end]).ok();
        if let Some(number) = number.and_then(|digits| digits.parse().ok()) {
            found(number);
        }
        from = end;
    }
    // Whatever can begin a mark is short, and begins with its first sign.
    let tail = from.max(bytes.len().saturating_sub(LONGEST));
    memchr::memchr(MARK[0], &bytes[tail..]).map_or(bytes.len(), |at| tail + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "event: patch\ndata: {\"path\":\"/\",\"data\":{\"updated\":17,\"version\":12,\"a/version\":9}}\n\n\
                        9c\r\nevent: patch\ndata: {\"data\":{\"version\":13}}\n\n";

    #[test]
    fn each_number_is_found_once_wherever_the_text_is_cut() {
        for size in 1..TEXT.len() {
            let (mut events, mut found) = (Events::default(), Vec::new());
            for part in TEXT.as_bytes().chunks(size) {
                events.feed(part, |number| found.push(number));
            }
            assert_eq!(found, [12, 13], "in parts of {size}");
            assert!(events.tail.len() <= LONGEST);
        }
    }
}
