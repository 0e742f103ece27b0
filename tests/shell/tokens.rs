//! What an `auth` may give: a token, an object with one, nothing, or an error.

use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{a_turn, js, refused, Page};

/// The claims `{"exp":99999999999}`: it expires in the year 5138.
const LASTING: &str = "e30.eyJleHAiOjk5OTk5OTk5OTk5fQ.s";

/// A page whose feed asks for a token, and how to answer its requests.
fn asking(auth: &str) -> Page {
    let page = Page::new();
    page.connect_with(&format!(
        "{{ shareTabs: false, reconnectionDelay: 0, auth: {auth} }}"
    ));
    assert_eq!(page.take(), ["feed 1 connecting", "token any"]);
    page
}

/// The number of the first request for a token: they count from 1, as streams do.
const FIRST: u32 = 1;

#[wasm_bindgen_test]
async fn a_token_is_a_text_or_an_object_with_one() {
    for (given, url) in [
        ("'t'", "https://feed.test/users/u1.json?auth=t"),
        ("{ token: 't' }", "https://feed.test/users/u1.json?auth=t"),
        (
            "'a+b/c=&d'",
            "https://feed.test/users/u1.json?auth=a%2Bb%2Fc%3D%26d",
        ),
        ("null", "https://feed.test/users/u1.json"),
        ("undefined", "https://feed.test/users/u1.json"),
        ("''", "https://feed.test/users/u1.json"),
    ] {
        let page = asking("() => {}");
        page.engine.token_arrived(FIRST, &js(given));
        assert_eq!(page.request(0).await.url(), url, "{given}");
    }
}

#[wasm_bindgen_test]
async fn anything_else_is_reported_and_asked_for_again() {
    for given in ["5", "true", "{}", "{ token: 5 }", "[]", "() => 't'"] {
        let page = asking("() => {}");
        page.engine.token_arrived(FIRST, &js(given));
        page.until("token any").await;
        let log = page.take();
        let reason = "feed 1 connecting auth-failed: `auth` gave no token (`auth` must give a token as a string, an object with one as `token`, or null)";
        assert_eq!(log[0], reason, "{given}");
    }
}

#[wasm_bindgen_test]
async fn an_auth_that_fails_is_reported_in_its_words_and_called_again() {
    for (thrown, words) in [
        ("new Error('not signed in')", " (not signed in)"),
        ("'not signed in'", " (not signed in)"),
        ("{ message: 'not an error' }", ""),
        ("undefined", ""),
    ] {
        let page = asking("() => {}");
        page.engine.token_failed(FIRST, &js(thrown));
        page.until("token any").await;
        assert_eq!(
            page.take()[0],
            format!("feed 1 connecting auth-failed: `auth` gave no token{words}")
        );
    }
}

#[wasm_bindgen_test]
async fn an_answer_to_a_request_that_nobody_made_changes_nothing() {
    let page = asking("() => {}");
    page.engine.token_arrived(99, &js("'t'"));
    page.engine.token_failed(99, &JsValue::NULL);
    a_turn().await;
    assert!(page.take().is_empty());
    assert_eq!(page.requests(), 0);
}

#[wasm_bindgen_test]
async fn a_refused_token_is_renewed_once() {
    let page = asking("() => {}");
    page.engine.token_arrived(FIRST, &js("'old'"));
    let request = page.request(0).await;
    request.respond(401);
    request.end();
    page.until("token fresh").await;
}

#[wasm_bindgen_test]
async fn a_fixed_token_that_is_refused_is_final_until_there_is_another() {
    let page = asking("'fixed'");
    page.engine.token_arrived(FIRST, &js("'fixed'"));
    let request = page.request(0).await;
    request.respond(401);
    request.end();
    page.until("feed 1 denied unauthorized").await;
    page.take();
    page.engine
        .credentials_changed(1, &js("'other'"))
        .expect("a token");
    let log = page.take();
    assert_eq!(
        log,
        [
            "feed 1 connecting credentials: the credentials changed",
            "token any"
        ]
    );
}

#[wasm_bindgen_test]
async fn new_credentials_must_be_credentials_and_are_for_the_feed_that_is_open() {
    let page = asking("() => {}");
    let error = refused(page.engine.credentials_changed(1, &js("5")));
    assert!(error.starts_with("invalid-auth: `auth` must be"), "{error}");
    page.engine
        .credentials_changed(2, &js("'other'"))
        .expect("a token");
    assert!(page.take().is_empty());
}

#[wasm_bindgen_test]
async fn a_tokens_expiry_is_read_wherever_its_text_may_be() {
    let page = asking("() => {}");
    page.engine
        .token_arrived(FIRST, &js(&format!("{{ token: '{LASTING}' }}")));
    page.open(0, "null").await;
    let state = page.engine.state();
    let renew = crate::support::field(&state, "renewAt").as_f64();
    // 300 seconds ahead.
    assert_eq!(renew, Some(99_999_999_999_000.0 - 300_000.0));
}
