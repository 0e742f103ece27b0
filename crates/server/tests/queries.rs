//! Queries over HTTP and on streams.

mod support;

use serde_json::{json, Value};
use support::{Answer, Server};

async fn server() -> Server {
    let server = Server::start().await;
    let rules = json!({"rules": {"d": {".indexOn": ["h", "n/deep", ".value"]}, "q": {"$any": {".indexOn": "n"}}}});
    server
        .admin("PUT", "/.settings/rules.json", &rules.to_string())
        .await;
    server
}

/// A GET of /d with these parameters.
async fn query(server: &Server, params: &[(&str, &str)]) -> Answer {
    let mut encoded = form_urlencoded::Serializer::new(String::new());
    encoded.extend_pairs(params);
    server
        .admin("GET", &format!("/d.json?{}", encoded.finish()), "")
        .await
}

#[tokio::test]
async fn a_query_without_an_order_or_with_a_bad_one_is_refused() {
    let server = server().await;
    for name in [
        "startAt",
        "endAt",
        "equalTo",
        "limitToFirst",
        "limitToLast",
        "startAfter",
        "endBefore",
    ] {
        let answer = query(&server, &[(name, "1")]).await;
        assert_eq!(answer.status, 400);
        assert_eq!(
            answer.error(),
            "orderBy must be defined when other query parameters are defined"
        );
    }
    for order in ["h", "\"$other\"", "\"\"", "1", "\"a.b\""] {
        assert_eq!(
            query(&server, &[("orderBy", order)]).await.error(),
            "orderBy must be a valid JSON encoded path",
            "{order}"
        );
    }
}

#[tokio::test]
async fn an_order_without_an_index_is_refused_even_to_administrators() {
    let server = server().await;
    let answer = query(&server, &[("orderBy", "\"x/y\"")]).await;
    assert_eq!(answer.status, 400);
    assert_eq!(
        answer.error(),
        r#"Index not defined, add ".indexOn": "x/y", for path "/d", to the rules"#
    );
    let value = server
        .admin("GET", "/e.json?orderBy=%22$value%22", "")
        .await;
    assert_eq!(
        value.error(),
        r#"Index not defined, add ".indexOn": ".value", for path "/e", to the rules"#
    );
    for order in [
        "\"$key\"",
        "\"$priority\"",
        "\"h\"",
        "\"n/deep\"",
        "\"$value\"",
        "\"/h/\"",
    ] {
        assert_eq!(
            query(&server, &[("orderBy", order)]).await.status,
            200,
            "{order}"
        );
    }
    assert_eq!(
        server
            .admin("GET", "/q/x.json?orderBy=%22n%22", "")
            .await
            .status,
        200,
        "through the wildcard"
    );
}

#[tokio::test]
async fn bounds_and_limits_that_make_no_sense_are_refused() {
    let server = server().await;
    for params in [
        &[("orderBy", "\"h\""), ("startAt", "x")][..],
        &[("orderBy", "\"h\""), ("startAt", "{}")],
        &[("orderBy", "\"h\""), ("startAt", "1,2")],
        &[("orderBy", "\"h\""), ("startAt", "1,\"a.b\"")],
        &[("orderBy", "\"h\""), ("startAt", "1 2")],
        &[("orderBy", "\"$key\""), ("startAt", "1")],
        &[("orderBy", "\"$key\""), ("startAt", "\"a\",\"b\"")],
        &[("orderBy", "\"h\""), ("startAt", "1"), ("startAfter", "1")],
        &[("orderBy", "\"h\""), ("startAt", "1"), ("equalTo", "1")],
        &[("orderBy", "\"h\""), ("limitToFirst", "0")],
        &[("orderBy", "\"h\""), ("limitToFirst", "x")],
        &[
            ("orderBy", "\"h\""),
            ("limitToFirst", "1"),
            ("limitToLast", "1"),
        ],
        &[("orderBy", "\"h\""), ("shallow", "true")],
    ] {
        let answer = query(&server, params).await;
        assert_eq!(answer.status, 400, "{params:?}: {}", answer.text);
        assert!(!answer.error().is_empty());
    }
}

#[tokio::test]
async fn a_timeout_is_checked() {
    let server = server().await;
    for good in ["3ms", "3s", "3min", "15min"] {
        assert_eq!(
            query(&server, &[("timeout", good)]).await.status,
            200,
            "{good}"
        );
    }
    for bad in ["3", "16min", "0s", "min", "3h", "99999999999999999999s"] {
        assert_eq!(
            query(&server, &[("timeout", bad)]).await.status,
            400,
            "{bad}"
        );
    }
}

#[tokio::test]
async fn a_window_can_be_exported() {
    let server = server().await;
    server
        .put(
            "/d.json",
            &json!({"a": {".value": 1, ".priority": 2}, "b": 3}),
        )
        .await;
    let answer = query(
        &server,
        &[
            ("orderBy", "\"$priority\""),
            ("startAt", "2"),
            ("format", "export"),
        ],
    )
    .await;
    assert_eq!(answer.json(), json!({"a": {".value": 1, ".priority": 2}}));
}

#[tokio::test]
async fn a_rule_can_demand_a_query() {
    let server = Server::start().await;
    let rules = json!({"rules": {"d": {".read": "query.orderByKey && query.limitToLast <= 2"}}});
    server
        .admin("PUT", "/.settings/rules.json", &rules.to_string())
        .await;
    let get = |query: &'static str| {
        let server = &server;
        async move {
            server
                .send("GET", &format!("/d.json?{query}"), &[], "")
                .await
                .status
        }
    };
    assert_eq!(get("orderBy=%22$key%22&limitToLast=2").await, 200);
    assert_eq!(get("orderBy=%22$key%22&limitToLast=3").await, 401);
    assert_eq!(get("").await, 401);
}

#[tokio::test]
async fn streams_with_one_query_share_a_window_and_each_begins_with_it() {
    let server = server().await;
    server.put("/d.json", &json!({"a": 1, "b": 2})).await;
    let path = "/d.json?orderBy=%22$key%22&limitToLast=1";
    let mut first = server.listen(path).await;
    assert_eq!(
        first.next_json().await,
        json!(["put", {"path": "/", "data": {"b": 2}}])
    );
    server.put("/d/c.json", &json!(3)).await;
    let moved = json!(["patch", {"path": "/", "data": {"b": Value::Null, "c": 3}}]);
    assert_eq!(first.next_json().await, moved);
    let mut second = server.listen(path).await;
    assert_eq!(
        second.next_json().await,
        json!(["put", {"path": "/", "data": {"c": 3}}])
    );
    drop(first);
    server.put("/d/c.json", &json!(4)).await;
    assert_eq!(
        second.next_json().await,
        json!(["put", {"path": "/c", "data": 4}])
    );
}
