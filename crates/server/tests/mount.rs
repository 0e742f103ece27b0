//! The feed in an app of one's own, on the same port.

mod support;

use axum::routing::get;
use axum::Router;
use remote_refresh_server::{Config, FeedServer, Storage};
use serde_json::json;
use support::{Server, SECRET};

fn feed() -> FeedServer {
    FeedServer::open(Config::new(Storage::Memory, SECRET)).expect("the configuration is good")
}

#[tokio::test]
async fn paths_that_end_in_json_are_the_feeds_and_all_others_the_apps() {
    let feed = feed();
    let app = Router::new()
        .route("/api/hello", get(|| async { "hello" }))
        .fallback(|| async { "page" });
    let server = Server::serve(feed.clone(), feed.mount(app)).await;
    assert_eq!(
        server.send("GET", "/api/hello", &[], "").await.text,
        "hello"
    );
    assert_eq!(server.send("GET", "/any/page", &[], "").await.text, "page");
    let mut stream = server.listen("/a.json").await;
    stream.next().await;
    server.put("/a/b.json", &json!(1)).await;
    assert_eq!(
        stream.next_json().await,
        json!(["put", {"path": "/b", "data": 1}])
    );
    server.stop().await;
}

#[tokio::test]
async fn a_prefix_is_not_part_of_the_datas_paths() {
    let feed = feed();
    let app = Router::new().nest("/feed", feed.router());
    let server = Server::serve(feed, app).await;
    server.put("/feed/a.json", &json!(1)).await;
    assert_eq!(server.get("/feed/.json").await, json!({"a": 1}));
}
