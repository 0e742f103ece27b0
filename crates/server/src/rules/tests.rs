//! Whole rules files, run against data.

use remote_refresh_core::wire::parse_json;
use serde_json::json;

use super::*;
use crate::data::Tree;

const NOW: Millis = Millis(1_700_000_000_000);

fn rules(json: Json) -> Rules {
    Rules::parse(&json!({ "rules": json }).to_string()).expect("the test's rules are good")
}

fn node(json: &Json) -> Option<Node> {
    Node::from_json(json).expect("the test uses valid data")
}

fn path(text: &str) -> Path {
    Path::parse(text).expect("the test uses valid paths")
}

fn reads(rules: &Rules, auth: Json, data: &Json, at: &str) -> bool {
    let asked = Asked {
        auth: &auth,
        now: NOW,
    };
    rules.may_read(
        asked,
        &path(at),
        &QueryFacts::none(),
        &Tree(node(data).as_ref()),
    )
}

fn writes(rules: &Rules, auth: Json, data: &Json, puts: &[(&str, Json)]) -> bool {
    let before = node(data);
    let mut puts: Vec<_> = puts
        .iter()
        .map(|(at, data)| (path(at), node(data)))
        .collect();
    puts.sort_by(|(a, _), (b, _)| a.cmp(b));
    let asked = Asked {
        auth: &auth,
        now: NOW,
    };
    rules.may_write(
        asked,
        Sides {
            before: &Tree(before.as_ref()),
            puts: &puts,
        },
    )
}

/// Whether an expression holds as a `.read` at the root.
fn holds(expression: &str, auth: Json, data: &Json) -> bool {
    reads(&rules(json!({ ".read": expression })), auth, data, "/")
}

#[test]
fn the_default_lets_a_user_read_their_own_node_and_nothing_else() {
    let rules = Rules::parse(DEFAULT_RULES).expect("the default is good");
    let user = json!({"uid": "u1"});
    for allowed in ["/users/u1", "/users/u1/models/Message"] {
        assert!(
            reads(&rules, user.clone(), &Json::Null, allowed),
            "{allowed}"
        );
    }
    for denied in ["/", "/users", "/users/u2", "/users/u11", "/u1", "/other/u1"] {
        assert!(
            !reads(&rules, user.clone(), &Json::Null, denied),
            "{denied}"
        );
    }
    assert!(!reads(&rules, Json::Null, &Json::Null, "/users/u1"));
    assert!(!rules.could_write(&Path::root()));
    assert!(!writes(
        &rules,
        user,
        &Json::Null,
        &[("/users/u1", json!(1))]
    ));
}

#[test]
fn reading_is_granted_from_above_and_never_taken_back_below() {
    let rules =
        rules(json!({"a": {".read": true, "b": {".read": false}}, "c": {"d": {".read": true}}}));
    for (at, allowed) in [
        ("/a", true),
        ("/a/b", true),
        ("/a/x/y", true),
        ("/c", false),
        ("/c/d", true),
        ("/", false),
    ] {
        assert_eq!(reads(&rules, Json::Null, &Json::Null, at), allowed, "{at}");
    }
}

#[test]
fn a_child_with_its_own_rules_is_not_the_wildcards() {
    let rules = rules(json!({"own": {}, "$any": {".read": "$any == 'x' || $any == 'own'"}}));
    for (at, allowed) in [("/x", true), ("/y", false), ("/own", false)] {
        assert_eq!(reads(&rules, Json::Null, &Json::Null, at), allowed, "{at}");
    }
}

#[test]
fn a_write_is_judged_by_what_was_and_what_will_be() {
    let rules =
        rules(json!({"a": {".write": "!data.exists() || newData.val() == data.val() + 1"}}));
    assert!(writes(
        &rules,
        Json::Null,
        &json!(null),
        &[("/a", json!(7))]
    ));
    assert!(writes(
        &rules,
        Json::Null,
        &json!({"a": 7}),
        &[("/a", json!(8))]
    ));
    assert!(!writes(
        &rules,
        Json::Null,
        &json!({"a": 7}),
        &[("/a", json!(9))]
    ));
    assert!(!writes(
        &rules,
        Json::Null,
        &json!({"a": 7}),
        &[("/a", json!(null))]
    ));
    assert!(
        !writes(&rules, Json::Null, &json!({"a": "x"}), &[("/a", json!(8))]),
        "it fails, so it is false"
    );
}

