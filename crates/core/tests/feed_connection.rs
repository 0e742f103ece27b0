//! The feed's connection: opening, losing, watching and reopening the stream.

mod support;

use remote_refresh_core::feed::message::{Auth, FeedInput, FeedOutput, RequestId};
use remote_refresh_core::feed::state::FeedState::{
    Closed, Connecting, Denied, Offline, Open, Stale,
};
use remote_refresh_core::time::Millis;
use support::Scenario;

#[test]
fn the_first_value_opens_the_feed_and_announces_nothing() {
    let mut scenario = Scenario::new(Auth::None);
    assert_eq!(scenario.state(), Connecting);
    assert_eq!(scenario.url, "https://a.example/users/u1.json");
    scenario.opened();
    assert_eq!(scenario.state(), Connecting, "nothing is known yet");
    scenario.put("/", r#"{"updated":1,"version":1}"#);
    assert_eq!(scenario.state(), Open);
    assert_eq!(scenario.news(), ["baseline"]);
}

#[test]
fn an_absent_node_is_a_value_too() {
    let mut scenario = Scenario::new(Auth::None);
    scenario.baseline("null");
    assert_eq!(scenario.state(), Open);
    assert_eq!(scenario.news(), ["baseline"]);
    scenario.put("/updated", "1");
    assert_eq!(scenario.news(), ["+updated"]);
}

#[test]
fn one_patch_is_one_batch_of_changes() {
    let mut scenario = Scenario::new(Auth::None);
    scenario.baseline(r#"{"updated":1,"version":1}"#);
    scenario.news();
    scenario.patch(
        "/",
        r#"{"updated":2,"version":2,"models/Message":{"version":1}}"#,
    );
    let batches = scenario
        .out
        .iter()
        .filter(|out| matches!(out, FeedOutput::Changed { .. }))
        .count();
    assert_eq!(batches, 1);
    assert_eq!(scenario.news(), ["+models", "~updated", "~version"]);
}

#[test]
fn after_a_reconnect_only_what_differs_is_announced() {
    let mut scenario = Scenario::new(Auth::None);
    scenario.baseline(r#"{"updated":1,"version":1,"kept":true,"gone":1}"#);
    scenario.news();
    scenario.break_stream();
    assert_eq!(scenario.state(), Stale);
    scenario.wait_for_stream();
    scenario.baseline(r#"{"updated":2,"version":1,"kept":true}"#);
    assert_eq!(scenario.state(), Open);
    assert_eq!(scenario.news(), ["-gone", "~updated"]);
}

#[test]
fn a_reconnect_that_finds_the_same_value_announces_nothing() {
    let mut scenario = Scenario::new(Auth::None);
    scenario.baseline(r#"{"updated":1}"#);
    scenario.break_stream();
    scenario.wait_for_stream();
    scenario.news();
    scenario.baseline(r#"{"updated":1}"#);
    assert!(scenario.news().is_empty());
}

#[test]
fn every_attempt_starts_at_the_original_address() {
    let mut scenario = Scenario::new(Auth::None);
    for _ in 0..5 {
        assert_eq!(scenario.url, "https://a.example/users/u1.json");
        scenario.break_stream();
        scenario.wait_for_stream();
    }
}

#[test]
fn attempts_back_off_to_a_minute_and_start_over_after_a_good_stream() {
    let mut longest = Millis::default();
    for seed in 0..40 {
        let mut scenario = Scenario::seeded(Auth::None, true, seed);
        for failure in 1..12u32 {
            scenario.break_stream();
            let wait = scenario.wait_for_stream();
            assert!(
                wait.0 <= (1000u64 << (failure - 1)).min(60_000),
                "{failure}: {wait:?}"
            );
            longest = longest.max(wait);
        }
        scenario.baseline("null");
        scenario.seconds(11);
        scenario.break_stream();
        assert!(scenario.wait_for_stream() <= Millis(1000));
    }
    assert!(
        longest > Millis(50_000),
        "the jitter is full, so some wait is near the cap: {longest:?}"
    );
}

#[test]
fn a_stream_that_dies_young_does_not_reset_the_backoff() {
    let mut slowest = Millis::default();
    for seed in 0..20 {
        let mut scenario = Scenario::seeded(Auth::None, true, seed);
        for _ in 0..8 {
            scenario.baseline("null");
            scenario.break_stream();
            slowest = slowest.max(scenario.wait_for_stream());
        }
    }
    assert!(slowest > Millis(30_000), "{slowest:?}");
}

#[test]
fn silence_is_noticed_and_keep_alives_prevent_that() {
    let mut scenario = Scenario::new(Auth::None);
    scenario.baseline("null");
    for _ in 0..10 {
        scenario.seconds(30);
        scenario.keep_alive();
    }
    assert_eq!((scenario.state(), scenario.streams), (Open, 1));
    scenario.seconds(74);
    assert_eq!(scenario.state(), Open);
    scenario.seconds(2);
    assert_eq!(
        (scenario.state(), scenario.reason()),
        (Stale, Some("silence"))
    );
    scenario.wait_for_stream();
    scenario.baseline("null");
    assert_eq!(scenario.state(), Open);
}

#[test]
fn a_connection_that_brings_nothing_is_given_up() {
    let mut scenario = Scenario::new(Auth::None);
    scenario.seconds(31);
    assert_eq!(scenario.state(), Connecting);
    scenario.wait_for_stream();
    assert_eq!(scenario.streams, 2);
}

#[test]
fn a_feed_that_starts_offline_connects_when_the_network_is_there() {
    let mut scenario = Scenario::seeded(Auth::None, false, 1);
    assert_eq!((scenario.state(), scenario.streams), (Offline, 0));
    scenario.input(FeedInput::Online);
    assert_eq!((scenario.state(), scenario.streams), (Connecting, 1));
}

#[test]
fn going_offline_drops_the_stream_and_coming_back_opens_one_at_once() {
    let mut scenario = Scenario::new(Auth::None);
    scenario.baseline(r#"{"updated":1}"#);
    scenario.input(FeedInput::Offline);
    assert_eq!((scenario.state(), scenario.stream), (Offline, None));
    scenario.seconds(10);
    assert_eq!(scenario.streams, 1, "no attempts without a network");
    scenario.news();
    scenario.input(FeedInput::Online);
    scenario.baseline(r#"{"updated":2}"#);
    assert_eq!((scenario.state(), scenario.streams), (Open, 2));
    assert_eq!(scenario.news(), ["~updated"]);
}

#[test]
fn a_browser_that_is_wrong_about_being_offline_still_gets_through() {
    let mut scenario = Scenario::seeded(Auth::None, false, 1);
    scenario.seconds(61);
    scenario.baseline("null");
    assert_eq!(scenario.state(), Open);
}

#[test]
fn a_visible_tab_tries_at_once_instead_of_waiting() {
    let mut scenario = Scenario::new(Auth::None);
    scenario.baseline("null");
    scenario.break_stream();
    scenario.input(FeedInput::Visible);
    assert!(scenario.stream.is_some());
}

#[test]
fn a_visible_tab_replaces_a_stream_that_has_been_silent_and_keeps_a_live_one() {
    let mut scenario = Scenario::new(Auth::None);
    scenario.baseline("null");
    scenario.seconds(30);
    scenario.input(FeedInput::Visible);
    assert_eq!(scenario.streams, 1);
    scenario.seconds(10);
    scenario.input(FeedInput::Visible);
    assert_eq!((scenario.streams, scenario.state()), (2, Stale));
}

#[test]
fn a_page_restored_from_the_cache_opens_a_new_stream() {
    let mut scenario = Scenario::new(Auth::None);
    scenario.baseline(r#"{"updated":1}"#);
    scenario.input(FeedInput::Restored);
    scenario.news();
    scenario.baseline(r#"{"updated":2}"#);
    assert_eq!(scenario.streams, 2);
    assert_eq!(scenario.news(), ["~updated"]);
}

#[test]
fn an_unusable_event_is_answered_by_a_new_stream() {
    for garbage in [
        "event: put\ndata: {\"path\":\"/\"\n\n",
        "event: put\ndata: {\"path\":\"/a.b\",\"data\":1}\n\n",
        "event: patch\ndata: 7\n\n",
    ] {
        let mut scenario = Scenario::new(Auth::None);
        scenario.baseline(r#"{"updated":1}"#);
        scenario.bytes(garbage);
        assert_eq!(
            (scenario.state(), scenario.reason()),
            (Stale, Some("bad-event")),
            "{garbage}"
        );
        scenario.wait_for_stream();
        scenario.news();
        scenario.baseline(r#"{"updated":1}"#);
        assert!(scenario.news().is_empty());
    }
}

#[test]
fn unknown_events_and_comments_are_signs_of_life_and_no_more() {
    let mut scenario = Scenario::new(Auth::None);
    scenario.baseline("null");
    scenario.seconds(70);
    scenario.bytes(": hello\n\nevent: rules_debug\ndata: \"x\"\n\n");
    scenario.seconds(70);
    assert_eq!((scenario.state(), scenario.streams), (Open, 1));
}

#[test]
fn late_answers_change_nothing() {
    let mut scenario = Scenario::new(Auth::None);
    let old = scenario.stream.expect("a stream was asked for");
    scenario.break_stream();
    scenario.wait_for_stream();
    scenario.baseline(r#"{"updated":2}"#);
    scenario.news();
    let stale = b"event: put\ndata: {\"path\":\"/\",\"data\":{\"updated\":1}}\n\n";
    scenario.input(FeedInput::BytesArrived(old, stale));
    scenario.input(FeedInput::StreamEnded(old, ""));
    scenario.input(FeedInput::StreamRefused(old, 401, ""));
    scenario.input(FeedInput::TokenArrived(RequestId(999), Some("x".into())));
    assert!(scenario.news().is_empty());
    assert_eq!(scenario.state(), Open);
}

#[test]
fn a_busy_server_is_tried_again_and_a_wrong_address_is_not() {
    for status in [408, 425, 429, 500, 502, 503] {
        let mut scenario = Scenario::new(Auth::None);
        scenario.refuse(status);
        assert_eq!(
            (scenario.state(), scenario.reason()),
            (Connecting, Some("unavailable")),
            "{status}"
        );
        scenario.wait_for_stream();
    }
    for status in [400, 404, 410] {
        let mut scenario = Scenario::new(Auth::None);
        scenario.refuse(status);
        assert_eq!(
            (scenario.state(), scenario.reason()),
            (Denied, Some("bad-request")),
            "{status}"
        );
        scenario.seconds(3600);
        assert_eq!(scenario.streams, 1, "{status}");
    }
}

#[test]
fn a_closed_feed_rests_and_may_be_closed_again() {
    let mut scenario = Scenario::new(Auth::None);
    scenario.baseline("null");
    for _ in 0..2 {
        scenario.input(FeedInput::Close);
        assert_eq!((scenario.state(), scenario.stream), (Closed, None));
    }
    scenario.input(FeedInput::Online);
    scenario.input(FeedInput::Visible);
    scenario.input(FeedInput::CredentialsChanged(Auth::None));
    scenario.seconds(3600);
    assert_eq!((scenario.state(), scenario.streams), (Closed, 1));
}

#[test]
fn a_clock_that_is_set_back_does_not_blind_the_watchdog() {
    let mut scenario = Scenario::new(Auth::None);
    scenario.baseline("null");
    let earlier = scenario.now - Millis::from_secs(3600);
    scenario.feed.clock_set_back(scenario.now, earlier);
    scenario.now = earlier;
    scenario.seconds(76);
    assert_eq!(scenario.state(), Stale);
}
