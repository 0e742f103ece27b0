//! Random requests that no server should grant, the same ones for the same seed.

/// A generator of random numbers: SplitMix64.
pub(crate) struct Noise(u64);

impl Noise {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`, which is not 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }

    fn once_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }
}

/// Parts of paths, values and bodies, good and bad.
const SEGMENTS: &[&str] = &[
    "a",
    "users",
    "0",
    "-1",
    "a%20b",
    "%D0%B6",
    "%",
    "%zz",
    "%ff",
    "%2F",
    "%00",
    "a.b",
    "$x",
    "a%23b",
    "a%5B0%5D",
    "..",
    ".info",
    ".settings",
    "rules",
    "__proto__",
    "%F0%9F%98%80",
];
const NAMES: &[&str] = &[
    "auth",
    "access_token",
    "print",
    "shallow",
    "format",
    "timeout",
    "orderBy",
    "startAt",
    "startAfter",
    "endAt",
    "endBefore",
    "equalTo",
    "limitToFirst",
    "limitToLast",
    "writeSizeLimit",
    "callback",
    "auth_variable_override",
    "x-http-method-override",
    "ns",
    "sse",
    "",
];
const VALUES: &[&str] = &[
    "",
    "true",
    "false",
    "null",
    "1",
    "-1",
    "1e999",
    "99999999999999999999",
    "pretty",
    "silent",
    "export",
    "%22%24key%22",
    "%22%24value%22",
    "%22a%2Fb%22",
    "%22",
    "%7B",
    "%7B%7D",
    "%5B%5B%5B",
    "3ms",
    "9999min",
    "%22x%22%2C%22y%22",
    "%00",
    "%ff",
    "owner",
    "eyJhbGciOiJub25lIn0.eyJ1aWQiOiJ1MSJ9.",
    "eyJhbGciOiJIUzI1NiJ9.e30.AAAA",
    "eyJhbGciOiJSUzI1NiIsImtpZCI6ImEifQ.e30.",
    "..",
    "x",
];
const METHODS: &[&str] = &[
    "GET", "GET", "PUT", "PUT", "PATCH", "POST", "DELETE", "OPTIONS", "TRACE", "FROB",
];
const HEADERS: &[&str] = &[
    "if-match: null_etag\r\n",
    "if-match: \"\r\n",
    "if-none-match: *\r\n",
    "x-firebase-etag: true\r\n",
    "x-http-method-override: PUT\r\n",
    "x-http-method-override: \r\n",
    "authorization: Basic x\r\n",
    "authorization: Bearer owner\r\n",
    "authorization: \r\n",
    "accept: \r\n",
    "content-type: text/html\r\n",
];
const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\"a\"",
    "\"a.b\"",
    "\"a/b\"",
    "\"\"",
    "\".sv\"",
    "\".value\"",
    "\".priority\"",
    "\"timestamp\"",
    "\"increment\"",
    "null",
    "true",
    "1",
    "-",
    "1e999",
    "1.5",
    "\\u",
    "\\ud800",
    "\u{0}",
    "ж",
    "{\"a\":",
    "{\".sv\":",
    " ",
];

/// A request, whole. Who asks has no rights, or is an administrator whose request makes no sense, or not much.
pub(crate) fn bad_request(noise: &mut Noise) -> String {
    let method = noise.pick(METHODS);
    let mut path = String::new();
    let deepest = if noise.once_in(20) { 40 } else { 5 };
    for _ in 0..noise.below(deepest) {
        path.push('/');
        path.push_str(noise.pick(SEGMENTS));
        if noise.once_in(100) {
            path.push_str(&"k".repeat(noise.below(2000)));
        }
    }
    path.push_str(if path.is_empty() { "/" } else { "" });
    path.push_str(if noise.once_in(20) { "" } else { ".json" });
    let mut separator = '?';
    for _ in 0..noise.below(4) {
        path.push(separator);
        path.push_str(noise.pick(NAMES));
        path.push('=');
        path.push_str(noise.pick(VALUES));
        separator = '&';
    }
    let mut headers: String = (0..noise.below(3)).map(|_| noise.pick(HEADERS)).collect();
    if noise.once_in(3) && !headers.contains("authorization") {
        headers += &format!("authorization: Bearer {}\r\n", super::SECRET);
        // Not everything asked for can't be: what the others have is out of reach.
        path.insert_str(0, "/junk");
    }
    let mut body: String = (0..noise.below(12)).map(|_| noise.pick(PIECES)).collect();
    if noise.once_in(50) {
        body = noise.pick(PIECES).repeat(noise.below(2000));
    }
    // A body for those methods alone: what belongs to a GET is up to its receiver.
    if !matches!(method, "PUT" | "PATCH" | "POST") {
        body.clear();
    }
    // A stream would never end.
    let path = path.replace("sse=true", "sse=maybe");
    format!(
        "{method} {path} HTTP/1.1\r\nhost: x\r\n{headers}content-length: {}\r\n\r\n{body}",
        body.len()
    )
}
