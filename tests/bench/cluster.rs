//! A throwaway PostgreSQL with fsync on, kept by `tests/support/postgres.sh`.

use std::{
    io::{BufRead as _, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use anyhow::Context as _;

/// Starts a cluster, says where it is, and stops it when standard input closes, however the benchmark ended.
const KEEPER: &str = r#"
set -eu
source tests/support/postgres.sh
trap stop_postgres EXIT
trap '' INT
start_postgres on
create_database bench
echo "$POSTGRES_BIN"
read -r _ || true
"#;

/// A running cluster. Dropping it stops PostgreSQL and removes its files.
#[derive(Debug)]
pub struct Cluster {
    /// The URL of an empty database.
    pub url: String,
    programs: PathBuf,
    keeper: Child,
}

impl Cluster {
    /// Starts a cluster with an empty database.
    ///
    /// # Errors
    ///
    /// When PostgreSQL is not installed or does not start; the reason is on standard error.
    pub fn start() -> anyhow::Result<Self> {
        let mut keeper = Command::new("bash")
            .args(["-c", KEEPER])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("bash, which keeps the PostgreSQL cluster")?;
        let stdout = keeper.stdout.take().context("a piped output")?;
        let mut lines = BufReader::new(stdout).lines();
        let mut line = || lines.next()?.ok();
        let (Some(url), Some(programs)) = (line(), line()) else {
            anyhow::bail!("PostgreSQL did not start: {}", keeper.wait()?);
        };
        Ok(Self { url, programs: programs.into(), keeper })
    }

    /// One of PostgreSQL's programs.
    pub fn program(&self, name: &str) -> Command {
        Command::new(self.programs.join(name))
    }

    /// Runs SQL and returns what it answers, one row a line, columns separated by `|`.
    ///
    /// # Errors
    ///
    /// When a statement fails, with PostgreSQL's message.
    pub fn query(&self, sql: &str) -> anyhow::Result<String> {
        let output = self
            .program("psql")
            .args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align"])
            .args(["--set", "ON_ERROR_STOP=1", "--command", sql, &self.url])
            .output()
            .context("psql")?;
        anyhow::ensure!(output.status.success(), "{sql}\n{}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // The keeper stops PostgreSQL when its input ends.
        drop(self.keeper.stdin.take());
        self.keeper.wait().ok();
    }
}
