//! The options of the other calls, and names that none of them knows.

use remote_refresh::app::Engine;
use remote_refresh::options::{check_options, Call};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{js, refused, Page};

const CALLS: [(Call, &str); 6] = [
    (Call::CreateApp, "createApp"),
    (Call::Connect, "connect"),
    (Call::Show, "show"),
    (Call::Live, "live"),
    (Call::Observe, "observe"),
    (Call::Register, "register"),
];

fn refusal(call: Call, options: &str) -> String {
    refused(check_options(call, &js(options)))
}

/// What `createApp` says of these options.
fn app_refusal(options: &str) -> String {
    let host = js("{}").unchecked_into();
    refused(Engine::new(host, &js(options)).map(|_| ()))
}

#[wasm_bindgen_test]
fn a_name_that_was_mistyped_is_refused_with_the_nearest_one() {
    for (call, name, near) in [
        (Call::Connect, "shareTab", "shareTabs"),
        (Call::Connect, "sharetabs", "shareTabs"),
        (Call::Connect, "ulr", "url"),
        (Call::Connect, "conectTimeout", "connectTimeout"),
        (
            Call::Connect,
            "reconnectionDelayMAx",
            "reconnectionDelayMax",
        ),
        (Call::Connect, "silentTimeout", "silenceTimeout"),
        (Call::CreateApp, "debounc", "debounce"),
        (Call::CreateApp, "fetchRetrys", "fetchRetries"),
        (Call::CreateApp, "concurency", "concurrency"),
        (Call::CreateApp, "clientID", "clientId"),
        (Call::Show, "sinze", "since"),
        (Call::Live, "vai", "via"),
        (Call::Live, "types", "type"),
        (Call::Observe, "headers", "header"),
        (Call::Register, "parents", "parent"),
        (Call::Register, "childen", "children"),
    ] {
        assert_eq!(
            refusal(call, &format!("{{ {name}: 1 }}")),
            format!("invalid-options: unknown option `{name}`; did you mean `{near}`?")
        );
    }
}

#[wasm_bindgen_test]
fn a_name_that_is_like_none_is_refused_with_all_that_there_are() {
    for (call, name) in CALLS {
        let error = refusal(call, "{ backgroundColour: 1 }");
        let begins = format!(
            "invalid-options: unknown option `backgroundColour`; the options of `{name}` are "
        );
        assert!(error.starts_with(&begins), "{error}");
    }
    assert!(refusal(Call::Live, "{ colour: 1 }")
        .ends_with("are defer, options, remember, single, type, via"));
}

#[wasm_bindgen_test]
fn names_of_an_objects_own_are_unknown_like_any_other() {
    for name in ["constructor", "toString", "['__proto__']"] {
        let error = refusal(Call::Connect, &format!("{{ {name}: 1 }}"));
        assert!(
            error.starts_with("invalid-options: unknown option `"),
            "{error}"
        );
    }
}

#[wasm_bindgen_test]
fn options_of_one_call_are_unknown_to_another() {
    for (call, options) in [
        (Call::CreateApp, "{ url: 'https://feed.test' }"),
        (Call::Connect, "{ concurrency: 2 }"),
        (Call::Show, "{ type: 'Message' }"),
        (Call::Register, "{ since: 1 }"),
    ] {
        assert!(refusal(call, options).starts_with("invalid-options: unknown option"));
    }
}

#[wasm_bindgen_test]
fn an_unknown_option_that_is_undefined_or_null_is_none() {
    for (call, _) in CALLS {
        for options in [
            "undefined",
            "null",
            "{}",
            "{ noSuchOption: undefined }",
            "{ noSuchOption: null }",
            "Object.create({ noSuchOption: 1 })",
        ] {
            assert!(check_options(call, &js(options)).is_ok(), "{options}");
        }
    }
}

#[wasm_bindgen_test]
fn options_must_be_an_object() {
    for (call, name) in CALLS {
        for options in ["5", "'x'", "true", "() => ({})", "Symbol()"] {
            let error = refusal(call, options);
            let begins = format!("invalid-options: the options of `{name}` must be an object: {{");
            assert!(error.starts_with(&begins), "{options}: {error}");
        }
    }
}

