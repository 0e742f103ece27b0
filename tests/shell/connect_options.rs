//! What `connect` takes and refuses, and what holds without options.

use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{a_turn, js, json, refused, Clock, Page};

const VALUE: &str = r#"{"updated":1,"version":7}"#;

/// What `connect` says of these options.
fn refusal(options: &str) -> String {
    refused(Page::new().engine.connect(1, &js(options)))
}

/// The same, of options besides an address and a user.
fn refusal_with(options: &str) -> String {
    refusal(&["{ url: 'https://feed.test', uid: 'u1', ...", options, " }"].concat())
}

/// The address that is followed with these options.
async fn followed(options: &str) -> String {
    let page = Page::new();
    let connected = page.engine.connect(1, &js(options));
    connected.unwrap_or_else(|error| panic!("{options}: {}", json(&error)));
    page.request(0).await.url()
}

#[wasm_bindgen_test]
fn connect_needs_options() {
    for options in ["undefined", "null", "'https://feed.test'", "5", "true"] {
        let error = refusal(options);
        assert!(
            error.starts_with("invalid-options: `connect` needs options: { url, uid }"),
            "{options}: {error}"
        );
    }
}

#[wasm_bindgen_test]
fn a_wrong_value_names_its_option() {
    for (option, values) in [
        ("url", &["5", "{}", "true"][..]),
        ("uid", &["{}", "NaN", "1.5", "2 ** 53", "true"]),
        ("path", &["5", "[]", "false"]),
        ("shareTabs", &["'yes'", "1", "{}"]),
        (
            "silenceTimeout",
            &["-1", "2 ** 31", "NaN", "'75s'", "true", "Infinity"],
        ),
        ("connectTimeout", &["-1", "2 ** 31", "NaN", "'30'", "{}"]),
        (
            "reconnectionDelay",
            &["-0.5", "2 ** 31", "NaN", "'1s'", "[]"],
        ),
        ("reconnectionDelayMax", &["-1", "2 ** 31", "NaN", "() => 1"]),
    ] {
        for value in values {
            let error = refusal_with(&format!("{{ {option}: {value} }}"));
            let names = format!("invalid-options: `{option}` must be ");
            assert!(error.starts_with(&names), "{option} {value}: {error}");
        }
    }
}

#[wasm_bindgen_test]
fn an_option_with_rules_of_its_own_has_a_code_of_its_own() {
    for (options, error) in [
        ("{ url: undefined }", "invalid-url: `url` must"),
        ("{ url: '/feed' }", "invalid-url: `url` must"),
        ("{ url: 'ws://feed.test' }", "invalid-url: `url` must"),
        ("{ url: 'https://a:b:c' }", "invalid-url: `url` must"),
        (
            "{ url: 'https://a:b@feed.test' }",
            "invalid-url: `url` must",
        ),
        ("{ uid: undefined }", "missing-uid: give `uid`"),
        ("{ uid: null }", "missing-uid: give `uid`"),
        ("{ uid: '' }", "invalid-uid: `uid` must"),
        ("{ uid: 'a/b' }", "invalid-uid: `uid` must"),
        ("{ path: 'a/b.c' }", "invalid-path: `path` must"),
        ("{ auth: '' }", "invalid-auth: `auth` must"),
        ("{ auth: 5 }", "invalid-auth: `auth` must"),
        ("{ auth: { token: 't' } }", "invalid-auth: `auth` must"),
        ("{ since: 'today' }", "invalid-since: `since` must"),
        ("{ since: -1 }", "invalid-since: `since` must"),
        ("{ since: NaN }", "invalid-since: `since` must"),
        ("{ since: {} }", "invalid-since: `since` must"),
        ("{ since: { version: -1 } }", "invalid-since: `since` must"),
        ("{ since: { time: '1' } }", "invalid-since: `since` must"),
        (
            "{ provider: 'pusher' }",
            "invalid-provider: `provider` must",
        ),
        ("{ provider: {} }", "invalid-provider: `provider` must"),
    ] {
        let refusal = refusal_with(options);
        assert!(refusal.starts_with(error), "{options}: {refusal}");
    }
}

#[wasm_bindgen_test]
async fn what_is_undefined_or_null_counts_as_left_out() {
    for value in ["undefined", "null"] {
        let options: String = [
            "auth",
            "connectTimeout",
            "path",
            "reconnectionDelay",
            "reconnectionDelayMax",
            "shareTabs",
            "silenceTimeout",
            "since",
            "noSuchOption",
        ]
        .into_iter()
        .map(|name| format!("{name}: {value}, "))
        .collect();
        let page = Page::new();
        page.connect_with(&format!("{{ {options} }}"));
        page.engine.close(1);
    }
}

#[wasm_bindgen_test]
async fn a_refused_connect_leaves_the_feed_that_there_is() {
    let page = Page::connected(VALUE).await;
    let refusal = refused(page.engine.connect(2, &js("{ uid: 'u2' }")));
    assert!(refusal.starts_with("invalid-url"), "{refusal}");
    a_turn().await;
    assert!(page.take().is_empty());
    assert!(!page.request(0).await.aborted());
}

