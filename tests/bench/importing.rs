//! How fast a guest file of 10,000 rows is examined and filed, and what that does to others who file meanwhile.
//!
//! ```text
//! cargo bench --bench importing                      SQLite; PostgreSQL too where TAMTRU_TEST_POSTGRES names one
//! cargo bench --bench importing -- --rows 20000
//! ```
//!
//! The workbook has guests of every nationality of the portal's list. Each time runs from the first byte of the request
//! to the answer that tells the state, over HTTP, as a hotel's software sees it. The same file is then handed in again:
//! all its guests are known, which is the most that an examination can have to look at.

#[path = "../it/harness/demo.rs"]
mod demo;
#[path = "../it/harness/filing.rs"]
mod filing;
#[path = "../it/harness/guest_file.rs"]
mod guest_file;
#[path = "../it/harness/http.rs"]
mod http;

mod process;

use std::{
    io::{self, Write as _},
    time::Duration,
};

use anyhow::Context as _;
use clap::Parser;
use hyper::StatusCode;
use rust_xlsxwriter::Workbook;
use sea_orm::{ConnectionTrait as _, Database};
use serde_json::{Value, json};
use tokio::{task::JoinHandle, time::Instant};

use self::{
    demo::Demo,
    filing::{Count, Filing},
    guest_file::{IMPORTS, guest, hand_in, look},
    http::Api,
};

/// Times that must hold for 10,000 rows on two cores.
const LIMITS: [Duration; 2] = [Duration::from_secs(2), Duration::from_secs(3)];
/// Between two questions how far an import is.
const LOOK_AGAIN: Duration = Duration::from_millis(10);
/// After this long an import counts as stuck.
const PATIENCE: Duration = Duration::from_secs(120);

const NATIONALITIES: &str = include_str!("../../src/features/catalog/data/nationality_codes.csv");
const HEADINGS: [&str; 12] = [
    "STT",
    "HỌ TÊN",
    "NGÀY SINH",
    "NGÀY SINH ĐÚNG ĐẾN",
    "GIỚI TÍNH",
    "MÃ QUỐC TỊCH",
    "SỐ HỘ CHIẾU",
    "SỐ PHÒNG",
    "NGÀY ĐẾN",
    "THỜI GIAN DỰ KIẾN TẠM TRÚ TẠI CSLT",
    "NGÀY TRẢ PHÒNG",
    "THỜI HẠN ĐƯỢC PHÉP TẠM TRÚ TẠI VIỆT NAM",
];

/// Imports guest files into a running server.
#[derive(Parser)]
struct Arguments {
    /// Guests in the file.
    #[arg(long, default_value_t = 10_000)]
    rows: usize,
    /// Given by `cargo bench`; means nothing.
    #[arg(long, hide = true)]
    bench: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let file = workbook(arguments.rows)?;
    let sqlite = format!("sqlite://{}", folder.path().join("bench.sqlite").display());
    measure("SQLite, synchronous=FULL", &sqlite, &file, &folder, arguments.rows).await?;
    match std::env::var("TAMTRU_TEST_POSTGRES") {
        Ok(cluster) => {
            let database = postgres_database(&cluster).await?;
            measure("PostgreSQL", &database, &file, &folder, arguments.rows).await
        }
        Err(_) => Ok(()),
    }
}

/// A database of its own on the cluster that the tests use.
async fn postgres_database(cluster: &str) -> anyhow::Result<String> {
    let name = format!("import_bench_{}", std::process::id());
    let admin = Database::connect(cluster).await?;
    admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await?;
    let (prefix, _) = cluster.rsplit_once('/').context("a URL with a database")?;
    Ok(format!("{prefix}/{name}"))
}

/// A KBTT workbook of invented guests of all nationalities that the portal lists, Vietnamese left out.
fn workbook(rows: usize) -> anyhow::Result<Vec<u8>> {
    let mut reader = csv::Reader::from_reader(NATIONALITIES.as_bytes());
    let column = reader.headers()?.iter().position(|name| name == "portal_2026_label").context("the column")?;
    let labels: Vec<String> = reader
        .records()
        .filter_map(|record| Some(record.ok()?.get(column)?.to_owned()))
        // `SC-` (Scotland) is refused: GBR is meant.
        .filter(|label| !label.is_empty() && !label.starts_with("VNM") && !label.starts_with("SC-"))
        .collect();
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet().set_name("KBTT")?;
    for (column, heading) in (0..).zip(HEADINGS) {
        sheet.write(0, column, heading)?;
    }
    for (row, number) in (1..).zip(0..rows) {
        sheet.write(row, 0, u32::try_from(number + 1)?)?;
        for (column, text) in (1..).zip(guest(0, number, &labels[number % labels.len()])) {
            sheet.write(row, column, text)?;
        }
    }
    Ok(workbook.save_to_buffer()?)
}

