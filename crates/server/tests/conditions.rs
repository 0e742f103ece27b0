//! ETags and conditional requests.

mod support;

use serde_json::json;
use support::{Answer, Server, SECRET};

const TAG: (&str, &str) = ("X-Firebase-ETag", "true");

async fn send(
    server: &Server,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    let credential = format!("Bearer {SECRET}");
    let mut all = vec![("authorization", credential.as_str())];
    all.extend_from_slice(headers);
    server.send(method, path, &all, body).await
}

fn etag(answer: &Answer) -> String {
    answer.headers["etag"]
        .to_str()
        .expect("a tag is ASCII")
        .to_owned()
}

#[tokio::test]
async fn an_etag_is_sent_only_when_asked_for_and_is_the_same_however_the_data_is_got() {
    let server = Server::start().await;
    let put = send(&server, "PUT", "/a.json", &[TAG], r#"{"x":1,"y":[2]}"#).await;
    assert_eq!(put.status, 200);
    for path in [
        "/a.json",
        "/a.json?shallow=true",
        "/a.json?print=silent",
        "/a.json?format=export",
    ] {
        let got = send(&server, "GET", path, &[TAG], "").await;
        assert_eq!(etag(&got), etag(&put), "{path}");
    }
    let plain = send(&server, "GET", "/a.json", &[], "").await;
    assert!(!plain.headers.contains_key("etag"));
    let posted = send(&server, "POST", "/list.json", &[TAG], r#"{"x":1,"y":[2]}"#).await;
    assert_eq!(etag(&posted), etag(&put));
    let exposed = &posted.headers["access-control-expose-headers"];
    assert!(exposed.to_str().expect("ASCII").contains("ETag"));
}

#[tokio::test]
async fn what_is_not_there_has_the_null_etag() {
    let server = Server::start().await;
    assert_eq!(
        etag(&send(&server, "GET", "/a.json", &[TAG], "").await),
        "null_etag"
    );
    server.put("/a.json", &json!(1)).await;
    assert_eq!(
        etag(&send(&server, "DELETE", "/a.json", &[TAG], "").await),
        "null_etag"
    );
}

#[tokio::test]
async fn a_put_on_a_condition_is_done_only_if_it_holds() {
    let server = Server::start().await;
    let first = send(
        &server,
        "PUT",
        "/a.json",
        &[TAG, ("if-match", "null_etag")],
        "1",
    )
    .await;
    assert_eq!(first.status, 200);
    let late = send(&server, "PUT", "/a.json", &[("if-match", "null_etag")], "2").await;
    assert_eq!(
        (late.status, late.json(), etag(&late)),
        (412, json!(1), etag(&first))
    );
    assert_eq!(server.get("/a.json").await, json!(1));
    let quoted = format!("\"{}\"", etag(&first));
    let second = send(&server, "PUT", "/a.json", &[("if-match", &quoted)], "2").await;
    assert_eq!(second.status, 200);
    let silent = send(
        &server,
        "PUT",
        "/a.json?print=silent",
        &[("if-match", "null_etag")],
        "3",
    )
    .await;
    assert_eq!((silent.status, silent.json()), (412, json!(2)));
}

#[tokio::test]
async fn a_delete_on_a_condition_is_done_only_if_it_holds() {
    let server = Server::start().await;
    let tag = etag(&send(&server, "PUT", "/a.json", &[TAG], r#"{"b":1}"#).await);
    server.put("/a/c.json", &json!(2)).await;
    let late = send(&server, "DELETE", "/a.json", &[("if-match", &tag)], "").await;
    assert_eq!((late.status, late.json()), (412, json!({"b": 1, "c": 2})));
    let again = send(
        &server,
        "DELETE",
        "/a.json",
        &[("if-match", &etag(&late))],
        "",
    )
    .await;
    assert_eq!((again.status, again.json()), (200, json!(null)));
}

#[tokio::test]
async fn of_many_that_add_one_on_a_condition_none_is_lost() {
    let server = Server::start().await;
    server.put("/n.json", &json!(0)).await;
    let add = |times: usize| {
        let server = &server;
        async move {
            for _ in 0..times {
                let mut got = send(server, "GET", "/n.json", &[TAG], "").await;
                loop {
                    let next = (got.json().as_u64().expect("a number") + 1).to_string();
                    let tag = etag(&got);
                    got = send(server, "PUT", "/n.json", &[("if-match", &tag)], &next).await;
                    if got.status == 200 {
                        break;
                    }
                    assert_eq!(got.status, 412);
                }
            }
        }
    };
    futures_util::future::join_all([add(10), add(10), add(10), add(10)]).await;
    assert_eq!(server.get("/n.json").await, json!(40));
}

#[tokio::test]
async fn who_has_it_already_is_told_so() {
    let server = Server::start().await;
    server.put("/a.json", &json!({"x": 1})).await;
    let first = send(&server, "GET", "/a.json", &[("if-none-match", "other")], "").await;
    assert_eq!((first.status, first.json()), (200, json!({"x": 1})));
    let tag = etag(&first);
    let again = send(&server, "GET", "/a.json", &[("if-none-match", &tag)], "").await;
    assert_eq!(
        (again.status, again.text.as_str(), etag(&again)),
        (304, "", tag.clone())
    );
    server.put("/a/x.json", &json!(2)).await;
    assert_eq!(
        send(&server, "GET", "/a.json", &[("if-none-match", &tag)], "")
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn conditions_where_they_make_no_sense_are_refused() {
    let server = Server::start().await;
    for method in ["GET", "POST", "PATCH"] {
        let answer = send(&server, method, "/a.json", &[("if-match", "x")], "{}").await;
        assert_eq!(answer.status, 400, "{method}");
        assert!(answer.error().contains("if-match"));
    }
    let answer = send(&server, "PATCH", "/a.json", &[TAG], "{}").await;
    assert_eq!(answer.status, 400);
    assert!(answer.error().contains("X-Firebase-ETag"));
}
