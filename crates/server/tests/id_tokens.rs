//! ID tokens over HTTP: who bears one is who it says, under the rules.

mod support;

use remote_refresh_core::time::Millis;
use remote_refresh_server::token::IdTokens;
use remote_refresh_server::Clock;
use serde_json::json;
use support::Server;

const SECONDS: u64 = 1_700_000_000;

fn id_token(uid: &str, kid: Option<&str>) -> String {
    let claims = json!({
        "iss": "https://securetoken.google.com/demo", "aud": "demo", "sub": uid, "user_id": uid, "role": "editor",
        "iat": SECONDS, "exp": SECONDS + 3600, "firebase": {"sign_in_provider": "password"}
    });
    support::id_token::signed(kid, &claims)
}

#[tokio::test]
async fn an_id_token_is_a_credential_where_its_project_is_known() {
    let server = Server::with(|config| {
        config.clock = Clock::new(|| Millis::from_secs(SECONDS + 1));
        let ids = IdTokens::new("demo", include_str!("support/id_token_jwks.json"));
        config.id_tokens = Some(ids.expect("it is a key set"));
    })
    .await;
    let rules = json!({"rules": {"notes": {"$uid": {
        ".read": "auth.uid == $uid && auth.provider == 'password'",
        ".write": "auth.token.role == 'editor' && auth.uid == $uid"
    }}}});
    server
        .admin("PUT", "/.settings/rules.json", &rules.to_string())
        .await;
    let good = id_token("u1", Some("test"));
    let answer = server
        .send("PUT", &format!("/notes/u1.json?auth={good}"), &[], "7")
        .await;
    assert_eq!((answer.status, answer.json()), (200, json!(7)));
    let bearer = format!("Bearer {good}");
    let answer = server
        .send("GET", "/notes/u1.json", &[("authorization", &bearer)], "")
        .await;
    assert_eq!(answer.json(), json!(7));
    assert_eq!(
        server
            .send("GET", &format!("/notes/u2.json?auth={good}"), &[], "")
            .await
            .error(),
        "Permission denied"
    );
    let nameless = id_token("u1", None);
    let answer = server
        .send("GET", &format!("/notes/u1.json?auth={nameless}"), &[], "")
        .await;
    assert_eq!(
        (answer.status, answer.error().as_str()),
        (401, "Missing claim 'kid' in auth header.")
    );
    let long = "x".repeat(9000);
    let answer = server
        .send("GET", &format!("/notes/u1.json?auth={long}"), &[], "")
        .await;
    assert_eq!(answer.error(), "Could not parse auth token.");
}

#[tokio::test]
async fn an_id_token_is_nothing_where_no_project_is_known() {
    let server = Server::start().await;
    let answer = server
        .send(
            "GET",
            &format!("/a.json?auth={}", id_token("u1", Some("test"))),
            &[],
            "",
        )
        .await;
    assert_eq!(
        (answer.status, answer.error().as_str()),
        (401, "Could not parse auth token.")
    );
}
