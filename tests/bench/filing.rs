//! How fast `POST /api/v1/declarations` files one stay, next to how fast PostgreSQL commits the same rows.
//!
//! ```text
//! cargo bench --bench filing                                        PostgreSQL with fsync on, then pgbench
//! cargo bench --bench filing -- --seconds 30 --connections 32
//! cargo bench --bench filing -- --database sqlite                   the embedded database, without pgbench
//! ```
//!
//! The ratio at the end is requests a second through the whole server (token, examination, transaction, answer) over
//! transactions a second of pgbench with the same rows, the same number of connections and the same PostgreSQL. The
//! load generator of either side runs on the same machine and takes its share of it; its CPU time is printed.

#[path = "../it/harness/demo.rs"]
mod demo;
#[path = "../it/harness/filing.rs"]
mod filing;
#[path = "../it/harness/http.rs"]
mod http;

mod cluster;
mod load;
mod pgbench;
mod process;

use std::{
    io::{self, Write as _},
    time::Duration,
};

use clap::{Parser, ValueEnum};

use self::{
    cluster::Cluster,
    demo::Demo,
    filing::{Count, Filing},
    load::Load,
};

/// Files declarations at a running server and compares with pgbench.
#[derive(Parser)]
struct Arguments {
    /// Which database the server runs on.
    #[arg(long, value_enum, default_value_t = Engine::Postgres)]
    database: Engine,
    /// Connections that file at the same time.
    #[arg(long, default_value_t = 32)]
    connections: usize,
    /// How long is measured, in seconds, on each side.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// How long is filed before that without measuring, in seconds.
    #[arg(long, default_value_t = 2)]
    warm_up: u64,
    /// Given by `cargo bench`; means nothing.
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Engine {
    Postgres,
    Sqlite,
}

// One thread: the generator shall leave the cores to the server and the database.
#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let cluster = match arguments.database {
        Engine::Postgres => Some(Cluster::start()?),
        Engine::Sqlite => None,
    };
    let database = match &cluster {
        Some(cluster) => cluster.url.clone(),
        None => format!("sqlite://{}", folder.path().join("bench.sqlite").display()),
    };

    let log = folder.path().join("server.log");
    let demo = Demo::start("127.0.0.1:0", &database, Duration::ZERO, &log).await;
    let api = demo.hotel().await;
    let establishment = demo.hotel_establishment();

    // Two filings while nobody else writes: what differs between their rows is what pgbench has to vary.
    let shapes = match &cluster {
        Some(cluster) => {
            // A client number of its own, beside those of the load.
            let probe = arguments.connections;
            let mut ids = Vec::new();
            for number in 0..2 {
                ids.push(load::file(&Filing::new(establishment, probe, number), &api).await?);
            }
            Some(pgbench::shapes(cluster, &ids[0], &ids[1])?)
        }
        None => None,
    };

    if let Some(cluster) = &cluster {
        cluster.query("CHECKPOINT")?;
    }
    let load = Load {
        connections: arguments.connections,
        warm_up: Duration::from_secs(arguments.warm_up),
        measured: Duration::from_secs(arguments.seconds),
    };
    let result = load.run(&demo).await?;
    let memory = process::memory(demo.child.id())?;

    // Figures of declarations that are not there would be worth nothing.
    let (last, id) = &result.last;
    let count = last.count(&api, id).await;
    anyhow::ensure!(
        count == Count::ONCE,
        "{} is not there exactly once: {count:?}\n{}",
        last.reference,
        demo.log_tail()
    );

    let mut out = io::stdout().lock();
    writeln!(
        out,
        "POST /api/v1/declarations, one stay, {:?}{}, {} connections, {} s after {} s of warm-up",
        arguments.database,
        if cluster.is_some() { " with fsync on" } else { "" },
        arguments.connections,
        arguments.seconds,
        arguments.warm_up
    )?;
    writeln!(out, "{result}")?;
    writeln!(
        out,
        "  server memory     {:.1} MB resident, {:.1} MB at its highest",
        memory.resident_mb, memory.peak_mb
    )?;

    if let (Some(cluster), Some(shapes)) = (&cluster, &shapes) {
        let rate = pgbench::run(cluster, shapes, folder.path(), arguments.connections, arguments.seconds)?;
        writeln!(out, "pgbench, the same rows: {shapes}")?;
        writeln!(out, "  throughput        {rate:.0} transactions/s")?;
        writeln!(out, "ratio               {:.2}", result.requests_per_second() / rate)?;
    }
    Ok(())
}
