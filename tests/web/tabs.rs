//! Several tabs of one user share a stream. Here they are engines on one page; the browser tells them apart no less.

use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{
    a_turn, dispatch_on_document, hide_page, js, json, show_page, Listeners, Neighbour, Page,
    Refusal, User,
};

const VALUE: &str = r#"{"updated":1}"#;
const CHANGE: &str = "event: put\ndata: {\"path\":\"/updated\",\"data\":2}\n\n";

/// Connects as one of the user's tabs.
fn join(page: &Page, user: &User) {
    page.connect_with(&user.options("reconnectionDelay: 1"));
}

/// A tab that leads.
async fn leader(user: &User) -> Page {
    let page = Page::new();
    join(&page, user);
    page.open(0, VALUE).await;
    page.take();
    page
}

/// A tab that leads, and one that follows it.
async fn two_tabs(user: &User) -> (Page, Page) {
    let leader = leader(user).await;
    let follower = Page::beside(&leader);
    join(&follower, user);
    follower.until("feed 1 open").await;
    follower.take();
    (leader, follower)
}

/// Waits until nobody has the lock, nor waits for it.
async fn until_free(neighbour: &Neighbour) {
    for _ in 0..1000 {
        if neighbour.is_free().await.expect("a query") == true {
            return;
        }
        a_turn().await;
    }
    panic!("the lock was never free");
}