async fn measure(
    name: &str,
    database: &str,
    file: &[u8],
    folder: &tempfile::TempDir,
    rows: usize,
) -> anyhow::Result<()> {
    let log = folder.path().join("server.log");
    let demo = Demo::start("127.0.0.1:0", database, Duration::ZERO, &log).await;
    let api = demo.hotel().await;
    let establishment = demo.hotel_establishment().to_owned();
    let others = Others::start(&api, &establishment);

    let began = Instant::now();
    let id = upload(&api, "first", &establishment, file).await?;
    let ready = wait_for(&api, &id, "ready", &demo).await?;
    let examined = began.elapsed();
    anyhow::ensure!(ready["accepted"] == rows, "not every row is good: {ready}");

    let began = Instant::now();
    let ordered = api.post(&format!("{IMPORTS}/{id}/commit"), &[], &json!({})).await;
    let ordered = ordered.map_err(|error| anyhow::anyhow!("{error}"))?;
    anyhow::ensure!(ordered.status == StatusCode::ACCEPTED, "{}", ordered.body);
    wait_for(&api, &id, "done", &demo).await?;
    let filed = began.elapsed();

    let began = Instant::now();
    let again = upload(&api, "again", &establishment, file).await?;
    let known = wait_for(&api, &again, "ready", &demo).await?;
    let looked_up = began.elapsed();
    anyhow::ensure!(known["ignored"] == rows, "the same file again changes nothing: {known}");

    let latencies = others.stop(&api).await?;
    let memory = process::memory(demo.child.id())?;
    let cpu = process::cpu_time(demo.child.id())?;
    let mut out = io::stdout().lock();
    writeln!(out, "{rows} guests in a KBTT workbook of {} kB, {name}", file.len() / 1000)?;
    line(&mut out, "examined", examined, Some(LIMITS[0]), rows)?;
    line(&mut out, "filed", filed, Some(LIMITS[1]), rows)?;
    line(&mut out, "examined again", looked_up, None, rows)?;
    writeln!(
        out,
        "  others who file meanwhile: p50 {:.0} ms, p99 {:.0} ms, highest {:.0} ms",
        percentile(&latencies, 50),
        percentile(&latencies, 99),
        percentile(&latencies, 100)
    )?;
    writeln!(
        out,
        "  server: {:.1} s of CPU, {:.0} MB resident, {:.0} MB at its highest",
        cpu.as_secs_f64(),
        memory.resident_mb,
        memory.peak_mb
    )?;
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "counts of rows are far below 2^52")]
fn line(out: &mut impl io::Write, what: &str, time: Duration, limit: Option<Duration>, rows: usize) -> io::Result<()> {
    let limit = limit.map_or_else(String::new, |limit| format!(", limit {:.1} s", limit.as_secs_f64()));
    writeln!(out, "  {what:<15} {:.2} s ({:.0} rows/s{limit})", time.as_secs_f64(), rows as f64 / time.as_secs_f64())
}

async fn upload(api: &Api, key: &str, establishment: &str, file: &[u8]) -> anyhow::Result<String> {
    let reply = hand_in(api, key, &[("establishment_id", establishment)], "guests.xlsx", file).await;
    let reply = reply.map_err(|error| anyhow::anyhow!("{error}"))?;
    anyhow::ensure!(reply.status == StatusCode::ACCEPTED, "{}", reply.body);
    Ok(reply.body["id"].as_str().context("an id")?.to_owned())
}

async fn wait_for(api: &Api, id: &str, status: &str, demo: &Demo) -> anyhow::Result<Value> {
    let began = Instant::now();
    let mut pause = tokio::time::interval(LOOK_AGAIN);
    while began.elapsed() < PATIENCE {
        pause.tick().await;
        let import = look(api, id).await.map_err(|error| anyhow::anyhow!("{error}"))?;
        if import["status"] == status {
            return Ok(import);
        }
        anyhow::ensure!(import["status"] != "refused", "{import}");
    }
    anyhow::bail!("{id} never became {status}\n{}", demo.log_tail())
}

/// Somebody who files one stay after the other while the file is imported.
struct Others {
    stop: tokio::sync::watch::Sender<bool>,
    filing: JoinHandle<anyhow::Result<(Vec<Duration>, Filing, String)>>,
}

impl Others {
    fn start(api: &Api, establishment: &str) -> Self {
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let (api, establishment) = (api.with_own_connections(), establishment.to_owned());
        let filing = tokio::spawn(async move {
            let mut latencies = Vec::new();
            let mut pause = tokio::time::interval(LOOK_AGAIN);
            for number in 0.. {
                pause.tick().await;
                let filing = Filing::new(&establishment, 0, number);
                let sent = Instant::now();
                let reply = filing.send(&api).await.map_err(|error| anyhow::anyhow!("{}: {error}", filing.key))?;
                latencies.push(sent.elapsed());
                let id = reply.body["id"].as_str().with_context(|| reply.body.to_string())?.to_owned();
                anyhow::ensure!(!reply.is_replay(), "{} is not a new one", filing.reference);
                if *stopped.borrow() {
                    return Ok((latencies, filing, id));
                }
            }
            anyhow::bail!("stopped by nobody")
        });
        Self { stop, filing }
    }

    /// Latencies, shortest first.
    async fn stop(self, api: &Api) -> anyhow::Result<Vec<Duration>> {
        self.stop.send(true)?;
        let (mut latencies, last, id) = self.filing.await??;
        anyhow::ensure!(last.count(api, &id).await == Count::ONCE, "{} is not there exactly once", last.reference);
        latencies.sort_unstable();
        Ok(latencies)
    }
}

/// In milliseconds.
fn percentile(latencies: &[Duration], per_cent: usize) -> f64 {
    let rank = (latencies.len() * per_cent).div_ceil(100);
    latencies.get(rank.saturating_sub(1)).map_or(0.0, |latency| latency.as_secs_f64() * 1e3)
}