#[test]
fn new_data_is_validated_on_the_way_and_below() {
    let rules = rules(json!({
        ".write": true,
        "a": {".validate": "newData.hasChildren(['x', 'y'])", "$key": {".validate": "newData.isNumber() && $key.length == 1"}}
    }));
    let full = json!({"a": {"x": 1, "y": 2}});
    assert!(writes(
        &rules,
        Json::Null,
        &json!(null),
        &[("/a", json!({"x": 1, "y": 2}))]
    ));
    assert!(!writes(
        &rules,
        Json::Null,
        &json!(null),
        &[("/a", json!({"x": 1}))]
    ));
    assert!(!writes(
        &rules,
        Json::Null,
        &json!(null),
        &[("/", json!({"a": {"x": 1, "y": "2"}}))]
    ));
    assert!(writes(&rules, Json::Null, &full, &[("/a/x", json!(3))]));
    assert!(!writes(&rules, Json::Null, &full, &[("/a/x", json!("3"))]));
    assert!(!writes(&rules, Json::Null, &full, &[("/a/long", json!(3))]));
    assert!(
        !writes(&rules, Json::Null, &full, &[("/a/x", json!(null))]),
        "the parent would lack x"
    );
    assert!(
        writes(&rules, Json::Null, &full, &[("/a", json!(null))]),
        "what goes is not validated"
    );
}

#[test]
fn a_write_of_many_places_is_allowed_or_refused_as_one() {
    let rules = rules(json!({
        "a": {".write": "newData.parent().child('b').val() == newData.val()"},
        "b": {".write": true},
        "c": {}
    }));
    assert!(writes(
        &rules,
        Json::Null,
        &json!(null),
        &[("/a", json!(1)), ("/b", json!(1))]
    ));
    assert!(!writes(
        &rules,
        Json::Null,
        &json!(null),
        &[("/a", json!(1)), ("/b", json!(2))]
    ));
    assert!(!writes(
        &rules,
        Json::Null,
        &json!(null),
        &[("/b", json!(1)), ("/c", json!(1))]
    ));
}

#[test]
fn expressions_come_to_what_they_should() {
    let data = json!({"n": 5, "s": "größe", "b": true, "o": {"x": {"y": 1}}, "p": {".value": 1, ".priority": "pri"}});
    let auth = json!({"uid": "u1", "token": {"email": "A@B.c", "groups": ["g", "h"], "admin": true, "n": 2}});
    for (expression, expected) in [
        (
            "root.child('o/x').hasChild('y') && root.hasChildren(['n', 's'])",
            true,
        ),
        (
            "root.child('o').hasChildren() && !root.child('n').hasChildren()",
            true,
        ),
        (
            "root.child('p').getPriority() == 'pri' && root.child('n').getPriority() == null",
            true,
        ),
        (
            "root.child('s').val().length == 5 && root.child('s').val().toUpperCase() == 'GRÖSSE'",
            true,
        ),
        (
            "root.child('o/x/y').parent().parent().child('x').exists()",
            true,
        ),
        (
            "root.child('zz').val() == null && root.child('').exists() == false",
            true,
        ),
        (
            "root.child('n').val() % 3 == 2 && -root.child('n').val() == -5 && 7 / 2 == 3.5",
            true,
        ),
        ("1 / 0 == 1 / 0", false),
        (
            "root.child('n').val() + 'x' == '5x' && 0.1 + 0.2 + '' == '0.30000000000000004'",
            true,
        ),
        (
            "auth.token.groups[1] == 'h' && auth.token['email'].toLowerCase() == 'a@b.c'",
            true,
        ),
        ("auth.token.nothing.at.all == null", true),
        (
            "!(auth.token.nothing == true) && !(auth.token.admin != true)",
            true,
        ),
        ("auth.token == auth.token && auth.token != auth", true),
        ("auth.token.groups == null", false),
        ("auth.token.groups == null || true", false),
        (
            "'abab'.replace('ab', 'x') == 'xx' && 'abc'.endsWith('bc') && 'aa'.endsWith('a')",
            true,
        ),
        (
            "'abc'.beginsWith('ab') && 'abc'.contains('') && !'abc'.contains('d')",
            true,
        ),
        ("auth.uid.matches(/^U\\d$/i)", true),
        ("root.child('n').val() > 'a'", false),
        ("root.child('n').val() > 'a' || true", false),
        ("root.parent().exists() || true", false),
        ("root.child(auth.token.n).exists() || true", false),
        (
            "(auth.uid == 'u1' ? root.child('n').val() : 'no') == 5",
            true,
        ),
        ("now == 1700000000000", true),
        ("root.child('o').val() == root.child('o').val()", false),
        ("root.child('o').val() != null", true),
        ("'\u{e000}' > '😀'", true),
    ] {
        assert_eq!(
            holds(expression, auth.clone(), &data),
            expected,
            "{expression}"
        );
    }
}