#[wasm_bindgen_test]
async fn two_tabs_have_one_stream_and_see_the_same_changes() {
    let user = User::new();
    let (leader, follower) = two_tabs(&user).await;
    assert_eq!(leader.requests(), 1);
    leader.request(0).await.write(CHANGE.as_bytes());
    for page in [&leader, &follower] {
        page.until("firebase.child_added").await;
        a_turn().await;
        assert_eq!(
            page.take(),
            [
                "firebase.child_added updated 2",
                "firebase.child_changed updated 2"
            ]
        );
    }
    let follows = |page: &Page| json(&page.engine.state()).contains(r#""follows":true"#);
    assert!(!follows(&leader) && follows(&follower));
}

#[wasm_bindgen_test]
async fn when_the_leading_tab_closes_the_other_leads_and_compares() {
    let user = User::new();
    let (leader, follower) = two_tabs(&user).await;
    leader.engine.close(1);
    assert!(leader.request(0).await.aborted());
    follower.open(1, r#"{"updated":3}"#).await;
    follower.until("firebase.child_added updated 3").await;
    assert_eq!(
        follower.take(),
        [
            "feed 1 stale leading: this tab takes over the stream",
            "feed 1 open",
            "firebase.child_added updated 3",
            "firebase.child_changed updated 3"
        ]
    );
    assert_eq!(leader.take(), ["feed 1 closed"]);
    assert_eq!(leader.requests(), 2);
}

#[wasm_bindgen_test]
async fn when_the_leading_tab_is_gone_the_other_leads() {
    let user = User::new();
    let (leader, follower) = two_tabs(&user).await;
    drop(leader);
    follower.request(1).await;
    follower.until("feed 1 stale leading").await;
}

#[wasm_bindgen_test]
async fn a_tab_that_follows_and_closes_costs_the_leading_one_nothing() {
    let user = User::new();
    let (leader, follower) = two_tabs(&user).await;
    follower.engine.close(1);
    leader.request(0).await.write(CHANGE.as_bytes());
    leader.until("firebase.child_added").await;
    a_turn().await;
    assert_eq!(follower.take(), ["feed 1 closed"]);
    assert_eq!(leader.requests(), 1);
    let neighbour = user.neighbour();
    leader.engine.close(1);
    until_free(&neighbour).await;
    neighbour.leave();
}

#[wasm_bindgen_test]
async fn tabs_of_different_users_have_different_streams() {
    let user = User::new();
    let leader = leader(&user).await;
    let other = Page::beside(&leader);
    let another = User::new();
    join(&other, &another);
    assert_eq!(other.request(1).await.url(), another.url());
}

#[wasm_bindgen_test]
async fn a_frozen_tab_gives_the_lead_away_and_asks_when_it_goes_on() {
    let user = User::new();
    let page = leader(&user).await;
    let neighbour = user.neighbour();
    dispatch_on_document("freeze");
    assert!(page.request(0).await.aborted());
    neighbour.lead().await.expect("the lock is granted");
    dispatch_on_document("resume");
    page.until_heard(&neighbour, r#"{"ask":true}"#).await;
    let data = r#"{ state: 'open', data: '{"path":"/","data":{"updated":2}}' }"#;
    neighbour.post(&js(data));
    page.until("firebase.child_added updated 2").await;
    assert_eq!(page.requests(), 1);
    neighbour.leave();
    page.request(1).await;
}

#[wasm_bindgen_test]
async fn a_tab_in_the_back_forward_cache_gives_the_lead_away_one_that_is_left_does_not() {
    let user = User::new();
    let page = leader(&user).await;
    hide_page(false);
    assert!(!page.request(0).await.aborted());
    hide_page(true);
    assert!(page.request(0).await.aborted());
    let neighbour = user.neighbour();
    until_free(&neighbour).await;
    show_page(true);
    page.request(1).await;
    neighbour.leave();
}

#[wasm_bindgen_test]
async fn a_tab_whose_credentials_are_refused_lets_another_one_lead() {
    let user = User::new();
    let leader = Page::new();
    join(&leader, &user);
    let refused = leader.request(0).await;
    let follower = Page::beside(&leader);
    join(&follower, &user);
    refused.respond(401);
    refused.end();
    leader.until("feed 1 denied unauthorized").await;
    follower.open(1, VALUE).await;
    leader.take();
    a_turn().await;
    assert!(leader.take().is_empty(), "it waits for credentials");
}

#[wasm_bindgen_test]
async fn a_feed_that_closes_before_the_lock_is_granted_does_not_wait_for_it() {
    let user = User::new();
    let neighbour = user.neighbour();
    neighbour.lead().await.expect("the lock is granted");
    let page = Page::new();
    join(&page, &user);
    a_turn().await;
    assert_eq!(neighbour.is_awaited().await.expect("a query"), true);
    page.engine.close(1);
    a_turn().await;
    assert_eq!(neighbour.is_awaited().await.expect("a query"), false);
    neighbour.leave();
    until_free(&neighbour).await;
    assert_eq!(page.requests(), 0);
    assert_eq!(page.take(), ["feed 1 connecting", "feed 1 closed"]);
}

#[wasm_bindgen_test]
async fn a_tab_that_cannot_have_a_channel_or_a_lock_leads_itself() {
    let user = User::new();
    for what in ["channel", "lock throws", "lock rejects"] {
        let refusal = Refusal::new(what);
        let first = Page::new();
        join(&first, &user);
        first.open(0, VALUE).await;
        let second = Page::beside(&first);
        join(&second, &user);
        second.open(1, VALUE).await;
        for page in [&first, &second] {
            page.engine.close(1);
            assert!(page.take().contains(&"feed 1 closed".into()), "{what}");
        }
        drop((first, second));
        refusal.undo();
    }
}

#[wasm_bindgen_test]
async fn a_browser_without_channels_has_a_stream_for_each_tab_and_no_lock() {
    let user = User::new();
    let neighbour = user.neighbour();
    let refusal = Refusal::new("no channel");
    let page = leader(&user).await;
    refusal.undo();
    assert_eq!(neighbour.is_free().await.expect("a query"), true);
    neighbour.leave();
    drop(page);
}

#[wasm_bindgen_test]
async fn tabs_share_unless_the_app_says_no_and_with_a_provider_only_if_it_says_yes() {
    let user = User::new();
    for (options, provides, shares) in [
        ("", false, true),
        ("shareTabs: true", false, true),
        ("shareTabs: undefined", false, true),
        ("shareTabs: false", false, false),
        ("provider() {}", true, false),
        ("provider() {}, shareTabs: true", true, true),
    ] {
        let neighbour = user.neighbour();
        let page = Page::new();
        if provides {
            page.world.provide();
        }
        page.connect_with(&user.options(options));
        if provides {
            page.until("provide null").await;
        } else {
            page.request(0).await;
        }
        let free = neighbour.is_free().await.expect("a query");
        assert_eq!(free == true, !shares, "{options}");
        page.engine.close(1);
        until_free(&neighbour).await;
        neighbour.leave();
    }
}

#[wasm_bindgen_test]
async fn a_closed_feed_leaves_no_listener_of_its_channel_and_no_lock() {
    let user = User::new();
    let neighbour = user.neighbour();
    let listeners = Listeners::new();
    let page = Page::new();
    let of_the_page = listeners.count();
    for round in 0..3 {
        join(&page, &user);
        page.request(round).await;
        assert!(listeners.count() > of_the_page);
        page.engine.close(1);
        assert_eq!(listeners.count(), of_the_page);
        until_free(&neighbour).await;
    }
    drop(page);
    assert_eq!(listeners.stop(), 0);
    neighbour.leave();
}

#[wasm_bindgen_test]
async fn another_feed_leaves_the_tabs_of_the_first() {
    let user = User::new();
    let neighbour = user.neighbour();
    let page = leader(&user).await;
    let listeners = Listeners::new();
    page.connect_as(2, &User::new().options(""));
    page.request(1).await;
    until_free(&neighbour).await;
    assert_eq!(listeners.stop(), 0, "one channel instead of another");
    neighbour.leave();
}
