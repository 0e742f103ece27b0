//! The feed's credentials: asked for, renewed ahead of expiry and after a refusal, given up.

mod support;

use remote_refresh_core::feed::message::{Auth, FeedInput};
use remote_refresh_core::feed::state::FeedState::{Closed, Connecting, Denied, Open, Stale};
use remote_refresh_core::time::Millis;
use support::{token_until, Scenario, START};

const REVOKED: &str = "event: auth_revoked\ndata: credential is no longer valid\n\n";

fn hour_token() -> String {
    token_until(START + Millis::from_secs(3600))
}

fn opened_with(token: &str) -> Scenario {
    let mut scenario = Scenario::new(Auth::Renewable);
    scenario.give_token(token);
    scenario.baseline(r#"{"updated":1}"#);
    scenario.news();
    scenario
}

#[test]
fn the_token_is_asked_for_first_and_travels_in_the_query() {
    let mut scenario = Scenario::new(Auth::Renewable);
    assert_eq!(
        (
            scenario.streams,
            scenario.token_request.map(|(_, fresh)| fresh)
        ),
        (0, Some(false))
    );
    scenario.give_token("abc");
    assert_eq!(scenario.url, "https://a.example/users/u1.json?auth=abc");
}

#[test]
fn a_reconnect_uses_the_token_at_hand() {
    let mut scenario = opened_with(&hour_token());
    scenario.break_stream();
    scenario.wait_for_stream();
    assert_eq!((scenario.streams, scenario.tokens), (2, 1));
}

#[test]
fn a_reconnect_after_expiry_asks_for_a_fresh_token() {
    let mut scenario = opened_with(&hour_token());
    scenario.input(FeedInput::Offline);
    scenario.now = START + Millis::from_secs(7200);
    scenario.input(FeedInput::Online);
    assert_eq!(scenario.token_request.map(|(_, fresh)| fresh), Some(true));
}

#[test]
fn a_token_is_renewed_ahead_of_its_expiry_without_a_lost_change() {
    let mut scenario = opened_with(&hour_token());
    for _ in 0..109 {
        scenario.seconds(30);
        scenario.keep_alive();
    }
    assert_eq!(scenario.tokens, 1);
    scenario.seconds(30);
    assert_eq!(
        (scenario.tokens, scenario.state()),
        (2, Open),
        "five minutes ahead"
    );
    scenario.put("/updated", "2");
    scenario.give_token(&token_until(START + Millis::from_secs(7200)));
    assert_eq!((scenario.streams, scenario.state()), (2, Open));
    scenario.baseline(r#"{"updated":3}"#);
    assert_eq!(scenario.news(), ["~updated", "~updated"]);
    assert_eq!(scenario.state(), Open);
}

#[test]
fn a_renewal_that_gives_the_same_token_keeps_the_stream() {
    let mut scenario = opened_with(&hour_token());
    for _ in 0..110 {
        scenario.seconds(30);
        scenario.keep_alive();
    }
    scenario.give_token(&hour_token());
    assert_eq!((scenario.streams, scenario.state()), (1, Open));
}

#[test]
fn a_renewal_that_fails_keeps_the_stream_and_is_tried_again() {
    let mut scenario = opened_with(&hour_token());
    for _ in 0..110 {
        scenario.seconds(30);
        scenario.keep_alive();
    }
    let (request, _) = scenario
        .token_request
        .take()
        .expect("asked ahead of expiry");
    scenario.input(FeedInput::TokenFailed(request, "503"));
    assert_eq!((scenario.streams, scenario.state()), (1, Open));
    scenario.seconds(2);
    assert_eq!(scenario.tokens, 3);
}

#[test]
fn one_refusal_renews_and_a_second_one_denies() {
    let mut scenario = Scenario::new(Auth::Renewable);
    scenario.give_token("stale");
    scenario.refuse(401);
    assert_eq!(scenario.state(), Connecting);
    assert_eq!(scenario.token_request.map(|(_, fresh)| fresh), Some(true));
    scenario.give_token("fresh");
    scenario.refuse(401);
    assert_eq!(
        (scenario.state(), scenario.reason()),
        (Denied, Some("unauthorized"))
    );
}

#[test]
fn a_denied_feed_stays_denied_until_the_credentials_change() {
    let mut scenario = Scenario::new(Auth::Fixed);
    scenario.give_token("bad");
    scenario.refuse(401);
    for input in [
        FeedInput::Online,
        FeedInput::Visible,
        FeedInput::Restored,
        FeedInput::Offline,
    ] {
        scenario.input(input);
        scenario.seconds(3600);
        assert_eq!((scenario.state(), scenario.streams), (Denied, 1));
    }
    scenario.input(FeedInput::CredentialsChanged(Auth::Fixed));
    scenario.give_token("good");
    scenario.baseline("null");
    assert_eq!((scenario.state(), scenario.streams), (Open, 2));
}

#[test]
fn a_good_stream_makes_the_next_refusal_the_first_again() {
    let mut scenario = opened_with("a");
    scenario.break_stream();
    scenario.wait_for_stream();
    scenario.refuse(401);
    scenario.give_token("b");
    scenario.baseline("null");
    scenario.break_stream();
    scenario.wait_for_stream();
    scenario.refuse(401);
    assert_eq!((scenario.state(), scenario.tokens), (Stale, 3));
}

#[test]
fn a_token_revoked_under_an_open_stream_is_renewed_at_once() {
    let mut scenario = opened_with("a");
    scenario.seconds(60);
    scenario.bytes(REVOKED);
    assert_eq!(
        (scenario.state(), scenario.reason()),
        (Stale, Some("auth-revoked"))
    );
    scenario.news();
    scenario.give_token("b");
    scenario.baseline(r#"{"updated":2}"#);
    assert_eq!(
        (scenario.state(), scenario.news()),
        (Open, vec!["~updated".to_owned()])
    );
}

#[test]
fn a_server_that_revokes_every_token_meets_the_backoff() {
    let mut scenario = opened_with("a");
    let from = scenario.now;
    for round in 0..8 {
        scenario.bytes(REVOKED);
        while scenario.token_request.is_none() {
            let at = scenario
                .feed
                .timers()
                .next()
                .expect("a renewal is waited for");
            scenario.pass(at.since(scenario.now));
        }
        scenario.give_token(&format!("t{round}"));
        scenario.baseline("null");
    }
    assert!(
        scenario.now.since(from) > Millis::from_secs(10),
        "{:?}",
        scenario.now.since(from)
    );
}

#[test]
fn what_cannot_be_renewed_is_denied_when_revoked() {
    let mut scenario = Scenario::new(Auth::Fixed);
    scenario.give_token("a");
    scenario.baseline("null");
    scenario.bytes(REVOKED);
    assert_eq!(
        (scenario.state(), scenario.reason()),
        (Denied, Some("auth-revoked"))
    );
}

#[test]
fn a_cancelled_read_is_denied_whatever_the_server_says_with_it() {
    for data in ["null", "Permission denied", "\"Permission denied\""] {
        let mut scenario = opened_with("a");
        scenario.bytes(&format!("event: cancel\ndata: {data}\n\n"));
        assert_eq!(
            (scenario.state(), scenario.reason()),
            (Denied, Some("cancelled")),
            "{data}"
        );
        assert_eq!(scenario.stream, None);
    }
}

#[test]
fn an_auth_function_that_fails_or_hangs_is_asked_again() {
    let mut scenario = Scenario::new(Auth::Renewable);
    let (request, _) = scenario.token_request.take().expect("asked at the start");
    scenario.input(FeedInput::TokenFailed(request, "offline"));
    assert_eq!((scenario.state(), scenario.streams), (Connecting, 0));
    scenario.seconds(2);
    assert_eq!(scenario.tokens, 2);
    scenario.seconds(40);
    assert!(scenario.tokens >= 3, "the second one hung");
    scenario.give_token("late but fine");
    scenario.baseline("null");
    assert_eq!(scenario.state(), Open);
}

#[test]
fn nobody_signed_in_connects_without_a_token() {
    let mut scenario = Scenario::new(Auth::Renewable);
    let (request, _) = scenario.token_request.take().expect("asked at the start");
    scenario.input(FeedInput::TokenArrived(request, None));
    assert_eq!(scenario.url, "https://a.example/users/u1.json");
}

#[test]
fn a_token_that_seems_expired_on_arrival_is_left_to_the_server() {
    let mut scenario = Scenario::new(Auth::Renewable);
    scenario.give_token(&token_until(START - Millis::from_secs(600)));
    scenario.baseline("null");
    for _ in 0..10 {
        scenario.seconds(30);
        scenario.keep_alive();
    }
    assert_eq!(
        (scenario.tokens, scenario.streams, scenario.state()),
        (1, 1, Open)
    );
}

#[test]
fn an_answer_after_the_close_opens_nothing() {
    let mut scenario = Scenario::new(Auth::Renewable);
    let (request, _) = scenario.token_request.take().expect("asked at the start");
    scenario.input(FeedInput::Close);
    scenario.input(FeedInput::TokenArrived(request, Some("late".into())));
    assert_eq!((scenario.state(), scenario.streams), (Closed, 0));
}

#[test]
fn a_token_that_the_server_repeats_is_not_passed_on() {
    for padding in [0, 150, 230, 2000] {
        let mut scenario = Scenario::new(Auth::Fixed);
        scenario.give_token("s3cret-token-of-a-user");
        let stream = scenario.stream.expect("a stream was asked for");
        let body = format!(
            "{} no such token: s3cret-token-of-a-user",
            "x".repeat(padding)
        );
        scenario.input(FeedInput::StreamRefused(stream, 401, &body));
        let told = format!("{:?}", scenario.out.last());
        assert!(
            told.contains("unauthorized") && !told.contains("s3cret"),
            "{told}"
        );
        assert!(told.len() < 600);
    }
}

#[test]
fn new_credentials_end_what_was_waited_for_on_behalf_of_the_old_ones() {
    let mut scenario = Scenario::new(Auth::Renewable);
    scenario.input(FeedInput::CredentialsChanged(Auth::None));
    scenario.baseline("null");
    for _ in 0..4 {
        scenario.seconds(30);
        scenario.keep_alive();
    }
    assert_eq!(
        (scenario.state(), scenario.tokens, scenario.streams),
        (Open, 1, 1)
    );
}