#[test]
fn a_rule_may_look_at_the_query() {
    let rules = rules(
        json!({".read": "query.orderByChild == 'age' && query.limitToFirst <= 10 && query.startAt == 3"}),
    );
    let asked = Asked {
        auth: &Json::Null,
        now: NOW,
    };
    let mut query = QueryFacts {
        order_by: Some("age".to_owned()),
        start_at: json!(3),
        limit_to_first: Some(10),
        ..QueryFacts::none()
    };
    assert!(rules.may_read(asked, &Path::root(), &query, &Tree(None)));
    query.limit_to_first = None;
    assert!(!rules.may_read(asked, &Path::root(), &query, &Tree(None)));
    assert!(!rules.may_read(asked, &Path::root(), &QueryFacts::none(), &Tree(None)));
}

#[test]
fn a_mistake_is_found_in_the_file() {
    for (source, line, column) in [
        (
            "{\n  \"rules\": {\n    \".read\": \"auth.uid = 'x'\"\n  }\n}",
            3,
            24,
        ),
        ("{\"rules\": {\".read\": \"\\\"a\\\" == $x\"}}", 1, 31),
        ("{\"rules\": {\".raed\": true}}", 1, 12),
        ("{\"rules\": {\".read\": 1}}", 1, 21),
        ("{\"rules\": {\"$a\": {\"$a\": {}}}}", 1, 19),
        ("{\"rules\": {\"$a\": {}, \"$b\": {}}}", 1, 22),
        ("{\"rules\": {\"a.b\": {}}}", 1, 12),
        ("{\"rules\": {\"a\": true}}", 1, 17),
        ("{\"rules\": {\".read\": \"newData.exists()\"}}", 1, 22),
        ("{\"rules\": {}, \"x\": {}}", 1, 1),
        ("[]", 1, 1),
        ("{\"rules\": {\".indexOn\": [1]}}", 1, 25),
    ] {
        let error = Rules::parse(source).expect_err(source);
        assert_eq!(
            (error.line, error.column),
            (line, column),
            "{source}: {error}"
        );
    }
}

#[test]
fn indexes_are_found_through_wildcards() {
    let rules =
        rules(json!({"a": {"$x": {".indexOn": ["n", "o/p", ".value"]}, "own": {".indexOn": "q"}}}));
    assert_eq!(rules.indexed(&path("/a/b")), ["n", "o/p", ".value"]);
    assert_eq!(rules.indexed(&path("/a/own")), ["q"]);
    assert!(rules.indexed(&path("/a")).is_empty() && rules.indexed(&path("/z/z")).is_empty());
}

#[test]
fn where_no_rule_could_allow_a_write_that_is_known_beforehand() {
    let rules = rules(json!({"a": {"b": {".write": "auth != null"}}, "c": {".read": true}}));
    for (at, could) in [
        ("/", true),
        ("/a", true),
        ("/a/b/c", true),
        ("/c", false),
        ("/z", false),
        ("/a/z", false),
    ] {
        assert_eq!(rules.could_write(&path(at)), could, "{at}");
    }
    assert_eq!(parse_json("1").expect("it is JSON"), node(&json!(1)));
}
