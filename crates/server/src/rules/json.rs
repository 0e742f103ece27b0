//! The JSON of a rules file: comments are allowed, texts may span lines, and everything knows where it stands.
//!
//! A general JSON reader forgets where a text began; an error inside an expression must be found in the file.

use super::RulesError;

/// How deep a rules file may be nested: more than the 32 keys of data, and little enough for the stack.
const MAX_NESTING: usize = 64;

/// A text, and where each of its bytes stands in the file.
#[derive(Debug)]
pub(super) struct Text {
    pub(super) value: String,
    /// Where the text begins.
    pub(super) at: usize,
    places: Vec<usize>,
}

impl Text {
    /// Where the byte `index` of the text stands in the file; past the end, where the text ends.
    pub(super) fn place(&self, index: usize) -> usize {
        self.places
            .get(index)
            .or(self.places.last())
            .copied()
            .unwrap_or(self.at)
    }
}

/// A value, and where it stands.
#[derive(Debug)]
pub(super) struct Json {
    pub(super) at: usize,
    pub(super) kind: Kind,
}

/// What a value is. Numbers and null mean nothing in rules.
#[derive(Debug)]
pub(super) enum Kind {
    Text(Text),
    Bool(bool),
    Object(Vec<(Text, Json)>),
    Array(Vec<Json>),
    Other,
}

/// Reads a whole file.
pub(super) fn parse(source: &str) -> Result<Json, RulesError> {
    let mut reader = Reader { source, at: 0 };
    let value = reader.value(0)?;
    reader.skip()?;
    if reader.at < source.len() {
        return Err(reader.error("Nothing may follow the rules."));
    }
    Ok(value)
}

