//! From the text of an expression to its words.

/// What is wrong in an expression, and at which byte.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) at: usize,
    pub(super) message: String,
}

impl Fault {
    pub(super) fn new(at: usize, message: impl Into<String>) -> Self {
        Self {
            at,
            message: message.into(),
        }
    }
}

/// A word of an expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Number(f64),
    Text(String),
    Pattern {
        body: String,
        flags: String,
    },
    Name(String),
    /// An operator or a bracket.
    Mark(&'static str),
    End,
}

/// Longer marks first, so that the longest is taken.
const MARKS: [&str; 24] = [
    "===", "!==", "==", "!=", "<=", ">=", "&&", "||", "(", ")", "[", "]", ".", ",", "?", ":", "!",
    "+", "-", "*", "/", "%", "<", ">",
];

/// The words of `text`, each with the byte it begins at; the last is [`Token::End`].
pub(super) fn tokens(text: &str) -> Result<Vec<(usize, Token)>, Fault> {
    let mut lexer = Lexer { text, at: 0 };
    let mut tokens: Vec<(usize, Token)> = Vec::new();
    loop {
        let rest = lexer.rest();
        lexer.at += rest.len() - rest.trim_start().len();
        let at = lexer.at;
        // After something with a value a slash divides; elsewhere it begins a pattern.
        let divides = matches!(
            tokens.last(),
            Some((
                _,
                Token::Number(_)
                    | Token::Text(_)
                    | Token::Pattern { .. }
                    | Token::Name(_)
                    | Token::Mark(")" | "]")
            ))
        );
        let token = match lexer.rest().chars().next() {
            None => Token::End,
            Some('0'..='9') => lexer.number()?,
            Some('.') if lexer.rest()[1..].starts_with(|c: char| c.is_ascii_digit()) => {
                lexer.number()?
            }
            Some(quote @ ('"' | '\'')) => lexer.text(quote)?,
            Some('/') if !divides => lexer.pattern()?,
            Some(c) if is_name(c) => Token::Name(lexer.while_true(is_name).to_owned()),
            Some(c) => {
                let mark = MARKS
                    .into_iter()
                    .find(|mark| lexer.rest().starts_with(mark));
                let mark = mark.ok_or_else(|| Fault::new(at, format!("Unexpected \"{c}\".")))?;
                lexer.at += mark.len();
                Token::Mark(mark)
            }
        };
        let end = token == Token::End;
        tokens.push((at, token));
        if end {
            return Ok(tokens);
        }
    }
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn while_true(&mut self, holds: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c| !holds(c)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn number(&mut self) -> Result<Token, Fault> {
        let at = self.at;
        self.while_true(|c| c.is_ascii_digit());
        if self.rest().starts_with('.') {
            self.at += 1;
            self.while_true(|c| c.is_ascii_digit());
        }
        if self.rest().starts_with(['e', 'E']) {
            self.at += 1;
            if self.rest().starts_with(['+', '-']) {
                self.at += 1;
            }
            self.while_true(|c| c.is_ascii_digit());
        }
        let bad = || Fault::new(at, "This is no number.");
        if self.rest().starts_with(is_name) {
            return Err(bad());
        }
        let digits = &self.text[at..self.at];
        let octal = digits.len() > 1
            && digits.starts_with('0')
            && !digits.starts_with("0.")
            && !digits.starts_with("0e");
        let number: f64 = digits.parse().map_err(|_| bad())?;
        if octal || !number.is_finite() {
            return Err(bad());
        }
        Ok(Token::Number(number))
    }

    fn text(&mut self, quote: char) -> Result<Token, Fault> {
        let at = self.at;
        self.at += 1;
        let mut text = String::new();
        loop {
            let c = self
                .rest()
                .chars()
                .next()
                .ok_or_else(|| Fault::new(at, "The text has no end."))?;
            self.at += c.len_utf8();
            match c {
                '\n' | '\r' => {
                    return Err(Fault::new(
                        at,
                        "A text can't go over the end of a line: use \\n.",
                    ))
                }
                '\\' => text.push(self.escape()?),
                c if c == quote => return Ok(Token::Text(text)),
                c => text.push(c),
            }
        }
    }

    /// What follows a backslash, as JavaScript reads it.
    fn escape(&mut self) -> Result<char, Fault> {
        let at = self.at;
        let c = self
            .rest()
            .chars()
            .next()
            .ok_or_else(|| Fault::new(at, "The text has no end."))?;
        self.at += c.len_utf8();
        Ok(match c {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'v' => '\u{b}',
            '0' if !self.rest().starts_with(|c: char| c.is_ascii_digit()) => '\0',
            '0'..='9' => {
                return Err(Fault::new(
                    at,
                    "Octal escapes are not supported: use \\x or \\u.",
                ))
            }
            'x' => char::from(self.hex(2)? as u8),
            'u' => {
                let mut units = vec![self.hex(4)?];
                if (0xd800..0xdc00).contains(&units[0]) && self.rest().starts_with("\\u") {
                    self.at += 2;
                    units.push(self.hex(4)?);
                }
                let read = char::decode_utf16(units).next().and_then(Result::ok);
                read.ok_or_else(|| Fault::new(at, "A surrogate stands alone."))?
            }
            c => c,
        })
    }

    fn hex(&mut self, digits: usize) -> Result<u16, Fault> {
        let text = self
            .rest()
            .get(..digits)
            .filter(|text| text.bytes().all(|b| b.is_ascii_hexdigit()));
        let unit = text.and_then(|text| u16::from_str_radix(text, 16).ok());
        let unit = unit
            .ok_or_else(|| Fault::new(self.at, format!("Expected {digits} hexadecimal digits.")))?;
        self.at += digits;
        Ok(unit)
    }

    fn pattern(&mut self) -> Result<Token, Fault> {
        let at = self.at;
        self.at += 1;
        let begin = self.at;
        let mut in_set = false;
        loop {
            let unfinished = || Fault::new(at, "The pattern has no end: add /.");
            let c = self.rest().chars().next().ok_or_else(unfinished)?;
            match c {
                '\n' | '\r' => return Err(unfinished()),
                '\\' => self.at += self.rest()[1..].chars().next().map_or(0, char::len_utf8),
                '[' => in_set = true,
                ']' => in_set = false,
                '/' if !in_set => break,
                _ => {}
            }
            self.at += c.len_utf8();
        }
        let body = self.text[begin..self.at].to_owned();
        self.at += 1;
        let flags = self.while_true(is_name).to_owned();
        Ok(Token::Pattern { body, flags })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<Token> {
        tokens(text)
            .expect("the test is right")
            .into_iter()
            .map(|(_, token)| token)
            .collect()
    }

    #[test]
    fn the_longest_mark_is_taken() {
        assert_eq!(
            words("a!==b<=c&&!d"),
            [
                Token::Name("a".into()),
                Token::Mark("!=="),
                Token::Name("b".into()),
                Token::Mark("<="),
                Token::Name("c".into()),
                Token::Mark("&&"),
                Token::Mark("!"),
                Token::Name("d".into()),
                Token::End
            ]
        );
    }

    #[test]
    fn a_slash_divides_after_a_value_and_begins_a_pattern_elsewhere() {
        assert_eq!(words("a / 2 / b").len(), 6);
        let pattern = |body: &str, flags: &str| Token::Pattern {
            body: body.into(),
            flags: flags.into(),
        };
        assert_eq!(words(r"(/^[/]\/$/i)")[1], pattern(r"^[/]\/$", "i"));
        assert_eq!(words("f(a) / 2").len(), 7);
    }

    #[test]
    fn texts_and_numbers_are_read_as_javascript_reads_them() {
        assert_eq!(
            words(r#"'a\'\u0416\x41\q"'"#)[0],
            Token::Text("a'ЖAq\"".into())
        );
        assert_eq!(words(r#""\ud83d\ude00""#)[0], Token::Text("😀".into()));
        for (text, number) in [
            ("0", 0.0),
            ("1.5", 1.5),
            (".5", 0.5),
            ("1e3", 1000.0),
            ("2E-1", 0.2),
            ("0.25", 0.25),
        ] {
            assert_eq!(words(text)[0], Token::Number(number));
        }
    }

    #[test]
    fn what_is_no_word_is_refused_with_its_place() {
        for (text, at) in [
            ("a # b", 2),
            ("'abc", 0),
            ("a == /x", 5),
            ("1e", 0),
            ("01", 0),
            ("3x", 0),
            (r"'\u12'", 3),
            ("'\n'", 0),
        ] {
            assert_eq!(tokens(text).expect_err(text).at, at, "{text}");
        }
    }
}
