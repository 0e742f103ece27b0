//! Patterns of `matches(/…/)`: the subset of JavaScript's that Firebase documents, compiled to one that takes linear time.
//!
//! Understood: `.`, `\s \w \d \S \W \D`, escaped characters, sets, groups, `|`, `* + ?`, `{n} {n,} {n,m}`, `^` at the
//! beginning, `$` at the end, and the flag `i`. Everything else is refused rather than taken for something it is not.

use regex::{Regex, RegexBuilder};

/// What a compiled pattern may take, in bytes.
const MAX_COMPILED: usize = 256 * 1024;

/// JavaScript's `\s`; without the brackets, so that it can stand in a set.
const BLANK: &str = r"\t\n\x0B\x0C\r\x20\u{a0}\u{1680}\u{2000}-\u{200a}\u{2028}\u{2029}\u{202f}\u{205f}\u{3000}\u{feff}";

/// Compiles a pattern, or says what is wrong with it.
pub(super) fn compile(body: &str, flags: &str) -> Result<Regex, String> {
    if !matches!(flags, "" | "i") {
        return Err(format!("A pattern may have the flag i, not \"{flags}\"."));
    }
    let pattern = translate(body)?;
    RegexBuilder::new(&pattern)
        .case_insensitive(flags == "i")
        .size_limit(MAX_COMPILED)
        .build()
        .map_err(|_| "The pattern is not understood, or too large.".to_owned())
}

fn translate(body: &str) -> Result<String, String> {
    let mut out = String::new();
    let mut chars = body.chars().peekable();
    let mut first = true;
    while let Some(c) = chars.next() {
        match c {
            '^' if first => out.push('^'),
            '$' if chars.peek().is_none() => out.push('$'),
            '^' | '$' => {
                return Err(format!(
                    "{c} is only understood at the {} of a pattern: escape it.",
                    if c == '^' { "beginning" } else { "end" }
                ))
            }
            '.' => out.push_str(r"[^\n\r\u{2028}\u{2029}]"),
            '(' if chars.peek() == Some(&'?') => {
                return Err("Groups that begin with ? are not supported.".to_owned())
            }
            '(' | ')' | '|' | '*' | '+' => out.push(c),
            '?' => {
                if out.ends_with(['*', '+', '?', '}']) && !out.ends_with(r"\}") {
                    return Err("Lazy repetition is not supported.".to_owned());
                }
                out.push('?');
            }
            '{' => {
                out.push('{');
                let mut inside = String::new();
                for c in chars.by_ref() {
                    inside.push(c);
                    if c == '}' {
                        break;
                    }
                }
                let counts = inside.strip_suffix('}').filter(|counts| {
                    let (min, max) = counts.split_once(',').unwrap_or((counts, ""));
                    let number = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
                    !min.is_empty() && number(min) && number(max)
                });
                if counts.is_none() {
                    return Err("A { must begin a count such as {2,5}: escape it.".to_owned());
                }
                out.push_str(&inside);
            }
            '[' => set(&mut chars, &mut out)?,
            '\\' => {
                let escaped = chars.next().ok_or("The pattern ends in a backslash.")?;
                match class(escaped, false) {
                    Some(class) => out.push_str(&class),
                    None => literal(escaped, &mut out)?,
                }
            }
            c => literal_char(c, &mut out),
        }
        first = false;
    }
    Ok(out)
}

fn set(
    chars: &mut std::iter::Peekable<std::str::Chars<'_>>,
    out: &mut String,
) -> Result<(), String> {
    out.push('[');
    if chars.next_if_eq(&'^').is_some() {
        out.push('^');
    }
    let mut empty = true;
    loop {
        match chars.next().ok_or("A set has no end: add ].")? {
            ']' if empty => return Err("A set can't be empty.".to_owned()),
            ']' => break,
            '\\' => {
                let escaped = chars.next().ok_or("The pattern ends in a backslash.")?;
                match class(escaped, true) {
                    Some(class) => out.push_str(&class),
                    None => literal(escaped, out)?,
                }
            }
            // The one mark that means the same in both.
            '-' => out.push('-'),
            c => literal_char(c, out),
        }
        empty = false;
    }
    out.push(']');
    Ok(())
}

/// What `\d` and the like stand for.
fn class(name: char, in_set: bool) -> Option<String> {
    let (members, negated) = match name {
        'd' => ("0-9", false),
        'w' => ("0-9A-Za-z_", false),
        's' => (BLANK, false),
        'D' => ("0-9", true),
        'W' => ("0-9A-Za-z_", true),
        'S' => (BLANK, true),
        _ => return None,
    };
    Some(match (negated, in_set) {
        (false, true) => members.to_owned(),
        (true, _) => format!("[^{members}]"),
        (false, false) => format!("[{members}]"),
    })
}

/// An escaped character that stands for itself. Letters and digits would mean something in JavaScript.
fn literal(c: char, out: &mut String) -> Result<(), String> {
    if c.is_ascii_alphanumeric() {
        return Err(format!("\\{c} is not supported in a pattern."));
    }
    literal_char(c, out);
    Ok(())
}

fn literal_char(c: char, out: &mut String) {
    out.push_str(&regex::escape(c.encode_utf8(&mut [0; 4])));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(body: &str, text: &str) -> bool {
        compile(body, "").expect(body).is_match(text)
    }

    #[test]
    fn patterns_mean_what_they_mean_in_javascript() {
        for (body, yes, no) in [
            ("^a.c$", "abc", "a\nc"),
            (r"^\d+$", "123", "٣"),
            (r"^\w{2,3}$", "a_1", "é1"),
            (r"^\s$", "\u{a0}", "x"),
            ("^[a-c-]+$", "a-c", "d"),
            (r"^[^\d\]]$", "x", "]"),
            ("^(ab|c)*$", "abcab", "b"),
            (r"^a\.b$", "a.b", "axb"),
            ("^x{2}$", "xx", "x"),
            ("b", "abc", "ac"),
            (r"^\-\/$", "-/", "x"),
            ("^[&~]+$", "&&~~", "x"),
            ("^&&$", "&&", "&"),
        ] {
            assert!(matches(body, yes), "{body} {yes}");
            assert!(!matches(body, no), "{body} {no}");
        }
        assert!(compile("^abc$", "i").expect("i is a flag").is_match("aBC"));
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for body in [
            "a^b",
            "a$b",
            "(?:a)",
            "a+?",
            r"\b",
            r"\1",
            "[",
            "[]",
            "(",
            "a{x}",
            "a{1000}{1000}",
            "*",
            r"\",
        ] {
            assert!(compile(body, "").is_err(), "{body}");
        }
        assert!(compile("a", "g").is_err());
    }
}