#[wasm_bindgen_test]
fn flags_are_flags_and_functions_functions() {
    for (call, option, value, rule) in [
        (Call::CreateApp, "defer", "'no'", "true or false"),
        (Call::CreateApp, "explain", "1", "true or false"),
        (Call::CreateApp, "typeOf", "'Message'", "a function"),
        (Call::Live, "defer", "0", "true or false"),
        (Call::Live, "remember", "{}", "true or false"),
        (Call::Live, "single", "'yes'", "true or false"),
        (Call::Observe, "header", "5", "a string"),
        (Call::Observe, "header", "false", "a string"),
    ] {
        assert_eq!(
            refusal(call, &format!("{{ {option}: {value} }}")),
            format!("invalid-options: `{option}` must be {rule}")
        );
    }
    let children = refusal(Call::Register, "{ children: 'rows' }");
    assert!(
        children.starts_with("invalid-options: `children` must be "),
        "{children}"
    );
}

#[wasm_bindgen_test]
fn live_says_what_a_type_and_a_way_to_fetch_must_be() {
    for options in ["{ type: '' }", "{ type: 5 }", "{ type: {} }"] {
        let error = refusal(Call::Live, options);
        assert!(error.starts_with("invalid-live: `type` must be"), "{error}");
    }
    assert_eq!(
        refusal(Call::Live, "{ via: 'pagr' }"),
        "invalid-live: unknown `via` 'pagr'; did you mean 'pager'?"
    );
    for options in ["{ via: 'socket' }", "{ via: 5 }", "{ via: {} }"] {
        let error = refusal(Call::Live, options);
        assert!(
            error.starts_with("invalid-live: `via` must be 'fetch', 'pager' or a function"),
            "{error}"
        );
    }
}

#[wasm_bindgen_test]
fn what_is_right_is_taken() {
    for (call, options) in [
        (
            Call::CreateApp,
            "{ defer: false, explain: true, typeOf() {} }",
        ),
        (
            Call::Live,
            "{ type: 'Message', via: 'pager', single: true }",
        ),
        (
            Call::Live,
            "{ via: 'fetch', defer: false, remember: true, options: { data: {} } }",
        ),
        (Call::Live, "{ via: () => {} }"),
        (Call::Show, "{ since: 5 }"),
        (Call::Observe, "{ header: 'X-Client' }"),
        (Call::Register, "{ parent: {}, children: [] }"),
        (Call::Register, "{ children: () => [] }"),
    ] {
        assert!(check_options(call, &js(options)).is_ok(), "{options}");
    }
}

#[wasm_bindgen_test]
fn create_app_names_the_option_that_is_wrong() {
    for (option, values) in [
        ("clientId", &["5", "{}", "true"][..]),
        (
            "concurrency",
            &["0", "-1", "1.5", "NaN", "'6'", "Infinity", "1e10"],
        ),
        ("debounce", &["-1", "NaN", "2 ** 31", "'1s'"]),
        ("defer", &["'no'", "1"]),
        ("explain", &["'no'", "1"]),
        ("fetchRetries", &["-1", "0.5", "NaN", "'5'"]),
        ("fetchTimeout", &["-1", "NaN", "2 ** 31", "{}"]),
        ("maxWait", &["-1", "NaN", "2 ** 31", "[]"]),
        ("typeOf", &["'Message'", "{}"]),
    ] {
        for value in values {
            let error = app_refusal(&format!("{{ {option}: {value} }}"));
            let names = format!("invalid-options: `{option}` must be ");
            assert!(error.starts_with(&names), "{option} {value}: {error}");
        }
    }
}

#[wasm_bindgen_test]
fn create_app_refuses_what_is_no_object_and_names_it_does_not_know() {
    for options in ["5", "'x'", "true"] {
        let error = app_refusal(options);
        assert!(error.contains("must be an object"), "{options}: {error}");
    }
    assert_eq!(
        app_refusal("{ debounc: 1 }"),
        "invalid-options: unknown option `debounc`; did you mean `debounce`?"
    );
}

#[wasm_bindgen_test]
fn create_app_takes_what_is_right_and_nothing_at_all() {
    for options in [
        "{}",
        "{ clientId: 'c-1', concurrency: 1, debounce: 0, maxWait: 1.5, fetchRetries: 0, fetchTimeout: 2 ** 31 - 1 }",
        "{ clientId: undefined, concurrency: null, typeOf: undefined }",
    ] {
        drop(Page::with(options));
    }
}
