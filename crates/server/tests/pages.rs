//! Which pages may ask: any, or those of a list.

mod support;

use support::{Answer, Server, SECRET};

fn header<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    Some(answer.headers.get(name)?.to_str().expect("a text"))
}

async fn server(origins: &[&str]) -> Server {
    let origins = origins.iter().map(|&origin| origin.to_owned()).collect();
    Server::with(|config| config.allow_origins = origins).await
}

const PREFLIGHT: [(&str, &str); 3] = [
    ("origin", "https://app.example"),
    ("access-control-request-method", "PUT"),
    ("access-control-request-headers", "authorization,x-other"),
];

#[tokio::test]
async fn without_a_list_any_page_may() {
    let server = server(&[]).await;
    let asked = server.send("OPTIONS", "/a.json", &PREFLIGHT, "").await;
    assert_eq!((asked.status, asked.text.as_str()), (204, ""));
    assert_eq!(header(&asked, "access-control-allow-origin"), Some("*"));
    assert_eq!(header(&asked, "access-control-max-age"), Some("7200"));
    assert_eq!(header(&asked, "vary"), None);
    let denied = server.send("GET", "/a.json", &PREFLIGHT[..1], "").await;
    assert_eq!(denied.status, 401);
    assert_eq!(header(&denied, "access-control-allow-origin"), Some("*"));
    assert_eq!(
        header(&denied, "access-control-expose-headers"),
        Some("ETag, Retry-After")
    );
}

#[tokio::test]
async fn with_a_list_only_its_pages_may_and_answers_say_that_they_differ() {
    let server = server(&["https://other.example", "https://app.example"]).await;
    let asked = server.send("OPTIONS", "/a.json", &PREFLIGHT, "").await;
    assert_eq!(
        header(&asked, "access-control-allow-origin"),
        Some("https://app.example")
    );
    assert_eq!(
        header(&asked, "access-control-allow-headers"),
        Some("authorization,x-other")
    );
    assert_eq!(header(&asked, "vary"), Some("Origin"));
    let credential = format!("Bearer {SECRET}");
    for (origin, path, status) in [
        ("https://app.example", "/a.json", 200),
        ("https://app.example", "/a.json?print=no", 400),
        ("https://app.example", "/nothing", 404),
        ("https://app.example", "/healthz", 200),
        ("https://foreign.example", "/a.json", 200),
        ("null", "/a.json", 200),
    ] {
        let headers = [("origin", origin), ("authorization", credential.as_str())];
        let answer = server.send("GET", path, &headers, "").await;
        assert_eq!(answer.status, status, "{path}");
        let allowed = (origin == "https://app.example").then_some(origin);
        assert_eq!(header(&answer, "access-control-allow-origin"), allowed);
        assert_eq!(header(&answer, "vary"), Some("Origin"), "{path}");
    }
    let foreign = [("origin", "https://foreign.example"), PREFLIGHT[1]];
    let asked = server.send("OPTIONS", "/a.json", &foreign, "").await;
    assert_eq!(header(&asked, "access-control-allow-origin"), None);
    assert_eq!(header(&asked, "access-control-allow-methods"), None);
}

#[tokio::test]
async fn streams_and_old_answers_are_for_the_same_pages() {
    let server = server(&["https://app.example"]).await;
    let request = server
        .client
        .get(format!("{}/a.json?sse=true", server.url))
        .header("origin", "https://app.example")
        .bearer_auth(SECRET);
    let stream = support::soon(request.send()).await.expect("it answers");
    assert_eq!(
        stream.headers()["access-control-allow-origin"],
        "https://app.example"
    );
    assert_eq!(stream.headers()["vary"], "Origin");
    let credential = format!("Bearer {SECRET}");
    let headers = [
        ("origin", "https://app.example"),
        ("authorization", credential.as_str()),
        ("if-none-match", "null_etag"),
    ];
    let old = server.send("GET", "/a.json", &headers, "").await;
    assert_eq!(old.status, 304);
    assert_eq!(
        header(&old, "access-control-allow-origin"),
        Some("https://app.example")
    );
}

#[tokio::test]
async fn what_may_be_done_is_said_also_to_who_asks_for_something_else() {
    let server = Server::start().await;
    let asked = server.send("OPTIONS", "/a.json", &[], "").await;
    let all = "GET, HEAD, PUT, PATCH, POST, DELETE, OPTIONS";
    assert_eq!(header(&asked, "allow"), Some(all));
    let refused = server.admin("TRACE", "/a.json", "").await;
    assert_eq!(
        (refused.status, header(&refused, "allow")),
        (405, Some(all))
    );
    let refused = server.admin("POST", "/.settings/rules.json", "{}").await;
    assert_eq!(
        (refused.status, header(&refused, "allow")),
        (405, Some("GET, HEAD, PUT, OPTIONS"))
    );
    let head = server.admin("HEAD", "/.settings/rules.json", "").await;
    assert_eq!((head.status, head.text.as_str()), (200, ""));
}

#[tokio::test]
async fn one_database_is_served_under_its_name_or_under_any() {
    let server = Server::with(|config| config.namespace = Some("demo".to_owned())).await;
    for (path, status) in [
        ("/a.json", 200),
        ("/a.json?ns=demo", 200),
        ("/a.json?ns=other", 404),
    ] {
        assert_eq!(server.admin("GET", path, "").await.status, status, "{path}");
    }
    let unknown = server.admin("PUT", "/a.json?ns=other", "1").await;
    assert_eq!(
        unknown.error(),
        "There is no such database here. Leave ns out, or name the one that is served."
    );
    let any = Server::start().await;
    assert_eq!(any.admin("GET", "/a.json?ns=other", "").await.status, 200);
}

#[tokio::test]
async fn an_answer_can_be_a_file_to_keep() {
    let server = Server::start().await;
    let disposition = |answer: &Answer| header(answer, "content-disposition").map(str::to_owned);
    let named = server
        .admin("GET", "/a.json?download=a%20%22%C3%BC.json", "")
        .await;
    assert_eq!(
        disposition(&named).as_deref(),
        Some("attachment; filename*=UTF-8''a%20%22%C3%BC.json")
    );
    let plain = server.admin("GET", "/a.json", "").await;
    assert_eq!(disposition(&plain), None);
    let written = server.admin("PUT", "/a.json?download=x", "1").await;
    assert_eq!((written.status, disposition(&written)), (200, None));
}
