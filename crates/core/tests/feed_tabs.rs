//! Tabs that share a feed: one leads, the others hear.

mod support;

use remote_refresh_core::feed::message::{Auth, FeedInput, FeedOutput};
use remote_refresh_core::feed::state::FeedState::{Closed, Connecting, Denied, Open, Stale};
use support::Scenario;

fn leader() -> Scenario {
    let mut scenario = Scenario::shared(Auth::Renewable);
    scenario.input(FeedInput::Lead);
    scenario.give_token("t");
    scenario.baseline(r#"{"updated":1}"#);
    scenario
}

fn count(scenario: &Scenario, wanted: fn(&FeedOutput) -> bool) -> usize {
    scenario.out.iter().filter(|output| wanted(output)).count()
}

fn hear(scenario: &mut Scenario, state: remote_refresh_core::feed::state::FeedState, value: &str) {
    let data = format!(r#"{{"path":"/","data":{value}}}"#);
    scenario.input(FeedInput::Heard(state, Some(&data)));
}

#[test]
fn a_tab_follows_until_the_lock_makes_it_lead() {
    let mut scenario = Scenario::shared(Auth::Renewable);
    assert_eq!(scenario.state(), Connecting);
    assert_eq!(
        count(&scenario, |output| matches!(output, FeedOutput::AskLeader)),
        1
    );
    scenario.seconds(3600);
    assert_eq!(
        (scenario.streams, scenario.tokens),
        (0, 0),
        "a follower has no stream and asks for no token"
    );
    scenario.input(FeedInput::Lead);
    scenario.input(FeedInput::Lead);
    assert_eq!(scenario.tokens, 1);
}

#[test]
fn the_leader_tells_of_every_value_and_state() {
    let mut scenario = leader();
    scenario.out.clear();
    scenario.put("/updated", "2");
    assert_eq!(
        count(&scenario, |output| matches!(output, FeedOutput::TellTabs)),
        1
    );
    scenario.out.clear();
    scenario.break_stream();
    assert_eq!(
        count(&scenario, |output| matches!(output, FeedOutput::TellTabs)),
        1
    );
}

#[test]
fn a_follower_compares_what_it_hears() {
    let mut scenario = Scenario::shared(Auth::None);
    scenario.out.clear();
    hear(&mut scenario, Open, r#"{"updated":1,"version":1}"#);
    assert_eq!(
        (scenario.state(), scenario.news()),
        (Open, vec!["baseline".to_owned()])
    );
    hear(&mut scenario, Open, r#"{"updated":1,"version":1}"#);
    assert!(scenario.news().is_empty());
    hear(&mut scenario, Open, r#"{"updated":5,"version":3}"#);
    assert_eq!(
        scenario.news(),
        ["~updated", "~version"],
        "messages between may have been lost"
    );
    scenario.input(FeedInput::Heard(Stale, None));
    assert_eq!(scenario.state(), Stale);
}

#[test]
fn a_follower_that_takes_over_compares_the_first_value_of_its_stream() {
    let mut scenario = Scenario::shared(Auth::None);
    hear(&mut scenario, Open, r#"{"updated":1}"#);
    scenario.news();
    scenario.input(FeedInput::Lead);
    assert_eq!((scenario.state(), scenario.streams), (Stale, 1));
    scenario.baseline(r#"{"updated":2}"#);
    assert_eq!(
        (scenario.state(), scenario.news()),
        (Open, vec!["~updated".to_owned()])
    );
}

#[test]
fn a_leader_that_is_put_to_sleep_steps_down_and_asks_when_it_wakes() {
    let mut scenario = leader();
    scenario.out.clear();
    scenario.input(FeedInput::Suspend);
    assert_eq!(scenario.stream, None);
    assert_eq!(
        count(&scenario, |output| matches!(
            output,
            FeedOutput::StepDown { rejoin: true }
        )),
        1
    );
    scenario.input(FeedInput::Restored);
    assert_eq!(
        count(&scenario, |output| matches!(output, FeedOutput::AskLeader)),
        1
    );
    scenario.news();
    hear(&mut scenario, Open, r#"{"updated":2}"#);
    assert_eq!(scenario.news(), ["~updated"]);
}

#[test]
fn a_denied_leader_leaves_the_lead_for_good() {
    let mut scenario = leader();
    scenario.out.clear();
    scenario.bytes("event: cancel\ndata: null\n\n");
    assert_eq!(scenario.state(), Denied);
    assert_eq!(
        count(&scenario, |output| matches!(
            output,
            FeedOutput::StepDown { rejoin: false }
        )),
        1
    );
    hear(&mut scenario, Open, r#"{"updated":7}"#);
    scenario.input(FeedInput::Lead);
    assert_eq!((scenario.state(), scenario.streams), (Denied, 1));
    scenario.input(FeedInput::CredentialsChanged(Auth::None));
    assert_eq!(scenario.streams, 2, "new credentials revive it, on its own");
}

#[test]
fn what_makes_no_sense_is_not_heard() {
    let mut scenario = Scenario::shared(Auth::None);
    hear(&mut scenario, Open, r#"{"updated":1}"#);
    scenario.news();
    for data in ["", "7", r#"{"path":"/a.b","data":1}"#, r#"{"path":"/"#] {
        scenario.input(FeedInput::Heard(Open, Some(data)));
    }
    hear(&mut scenario, Closed, r#"{"updated":9}"#);
    hear(&mut scenario, Denied, r#"{"updated":9}"#);
    assert_eq!((scenario.state(), scenario.news().len()), (Open, 0));
}

#[test]
fn a_closed_follower_hears_nothing_and_never_leads() {
    let mut scenario = Scenario::shared(Auth::None);
    scenario.input(FeedInput::Close);
    scenario.news();
    hear(&mut scenario, Open, r#"{"updated":1}"#);
    scenario.input(FeedInput::Lead);
    assert_eq!(
        (scenario.state(), scenario.streams, scenario.news().len()),
        (Closed, 0, 0)
    );
}
