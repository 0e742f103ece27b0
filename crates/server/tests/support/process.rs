//! The server as a process of its own: to be killed, and to be weighed.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::{program, SECRET};

/// A running server; killed when dropped.
pub(crate) struct Process {
    child: Child,
    pub(crate) url: String,
    /// Where what it logs goes.
    log: PathBuf,
}

impl Process {
    /// Starts it on the file `data`, with these flags beside.
    pub(crate) fn start(data: &Path, flags: &[&str]) -> Self {
        let log = data.with_extension("log");
        let output = File::options().append(true).create(true).open(&log);
        let mut child = Command::new(program())
            .args(["--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .args(flags)
            .env("REMOTE_REFRESH_SECRET", SECRET)
            .stdout(Stdio::piped())
            .stderr(output.expect("a log can be written"))
            .spawn()
            .expect("the server starts");
        let mut line = String::new();
        let output = child.stdout.take().expect("it is piped");
        BufReader::new(output)
            .read_line(&mut line)
            .expect("it says something");
        let Some(url) = line.trim().strip_prefix("listening on ") else {
            panic!(
                "it does not listen: {}",
                std::fs::read_to_string(log).unwrap_or_default()
            );
        };
        let url = url.to_owned();
        Self { child, url, log }
    }

    /// SIGKILL on Unix.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
    }

    /// Sends it a signal.
    #[cfg(unix)]
    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        let id = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(id, signal).expect("it runs");
    }

    /// Waits until its log says this.
    pub(crate) async fn logged(&self, text: &str) {
        super::soon(async {
            while !self.log().contains(text) {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        })
        .await;
    }

    /// Waits until it ends by itself; whether that was well.
    pub(crate) async fn ended(&mut self) -> bool {
        super::soon(async {
            loop {
                if let Some(status) = self.child.try_wait().expect("it was started") {
                    return status.success();
                }
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        })
        .await
    }

    /// Its host and port.
    pub(crate) fn address(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// What it has logged.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).expect("there is a log")
    }

    /// The most memory it has ever held, in MiB.
    #[cfg(target_os = "linux")]
    pub(crate) fn peak_memory(&self) -> u64 {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
        let kib: u64 = kib.and_then(|kib| kib.parse().ok()).expect("Linux says");
        kib / 1024
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have been killed by the test.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