#[wasm_bindgen_test]
async fn the_user_may_be_a_text_or_a_whole_number_and_a_path_takes_its_place() {
    for (options, url) in [
        ("uid: 'ann'", "https://feed.test/users/ann.json"),
        ("uid: 42", "https://feed.test/users/42.json"),
        ("uid: 0", "https://feed.test/users/0.json"),
        ("uid: -3", "https://feed.test/users/-3.json"),
        (
            "uid: 2 ** 53 - 1",
            "https://feed.test/users/9007199254740991.json",
        ),
        (
            "uid: 'a b@é'",
            "https://feed.test/users/a%20b%40%C3%A9.json",
        ),
        ("uid: '__proto__'", "https://feed.test/users/__proto__.json"),
        ("path: 'queues/7'", "https://feed.test/queues/7.json"),
        (
            "path: '/queues/7', uid: 'ann'",
            "https://feed.test/queues/7.json",
        ),
        ("path: ''", "https://feed.test.json"),
    ] {
        let options = format!("{{ url: 'https://feed.test', {options}, shareTabs: false }}");
        assert_eq!(followed(&options).await, url, "{options}");
    }
}

#[wasm_bindgen_test]
async fn an_address_keeps_its_folder_and_its_namespace() {
    let options = "{ url: 'https://feed.test/feed/?ns=demo#x', uid: 'u1', shareTabs: false }";
    assert_eq!(
        followed(options).await,
        "https://feed.test/feed/users/u1.json?ns=demo"
    );
}

#[wasm_bindgen_test]
async fn a_stream_may_take_30_seconds_to_begin_and_be_silent_for_75() {
    let clock = Clock::new();
    let page = Page::new();
    page.connect_with("{ shareTabs: false }");
    assert_eq!(clock.delays(), [30_000.0]);
    page.open(0, VALUE).await;
    assert_eq!(clock.delays(), [75_000.0]);
}

#[wasm_bindgen_test]
async fn with_a_provider_silence_means_nothing() {
    let clock = Clock::new();
    let page = Page::provided("{ updated: 1 }").await;
    assert_eq!(clock.delays(), [2_147_483_647.0]);
    drop(page);
}

#[wasm_bindgen_test]
async fn a_provider_needs_neither_an_address_nor_a_user() {
    for options in [
        "{ provider() {} }",
        "{ provider() {}, uid: 7 }",
        "{ provider() {}, url: 'https://feed.test', uid: 'u1', path: 'a/b' }",
    ] {
        let page = Page::new();
        page.world.provide();
        page.engine.connect(1, &js(options)).expect("valid options");
        page.until("provide null").await;
        assert_eq!(page.requests(), 0, "{options}");
    }
}

#[wasm_bindgen_test]
async fn the_app_may_say_how_long_to_wait() {
    let clock = Clock::new();
    let page = Page::new();
    page.connect_with(
        "{ shareTabs: false, connectTimeout: 1234, silenceTimeout: 5678.9, reconnectionDelay: 0 }",
    );
    assert_eq!(clock.delays(), [1234.0]);
    page.open(0, VALUE).await;
    assert_eq!(clock.delays(), [5678.0]);
    page.take();
    clock.advance(5678.0);
    assert_eq!(
        page.take(),
        ["feed 1 stale silence: the stream fell silent"]
    );
    assert_eq!(page.requests(), 2, "it did not wait before it tried again");
    assert_eq!(clock.delays(), [1234.0]);
}

#[wasm_bindgen_test]
async fn the_wait_between_attempts_is_never_longer_than_the_longest() {
    let clock = Clock::new();
    let page = Page::new();
    page.connect_with("{ shareTabs: false, reconnectionDelay: 2000, reconnectionDelayMax: 7 }");
    for attempt in 0..5 {
        page.request(attempt).await.fail("no network");
        while clock.delays() == [30_000.0] {
            a_turn().await;
        }
        let delays = clock.delays();
        assert!(delays.len() == 1 && delays[0] <= 7.0, "{delays:?}");
        clock.advance(7.0);
    }
}

#[wasm_bindgen_test]
async fn what_the_page_was_rendered_from_is_compared_with_the_first_value() {
    for (since, refreshes) in [
        ("undefined", true),
        ("7", false),
        ("6", true),
        ("{ version: 7 }", false),
        ("{ version: 6 }", true),
    ] {
        let page = Page::new();
        let view = page.show_view();
        page.connect_with(&format!("{{ shareTabs: false, since: {since} }}"));
        page.open(0, VALUE).await;
        a_turn().await;
        let hook = format!("hook {view} ");
        let hooks = page.take().iter().any(|line| line.starts_with(&hook));
        assert_eq!(hooks, refreshes, "{since}");
    }
}
