//! What the App's tests share: a feed to connect, and what its stream brings.

use remote_refresh_core::app::{App, Output};
use remote_refresh_core::feed::endpoint::Endpoint;
use remote_refresh_core::feed::message::{Auth, FeedInput, RequestId};
use remote_refresh_core::feed::timing::Timing;
use remote_refresh_core::feed::Feed;
use remote_refresh_core::refresh::{EntityId, FlightId};
use remote_refresh_core::time::Millis;
use remote_refresh_core::views::since::Since;
use remote_refresh_core::wire::Json;

/// When the tests begin.
pub(crate) const NOW: Millis = Millis(1_000_000);

/// A user's node.
#[allow(dead_code, reason = "each test file compiles this module for itself")]
pub(crate) const NODE: &str = r#"{"updated":1,"version":1}"#;

/// Connects a feed that needs no token.
#[allow(dead_code, reason = "each test file compiles this module for itself")]
pub(crate) fn connect(app: &mut App, now: Millis, since: Option<Since>) {
    let endpoint = Endpoint::new("https://a.example", Some("u1"), None).expect("valid");
    app.connect(now, 1, since, |seed, last_id| {
        Feed::new(
            endpoint,
            Auth::None,
            Timing::default(),
            true,
            seed,
            last_id,
            Json::parse,
        )
    });
}

/// The stream brings an event about `path`.
#[allow(dead_code, reason = "each test file compiles this module for itself")]
pub(crate) fn arrive(
    app: &mut App,
    now: Millis,
    stream: Option<RequestId>,
    event: &str,
    path: &str,
    data: &str,
) {
    let stream = stream.expect("a stream is open");
    let text = format!("event: {event}\ndata: {{\"path\":\"{path}\",\"data\":{data}}}\n\n");
    app.feed_input(now, FeedInput::BytesArrived(stream, text.as_bytes()));
}

/// The next order, but for reports of fetches that have ended.
#[allow(dead_code, reason = "each test file compiles this module for itself")]
pub(crate) fn next_order(app: &mut App, now: Millis) -> Option<Output> {
    let is_report = |order: &Option<Output>| matches!(order, Some(Output::Settled { .. }));
    std::iter::repeat_with(|| app.poll(now))
        .find(|order| !is_report(order))
        .flatten()
}

/// Carries out the orders, which must be to fetch: what starts, with its number.
#[allow(dead_code, reason = "each test file compiles this module for itself")]
pub(crate) fn fetches(app: &mut App, now: Millis) -> Vec<(EntityId, FlightId)> {
    let mut fetches = Vec::new();
    while let Some(order) = next_order(app, now) {
        match order {
            Output::Fetch { entity, flight } => fetches.push((entity, flight)),
            Output::Locate { .. } => {}
            order => panic!("{order:?} is no fetch"),
        }
    }
    fetches
}

/// The fetch of this entity that a pass without a snapshot starts, if it starts one.
#[allow(dead_code, reason = "each test file compiles this module for itself")]
pub(crate) fn refresh(app: &mut App, now: Millis, entity: EntityId) -> Option<FlightId> {
    app.enter_pass(None);
    app.visit_entity(entity, None);
    app.leave_pass();
    let fetches = fetches(app, now);
    fetches.first().map(|(_, flight)| *flight)
}
