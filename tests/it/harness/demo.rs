//! The real binary as a child process, serving its demo world.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs::{self, File, OpenOptions},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use chrono::{DateTime, FixedOffset};
use hyper::StatusCode;
use serde::Deserialize;

use super::http::Api;

/// When the demo's clock stands at the start of a test: a morning on which the guests of [`super::filing`] arrived.
const DEMO_EPOCH: &str = "2026-11-22T09:00:00+07:00";

/// How long a start may take: a debug build on a busy machine migrates and seeds an empty database in it.
const START_PATIENCE: Duration = Duration::from_secs(60);

/// Between two questions whether the server is ready.
const READY_PAUSE: Duration = Duration::from_millis(20);

/// What `demo --json` prints before it serves, as far as tests need it.
#[derive(Debug, Deserialize)]
pub struct World {
    /// Where it serves, without a slash at the end.
    pub base_url: String,
    /// Accounts by what they are for: `hotel`, `officer` and so on.
    pub accounts: BTreeMap<String, Account>,
    /// Ids of establishments by the account that owns them.
    pub establishments: BTreeMap<String, Vec<String>>,
}

/// A demo account.
#[derive(Debug, Deserialize)]
pub struct Account {
    /// What it signs in with.
    pub email: String,
    /// Its password.
    pub password: String,
}

/// A running demo server. Dropping it kills the process.
#[derive(Debug)]
pub struct Demo {
    /// The process.
    pub child: Child,
    /// What it printed at its start.
    pub world: World,
    log: PathBuf,
}

impl Demo {
    /// Starts `demo` on a database and waits until it is ready.
    ///
    /// * `listen`: address and port, where port 0 lets the server choose;
    /// * `clock`: how far the demo's clock is past its epoch, so that it goes on over a restart;
    /// * `log`: file to which the server's log is appended.
    ///
    /// # Panics
    ///
    /// When the server does not come up; the message holds the end of its log.
    pub async fn start(listen: &str, database: &str, clock: Duration, log: &Path) -> Self {
        let mut child = Command::new(binary())
            .args(["demo", "--json", "--listen", listen])
            .args(["--database", database, "--now", &now_after(clock)])
            // One line for each request would measure the disk of the log.
            .env("RUST_LOG", "warn")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(open_log(log))
            .spawn()
            .expect("the tamtru binary starts");
        let mut stdout = child.stdout.take().expect("standard output is piped");

        // The object may span lines, so the end of it is found by reading JSON, not by reading a line.
        let reading = tokio::task::spawn_blocking(move || {
            let world = serde_json::Deserializer::from_reader(&mut stdout).into_iter::<World>().next();
            (world, stdout)
        });
        let outcome = tokio::time::timeout(START_PATIENCE, reading).await;
        let read = outcome.ok().and_then(Result::ok);
        let Some((Some(Ok(world)), stdout)) = read else {
            // Ends the reader as well, whose pipe closes.
            child.kill().ok();
            child.wait().ok();
            panic!("the server printed no demo world: {read:?}\n{}", log_tail(log));
        };
        // Kept open, so that a later line on standard output does not end the server.
        child.stdout = Some(stdout);
        let demo = Self { child, world, log: log.to_owned() };
        demo.wait_until_ready().await;
        demo
    }

    /// The hotel of the demo world, signed in.
    pub async fn hotel(&self) -> Api {
        let account = &self.world.accounts["hotel"];
        Api::anonymous(&self.world.base_url).signed_in(&account.email, &account.password).await
    }

    /// The id of the hotel's first establishment.
    pub fn hotel_establishment(&self) -> &str {
        &self.world.establishments["hotel"][0]
    }

    /// The end of the server's log, for failure messages.
    pub fn log_tail(&self) -> String {
        log_tail(&self.log)
    }

    /// Ends the process with SIGKILL and waits until it is gone.
    pub fn kill(&mut self) {
        // Fails only when the process has ended already.
        self.child.kill().ok();
        self.child.wait().ok();
    }

    async fn wait_until_ready(&self) {
        let api = Api::anonymous(&self.world.base_url);
        let mut last = String::new();
        let polling = async {
            let mut pause = tokio::time::interval(READY_PAUSE);
            loop {
                pause.tick().await;
                match api.get("/health/ready").await {
                    Ok(reply) if reply.status == StatusCode::OK => break,
                    Ok(reply) => last = format!("{} {}", reply.status, reply.body),
                    Err(error) => last = error.to_string(),
                }
            }
        };
        if tokio::time::timeout(START_PATIENCE, polling).await.is_err() {
            panic!("the server is not ready: {last}\n{}", self.log_tail());
        }
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The binary under test: the one that Cargo built with the test, or the one that `TAMTRU_BINARY` names.
fn binary() -> OsString {
    std::env::var_os("TAMTRU_BINARY").unwrap_or_else(|| env!("CARGO_BIN_EXE_tamtru").into())
}

fn now_after(elapsed: Duration) -> String {
    let epoch: DateTime<FixedOffset> = DateTime::parse_from_rfc3339(DEMO_EPOCH).expect("the epoch is RFC 3339");
    (epoch + elapsed).to_rfc3339()
}

fn open_log(path: &Path) -> File {
    OpenOptions::new().create(true).append(true).open(path).expect("the server's log file can be written")
}

fn log_tail(path: &Path) -> String {
    let log = fs::read_to_string(path).unwrap_or_default();
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(30)..].join("\n")
}
