//! What the targets start from, and what once went wrong, goes well without libFuzzer too.

use std::path::Path;

fn run(name: &str, body: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(name);
    let mut count = 0;
    for file in std::fs::read_dir(folder).expect("each target has seeds") {
        let file = file.expect("it can be read").path();
        println!("{}", file.display());
        body(&std::fs::read(file).expect("it can be read"));
        count += 1;
    }
    assert!(count > 0);
}

#[test]
fn event_streams() {
    run("sse", remote_refresh_fuzz::sse);
}

#[test]
fn paths() {
    run("path", remote_refresh_fuzz::path);
}

#[test]
fn bodies() {
    run("body", remote_refresh_fuzz::body);
}

#[test]
fn rules() {
    run("rules", remote_refresh_fuzz::rules);
}

#[test]
fn tokens() {
    run("token", remote_refresh_fuzz::token);
}
