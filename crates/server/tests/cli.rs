//! The program's small commands, and its configuration file.

mod support;

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

use serde_json::json;
use support::process::Process;
use support::{soon, Server, SECRET};

fn program() -> Command {
    let mut command = Command::new(support::program());
    command.env("REMOTE_REFRESH_SECRET", SECRET);
    command
}

/// A running program; it ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn rules_are_checked_and_tried() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("rules.json");
    let check = || program().arg("rules").arg(&file).output().expect("it runs");
    std::fs::write(&file, remote_refresh_server::DEFAULT_RULES).expect("writes");
    assert!(check().status.success());
    std::fs::write(&file, "{\"rules\":\n {\".read\": \"x\"}}").expect("writes");
    let refused = check();
    assert!(!refused.status.success());
    let text = String::from_utf8(refused.stderr).expect("text");
    assert!(
        text.contains("Line 2, column 13: No such variable: x."),
        "{text}"
    );

    let mut trial = program();
    trial
        .args(["rules", "--cases"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut trial = trial.spawn().expect("it runs");
    let cases = "{\"rules\":{\"rules\":{\".read\":true}},\"read\":\"/\"}\n{\"rules\":{\"rules\":{}},\"read\":\"/\"}\nx\n";
    trial
        .stdin
        .take()
        .expect("it is piped")
        .write_all(cases.as_bytes())
        .expect("it reads");
    let out = trial.wait_with_output().expect("it ends");
    let lines: Vec<_> = out.stdout.lines().map(|line| line.expect("text")).collect();
    assert_eq!(lines[..2], ["true", "false"]);
    assert!(lines[2].starts_with("error trial_bad_case"));
}

#[test]
fn a_configuration_file_sets_what_no_flag_does() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("feed.toml");
    let data = folder.path().join("from-file.redb");
    std::fs::write(
        &file,
        format!("listen = \"127.0.0.1:0\"\ndata = {data:?}\nkeep-alive = 5\n"),
    )
    .expect("writes");
    let mut server = program();
    server
        .arg("--config")
        .arg(&file)
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut server = Running(server.spawn().expect("it runs"));
    let mut line = String::new();
    BufReader::new(server.0.stdout.take().expect("it is piped"))
        .read_line(&mut line)
        .expect("it says where");
    assert!(line.starts_with("listening on http://127.0.0.1:"), "{line}");
    assert!(data.exists());
    std::fs::write(&file, "lisen = 'x'\n").expect("writes");
    let refused = program()
        .arg("--config")
        .arg(&file)
        .output()
        .expect("it runs");
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("There is no setting \"lisen\""));
}

#[tokio::test]
async fn in_memory_nothing_is_kept_and_no_file_is_made() {
    let folder = tempfile::tempdir().expect("a folder");
    for _ in 0..2 {
        let server = Process::start(&folder.path().join("feed.redb"), &["--memory"]);
        let client = reqwest::Client::new();
        let at = format!("{}/a.json", server.url);
        let read = || async {
            let answer = soon(client.get(&at).bearer_auth(SECRET).send()).await;
            soon(answer.expect("it answers").text())
                .await
                .expect("text")
        };
        assert_eq!(read().await, "null");
        let put = client.put(&at).bearer_auth(SECRET).body("7").send();
        assert_eq!(soon(put).await.expect("it answers").status(), 200);
        assert_eq!(read().await, "7");
    }
    let entries = std::fs::read_dir(folder.path()).expect("it can be read");
    let names: Vec<_> = entries
        .map(|entry| entry.expect("it can be read").file_name())
        .collect();
    assert_eq!(names, ["feed.log"], "what the server says, and no data");
}

#[test]
fn emulator_mode_is_refused_where_others_could_reach_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut server = program();
    server
        .current_dir(&folder)
        .args(["--emulator", "--listen", "0.0.0.0:0"]);
    let refused = server.output().expect("it runs");
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("loopback"));
}

#[tokio::test]
async fn a_node_is_followed_in_the_terminal() {
    let server = Server::start().await;
    server.put("/a.json", &json!(1)).await;
    let mut watch = program();
    watch
        .args(["watch", &format!("{}/a.json", server.url)])
        .env("REMOTE_REFRESH_AUTH", SECRET);
    let mut watch = Running(watch.stdout(Stdio::piped()).spawn().expect("it runs"));
    let out = BufReader::new(watch.0.stdout.take().expect("it is piped"));
    let line = tokio::task::spawn_blocking(move || out.lines().next());
    let line = support::soon(line)
        .await
        .expect("no panic")
        .expect("a line")
        .expect("text");
    assert_eq!(line, r#"put {"path":"/","data":1}"#);
}

#[test]
fn the_program_mints_tokens_and_says_what_is_missing() {
    let run = |secret: Option<&str>, args: &[&str]| {
        let mut command = Command::new(support::program());
        command
            .args(args)
            .env_remove("REMOTE_REFRESH_SECRET")
            .env_remove("REMOTE_REFRESH_SECRET_FILE");
        if let Some(secret) = secret {
            command.env("REMOTE_REFRESH_SECRET", secret);
        }
        let output = command.output().expect("the program starts");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it speaks UTF-8");
        (
            output.status.success(),
            text(output.stdout),
            text(output.stderr),
        )
    };
    let (done, token, _) = run(Some(SECRET), &["token", "u1", "--lifetime", "60"]);
    assert!(done && token.trim().split('.').count() == 3, "{token}");
    let (done, _, message) = run(Some(SECRET), &["token", "a.b"]);
    assert!(!done && message.contains("A uid must have"), "{message}");
    let (done, _, message) = run(None, &[]);
    assert!(!done && message.contains("No secret"), "{message}");
    let (done, help, _) = run(Some("never shown"), &["--help"]);
    assert!(done && !help.contains("never shown"));
    for name in [
        "--listen",
        "--data",
        "--secret-file",
        "--keep-alive",
        "--max-body",
        "--max-queued-events",
        "token",
    ] {
        assert!(help.contains(name), "{name} is missing in {help}");
    }
}