struct Reader<'a> {
    source: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn error(&self, message: impl Into<String>) -> RulesError {
        RulesError::new(self.source, self.at, message)
    }

    fn rest(&self) -> &str {
        &self.source[self.at..]
    }

    /// Skips blanks and comments.
    fn skip(&mut self) -> Result<(), RulesError> {
        loop {
            let rest = self.rest();
            let blanks = rest.len() - rest.trim_start().len();
            if blanks > 0 {
                self.at += blanks;
            } else if rest.starts_with("//") {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else if rest.starts_with("/*") {
                let end = rest
                    .find("*/")
                    .ok_or_else(|| self.error("The comment has no end: add */."))?;
                self.at += end + 2;
            } else {
                return Ok(());
            }
        }
    }

    fn take(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.at += text.len();
        }
        found
    }

    fn value(&mut self, nesting: usize) -> Result<Json, RulesError> {
        self.skip()?;
        if nesting > MAX_NESTING {
            return Err(self.error("The rules are nested too deeply."));
        }
        let at = self.at;
        let kind = match self.rest().chars().next() {
            Some('{') => Kind::Object(self.object(nesting)?),
            Some('[') => Kind::Array(self.array(nesting)?),
            Some('"') => Kind::Text(self.text()?),
            _ if self.take("true") => Kind::Bool(true),
            _ if self.take("false") => Kind::Bool(false),
            _ if self.take("null") => Kind::Other,
            Some('-' | '0'..='9') => {
                let rest = self.rest();
                let end =
                    rest.find(|c: char| !matches!(c, '-' | '+' | '.' | 'e' | 'E' | '0'..='9'));
                self.at += end.unwrap_or(rest.len());
                Kind::Other
            }
            _ => return Err(self.error("Expected a value: an object, a text, true or false.")),
        };
        Ok(Json { at, kind })
    }

    fn object(&mut self, nesting: usize) -> Result<Vec<(Text, Json)>, RulesError> {
        self.at += 1;
        let mut fields: Vec<(Text, Json)> = Vec::new();
        loop {
            self.skip()?;
            if fields.is_empty() && self.take("}") {
                return Ok(fields);
            }
            if !self.rest().starts_with('"') {
                return Err(self.error("Expected a name in double quotes."));
            }
            let name = self.text()?;
            if fields.iter().any(|(other, _)| other.value == name.value) {
                let message = format!("\"{}\" is there twice.", name.value);
                return Err(RulesError::new(self.source, name.at, message));
            }
            self.skip()?;
            if !self.take(":") {
                return Err(self.error("Expected a colon."));
            }
            fields.push((name, self.value(nesting + 1)?));
            self.skip()?;
            if self.take("}") {
                return Ok(fields);
            }
            if !self.take(",") {
                return Err(self.error("Expected a comma or }."));
            }
        }
    }

    fn array(&mut self, nesting: usize) -> Result<Vec<Json>, RulesError> {
        self.at += 1;
        let mut items = Vec::new();
        loop {
            self.skip()?;
            if items.is_empty() && self.take("]") {
                return Ok(items);
            }
            items.push(self.value(nesting + 1)?);
            self.skip()?;
            if self.take("]") {
                return Ok(items);
            }
            if !self.take(",") {
                return Err(self.error("Expected a comma or ]."));
            }
        }
    }

    fn text(&mut self) -> Result<Text, RulesError> {
        let at = self.at;
        self.at += 1;
        let mut text = Text {
            value: String::new(),
            at,
            places: Vec::new(),
        };
        loop {
            let place = self.at;
            let unfinished = || RulesError::new(self.source, at, "The text has no end: add \".");
            let c = self.rest().chars().next().ok_or_else(unfinished)?;
            self.at += c.len_utf8();
            let c = match c {
                '"' => {
                    text.places.push(place);
                    return Ok(text);
                }
                '\\' => self.escape()?,
                c => c,
            };
            text.value.push(c);
            text.places.resize(text.value.len(), place);
        }
    }

    fn escape(&mut self) -> Result<char, RulesError> {
        let c = self.rest().chars().next();
        self.at += c.map_or(0, char::len_utf8);
        Ok(match c {
            Some('n') => '\n',
            Some('t') => '\t',
            Some('r') => '\r',
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some(c @ ('"' | '\\' | '/')) => c,
            Some('u') => {
                let high = self.unit()?;
                let units = if (0xd800..0xdc00).contains(&high) && self.take("\\u") {
                    vec![high, self.unit()?]
                } else {
                    vec![high]
                };
                let read = char::decode_utf16(units).next().and_then(Result::ok);
                read.ok_or_else(|| self.error("A surrogate stands alone."))?
            }
            _ => return Err(self.error("No such escape in JSON.")),
        })
    }

    fn unit(&mut self) -> Result<u16, RulesError> {
        let digits = self
            .rest()
            .get(..4)
            .filter(|text| text.bytes().all(|b| b.is_ascii_hexdigit()));
        let unit = digits.and_then(|text| u16::from_str_radix(text, 16).ok());
        let unit = unit.ok_or_else(|| self.error("Expected four hexadecimal digits."))?;
        self.at += 4;
        Ok(unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_lines_inside_texts_are_allowed() {
        let json = parse("// one\n{ /* two */ \"a\": \"x\ny\", \"b\": [true, \"c\"] }\n")
            .expect("it is allowed");
        let Kind::Object(fields) = json.kind else {
            panic!("it is an object")
        };
        assert!(matches!(&fields[0].1.kind, Kind::Text(text) if text.value == "x\ny"));
        assert!(matches!(&fields[1].1.kind, Kind::Array(items) if items.len() == 2));
    }

    #[test]
    fn a_byte_of_a_text_is_found_in_the_file() {
        let source = r#""a\u00e9b\n\ud83d\ude00c""#;
        let Kind::Text(text) = parse(source).expect("it is JSON").kind else {
            panic!("it is a text")
        };
        assert_eq!(text.value, "aéb\n😀c");
        let place_of = |c: char| text.place(text.value.find(c).expect("it is in there"));
        assert_eq!(
            [
                place_of('a'),
                place_of('é'),
                place_of('b'),
                place_of('😀'),
                place_of('c'),
                text.place(999)
            ],
            [1, 2, 8, 11, 23, 24]
        );
    }

    #[test]
    fn what_is_no_json_is_refused_with_its_place() {
        for (source, line, column) in [
            ("", 1, 1),
            ("{\n  \"a\": }", 2, 8),
            ("{\"a\" 1}", 1, 6),
            ("{\"a\": 1, \"a\": 2}", 1, 10),
            ("{} x", 1, 4),
            ("\"abc", 1, 1),
            ("[1 2]", 1, 4),
            ("\"\\ud800x\"", 1, 8),
            ("\"\\q\"", 1, 4),
            ("/* x", 1, 1),
        ] {
            let error = parse(source).expect_err(source);
            assert_eq!(
                (error.line, error.column),
                (line, column),
                "{source}: {error}"
            );
        }
        assert!(
            parse(&"[".repeat(1_000_000)).is_err(),
            "the stack is not used up"
        );
    }
}
