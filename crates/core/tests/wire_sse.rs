//! Server-sent events are decoded alike however the bytes are cut.

use proptest::prelude::*;
use remote_refresh_core::wire::{Decoder, SseError, SseEvent};

fn decode<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Vec<SseEvent> {
    let mut events = Vec::new();
    let mut decoder = Decoder::new();
    for part in parts {
        decoder
            .feed(part, &mut |event| events.push(event))
            .expect("far below the limit");
    }
    events
}

fn event(event: &str, data: &str) -> SseEvent {
    SseEvent {
        event: event.to_owned(),
        data: data.to_owned(),
    }
}

fn all(text: &str) -> Vec<SseEvent> {
    decode([text.as_bytes()])
}

#[test]
fn lines_may_end_in_lf_cr_or_crlf() {
    for end in ["\n", "\r", "\r\n"] {
        let text = format!("event: put{end}data: 1{end}{end}data: 2{end}{end}");
        assert_eq!(all(&text), [event("put", "1"), event("message", "2")]);
        let single_bytes = text.as_bytes().chunks(1);
        assert_eq!(decode(single_bytes), all(&text));
    }
}

#[test]
fn a_crlf_cut_in_two_is_one_line_end() {
    let parts: [&[u8]; 3] = [b"data: 1\r", b"\ndata: 2\r", b"\n\r\n"];
    assert_eq!(decode(parts), [event("message", "1\n2")]);
    let parts: [&[u8]; 4] = [b"data: 1\r", b"", b"\n\r", b"\n"];
    assert_eq!(decode(parts), [event("message", "1")]);
}

#[test]
fn a_byte_order_mark_counts_only_at_the_start() {
    assert_eq!(all("\u{feff}data: 1\n\n"), [event("message", "1")]);
    assert_eq!(
        all("data: 1\n\n\u{feff}data: 2\n\n"),
        [event("message", "1")]
    );
    assert_eq!(all(":\n\u{feff}data: 1\n\n"), []);
}

#[test]
fn comments_and_unknown_fields_are_skipped() {
    let text = ": hello\nid: 7\nretry: 10\ndata: 1\nunknown\ndatax: 2\n\n:\n\n";
    assert_eq!(all(text), [event("message", "1")]);
}

#[test]
fn one_space_after_the_colon_is_not_data() {
    let text = "data:a\n\ndata: a\n\ndata:  a\n\ndata\n\ndata:\n\n";
    let data: Vec<_> = all(text).into_iter().map(|event| event.data).collect();
    assert_eq!(data, ["a", "a", " a", "", ""]);
}

#[test]
fn data_lines_are_joined_and_a_name_holds_for_one_event() {
    let text = "event: a\nevent: b\ndata: 1\ndata: 2\ndata\n\ndata: 3\n\nevent: c\n\ndata: 4\n\n";
    let expected = [
        event("b", "1\n2\n"),
        event("message", "3"),
        event("message", "4"),
    ];
    assert_eq!(all(text), expected);
}

#[test]
fn an_event_left_unfinished_is_not_handed_out() {
    assert_eq!(all("data: 1\n\ndata: 2\n"), [event("message", "1")]);
}

#[test]
fn bytes_that_are_no_utf8_are_replaced() {
    assert_eq!(
        decode([&b"data: a\xff\n\n"[..]]),
        [event("message", "a\u{fffd}")]
    );
}

#[test]
fn an_event_past_the_limit_is_an_error_and_stays_one() {
    for text in [
        "data: 0123456789\n\n",
        "data: 01234\ndata: 56789\n\n",
        ":0123456789abcdef",
    ] {
        let mut decoder = Decoder::with_limit(14);
        let mut events = Vec::new();
        let fed = decoder.feed(text.as_bytes(), &mut |event| events.push(event));
        assert_eq!(fed, Err(SseError::EventTooLarge), "{text}");
        assert_eq!(
            decoder.feed(b"data: 1\n\n", &mut |_| {}),
            Err(SseError::EventTooLarge)
        );
        assert_eq!(events, []);
    }
    let mut decoder = Decoder::with_limit(14);
    let mut count = 0;
    for _ in 0..100 {
        let text = ":0123456789\n\ndata: 12\n\n";
        decoder
            .feed(text.as_bytes(), &mut |_| count += 1)
            .expect("each event is small");
    }
    assert_eq!(count, 100, "the limit is for one event, not for the stream");
}

/// Text that is rich in what an event stream is made of.
fn stream_text() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just("\n".to_owned()),
        Just("\r".to_owned()),
        Just("\r\n".to_owned()),
        Just("\n\n".to_owned()),
        Just("\r\r".to_owned()),
        Just("data: ".to_owned()),
        Just("data".to_owned()),
        Just("event: ".to_owned()),
        Just("event".to_owned()),
        Just(": note".to_owned()),
        Just(" ".to_owned()),
        Just("\u{feff}".to_owned()),
        Just("é😀".to_owned()),
        "[a-z]{0,5}",
    ];
    let text =
        proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat().into_bytes());
    prop_oneof![4 => text, 1 => proptest::collection::vec(any::<u8>(), 0..60)]
}

proptest! {
    #[test]
    fn cuts_do_not_matter(text in stream_text(), cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..8)) {
        let mut ends: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).collect();
        ends.push(text.len());
        ends.sort_unstable();
        let mut start = 0;
        let parts: Vec<&[u8]> = ends.iter().map(|&end| {
            let part = &text[start..end];
            start = end;
            part
        }).collect();
        prop_assert_eq!(decode(parts), decode([&text[..]]));
        prop_assert_eq!(decode(text.chunks(1)), decode([&text[..]]));
    }

    #[test]
    fn cuts_do_not_matter_for_the_limit_either(text in stream_text(), limit in 0_usize..40) {
        let run = |mut parts: Box<dyn Iterator<Item = &[u8]> + '_>| {
            let mut events = Vec::new();
            let mut decoder = Decoder::with_limit(limit);
            let fed = parts.by_ref().try_for_each(|part| decoder.feed(part, &mut |event| events.push(event)));
            (events, fed)
        };
        prop_assert_eq!(run(Box::new(text.chunks(1))), run(Box::new(std::iter::once(&text[..]))));
    }

    #[test]
    fn what_is_encoded_is_decoded(name in "[a-z_-]{1,12}", data in "\\PC{0,20}(\n\\PC{0,20}){0,3}") {
        let event = SseEvent { event: name, data };
        prop_assert_eq!(decode([event.encode().as_bytes()]), [event]);
    }
}
