//! From text to [`Json`].

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::number::nearest;
use super::Json;

/// Values may be nested this deep, so that no text can use up the stack.
const MAX_NESTING: u32 = 128;

/// The text stops being JSON here. Both count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JsonError {
    /// The line.
    pub line: usize,
    /// The byte in it.
    pub column: usize,
}

pub(super) fn read(text: &str) -> Result<Json<'_>, JsonError> {
    let mut reader = Reader { text, at: 0 };
    let value = reader.value(0).filter(|_| reader.next_token().is_none());
    value.ok_or_else(|| reader.error())
}

struct Reader<'a> {
    text: &'a str,
    /// The byte that is next.
    at: usize,
}

/// Each method takes what it is named for, and leaves `at` where it fails.
impl<'a> Reader<'a> {
    fn error(&self) -> JsonError {
        let before = self.text.as_bytes().get(..self.at).unwrap_or_default();
        let line_start = before
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |end| end + 1);
        JsonError {
            line: 1 + before.iter().filter(|byte| **byte == b'\n').count(),
            column: 1 + before.len() - line_start,
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The first byte after white space, which is skipped.
    fn next_token(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
        self.peek()
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        (self.peek() == Some(byte)).then(|| self.at += 1)
    }

    fn token(&mut self, byte: u8) -> Option<()> {
        self.next_token();
        self.take(byte)
    }

    fn word(&mut self, word: &str, value: Json<'a>) -> Option<Json<'a>> {
        for byte in word.bytes() {
            self.take(byte)?;
        }
        Some(value)
    }

    fn value(&mut self, nesting: u32) -> Option<Json<'a>> {
        match self.next_token()? {
            b'n' => self.word("null", Json::Null),
            b't' => self.word("true", Json::Bool(true)),
            b'f' => self.word("false", Json::Bool(false)),
            b'"' => self.string().map(Json::String),
            b'[' if nesting < MAX_NESTING => {
                let mut items = Vec::new();
                self.list(b']', |reader| {
                    items.push(reader.value(nesting + 1)?);
                    Some(())
                })?;
                Some(Json::Array(items))
            }
            b'{' if nesting < MAX_NESTING => {
                let mut fields = Vec::new();
                self.list(b'}', |reader| {
                    reader.next_token();
                    let name = reader.string()?;
                    reader.token(b':')?;
                    fields.push((name, reader.value(nesting + 1)?));
                    Some(())
                })?;
                Some(Json::Object(fields))
            }
            _ => self.number(),
        }
    }

    /// Members with commas between them, up to and including `end`.
    fn list(&mut self, end: u8, mut member: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.at += 1;
        if self.token(end).is_some() {
            return Some(());
        }
        loop {
            member(self)?;
            if self.token(b',').is_none() {
                return self.take(end);
            }
        }
    }

    fn digits(&mut self) -> Option<&'a [u8]> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        let digits = self.text.as_bytes().get(start..self.at);
        digits.filter(|digits| !digits.is_empty())
    }

    fn number(&mut self) -> Option<Json<'a>> {
        let start = self.at;
        let negative = self.take(b'-').is_some();
        let whole = if self.take(b'0').is_some() {
            &[]
        } else {
            self.digits()?
        };
        let fraction = if self.take(b'.').is_some() {
            self.digits()?
        } else {
            &[]
        };
        let mut exponent = 0_i64;
        if self.peek().is_some_and(|byte| byte | 0x20 == b'e') {
            self.at += 1;
            let below = self.take(b'-').is_some();
            if !below {
                let _ = self.take(b'+');
            }
            // Twenty digits are as good as infinite.
            exponent = self.digits()?.iter().fold(0_i64, |exponent, digit| {
                exponent
                    .saturating_mul(10)
                    .saturating_add((digit - b'0').into())
            });
            if below {
                exponent = -exponent;
            }
        }
        let digits = whole.iter().chain(fraction).copied();
        let size = nearest(digits, exponent.saturating_sub(fraction.len() as i64));
        if size.is_infinite() {
            self.at = start;
            return None;
        }
        Some(Json::Number(if negative { -size } else { size }))
    }

    fn string(&mut self) -> Option<Cow<'a, str>> {
        self.take(b'"')?;
        let mut text = Cow::Borrowed("");
        loop {
            let start = self.at;
            while !matches!(self.peek()?, b'"' | b'\\' | ..0x20) {
                self.at += 1;
            }
            // What ends it is ASCII, so no character is cut.
            let plain = self.text.get(start..self.at)?;
            if text.is_empty() {
                text = Cow::Borrowed(plain);
            } else {
                text.to_mut().push_str(plain);
            }
            if self.take(b'"').is_some() {
                return Some(text);
            }
            self.take(b'\\')?;
            self.escape(text.to_mut())?;
        }
    }

    fn escape(&mut self, text: &mut String) -> Option<()> {
        let letter = self.peek()?;
        self.at += 1;
        text.push(match letter {
            b'"' | b'\\' | b'/' => letter.into(),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let unit = self.hex()?;
                let mut code = unit;
                if unit & 0xfc00 == 0xd800 {
                    self.take(b'\\')?;
                    self.take(b'u')?;
                    let low = self.hex()?.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
                    code = 0x1_0000 + ((unit & 0x3ff) << 10) + low;
                }
                // Half of a pair is no character.
                char::from_u32(code)?
            }
            _ => {
                self.at -= 1;
                return None;
            }
        });
        Some(())
    }

    fn hex(&mut self) -> Option<u32> {
        (0..4).try_fold(0, |code, _| {
            let digit = char::from(self.peek()?).to_digit(16)?;
            self.at += 1;
            Some(code << 4 | digit)
        })
    }
}
