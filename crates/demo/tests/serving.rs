//! The page's files, and what is said when they are missing.

mod support;

use remote_refresh_demo::Config;
use reqwest::StatusCode;
use support::{Demo, Scratch};

#[tokio::test]
async fn the_built_page_is_served_and_revalidated() {
    let dir = Scratch::new("www");
    std::fs::write(
        dir.0.join("index.html"),
        "<!doctype html><title>Inbox</title>",
    )
    .unwrap();
    std::fs::write(dir.0.join("app.js"), "export {}").unwrap();
    let config = Config {
        www: dir.0.clone(),
        ..Config::default()
    };
    let demo = Demo::start_with(config, Default::default()).await;
    let page = demo.stranger().get("/").await;
    assert_eq!(page.status(), StatusCode::OK);
    assert_eq!(page.headers()["cache-control"], "no-cache");
    let policy = page.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self';"
    ));
    assert!(!policy.contains("unsafe-inline") && policy.contains("frame-ancestors 'self'"));
    assert!(page.text().await.unwrap().contains("Inbox"));
    let script = demo.stranger().get("/app.js").await;
    assert!(script.headers()["content-type"]
        .to_str()
        .unwrap()
        .contains("javascript"));
    assert_eq!(
        demo.stranger().get("/missing.js").await.status(),
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        demo.stranger().get("/../Cargo.toml").await.status(),
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn an_address_without_an_ending_is_a_page_of_its_own() {
    let dir = Scratch::new("www-pages");
    std::fs::write(dir.0.join("side-by-side.html"), "<title>Two</title>").unwrap();
    let config = Config {
        www: dir.0.clone(),
        ..Config::default()
    };
    let demo = Demo::start_with(config, Default::default()).await;
    let page = demo.stranger().get("/side-by-side?theme=dark").await;
    assert_eq!(page.status(), StatusCode::OK);
    assert_eq!(page.text().await.unwrap(), "<title>Two</title>");
    for elsewhere in ["/side-by-side/", "/nowhere", "/..%2fside-by-side"] {
        let answer = demo.stranger().get(elsewhere).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{elsewhere}");
    }
}

#[tokio::test]
async fn a_page_may_ask_for_a_slow_network_within_bounds() {
    let demo = Demo::start().await;
    let asked = |latency: &'static str| {
        let request = reqwest::Client::new().get(format!("{}/api/users", demo.base));
        request.header("X-Latency", latency).send()
    };
    let started = std::time::Instant::now();
    assert_eq!(asked("50").await.unwrap().status(), StatusCode::OK);
    assert!(started.elapsed().as_millis() >= 50);
    for latency in ["2001", "-1", "soon"] {
        let answer = asked(latency).await.unwrap();
        assert_eq!(
            answer.status(),
            StatusCode::UNPROCESSABLE_ENTITY,
            "{latency}"
        );
    }
}

#[tokio::test]
async fn a_page_that_is_not_built_says_how_to_build_it() {
    let config = Config {
        www: "no/such/directory".into(),
        ..Config::default()
    };
    let demo = Demo::start_with(config, Default::default()).await;
    let page = demo.stranger().get("/").await;
    assert_eq!(page.status(), StatusCode::NOT_FOUND);
    assert!(page.text().await.unwrap().contains("npm run build"));
}
