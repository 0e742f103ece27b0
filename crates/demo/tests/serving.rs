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
