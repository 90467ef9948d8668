//! Clients that file one declaration after the other, each on a connection of its own.

use std::{fmt, time::Duration};

use anyhow::Context as _;
use hyper::StatusCode;
use tokio::{task::JoinSet, time::Instant};

use crate::{demo::Demo, filing::Filing, http::Api, process};

/// How the server is loaded.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// Clients, each with one connection and one request at a time.
    pub connections: usize,
    /// Time before the measurement.
    pub warm_up: Duration,
    /// Time of the measurement.
    pub measured: Duration,
}

/// What was measured.
#[derive(Debug)]
pub struct LoadResult {
    measured: Duration,
    /// Of the requests that were answered within the measured time, shortest first.
    latencies: Vec<Duration>,
    server_cpu: Duration,
    generator_cpu: Duration,
    /// One of the last filings, with the declaration's id.
    pub last: (Filing, String),
}

impl Load {
    /// Files for the given time.
    ///
    /// # Errors
    ///
    /// When a filing is not answered with 201: a figure that counts refusals means nothing.
    pub async fn run(self, demo: &Demo) -> anyhow::Result<LoadResult> {
        // The token is shared, the connections are not.
        let hotel = demo.hotel().await;
        let (server, generator) = (demo.child.id(), std::process::id());
        let begin = Instant::now() + self.warm_up;
        let end = begin + self.measured;

        let mut clients = JoinSet::new();
        for client in 0..self.connections {
            let api = hotel.with_own_connections();
            let establishment = demo.hotel_establishment().to_owned();
            clients.spawn(file_until(api, establishment, client, begin, end));
        }
        tokio::time::sleep_until(begin).await;
        let before = (process::cpu_time(server)?, process::cpu_time(generator)?);
        tokio::time::sleep_until(end).await;
        let after = (process::cpu_time(server)?, process::cpu_time(generator)?);

        let mut latencies = Vec::new();
        let mut last = None;
        for outcome in clients.join_all().await {
            let (of_client, newest) = outcome.with_context(|| demo.log_tail())?;
            latencies.extend(of_client);
            last = newest.or(last);
        }
        latencies.sort_unstable();
        anyhow::ensure!(!latencies.is_empty(), "nothing was answered in time");
        Ok(LoadResult {
            measured: self.measured,
            latencies,
            server_cpu: after.0.saturating_sub(before.0),
            generator_cpu: after.1.saturating_sub(before.1),
            last: last.context("no client filed anything")?,
        })
    }
}

impl LoadResult {
    /// Answered requests a second.
    #[expect(clippy::cast_precision_loss, reason = "counts of requests are far below 2^52")]
    pub fn requests_per_second(&self) -> f64 {
        self.latencies.len() as f64 / self.measured.as_secs_f64()
    }

    /// The latency that this share of the requests (in per cent, at most 100) did not exceed.
    fn percentile(&self, per_cent: usize) -> Duration {
        let rank = (self.latencies.len() * per_cent).div_ceil(100);
        self.latencies[rank.saturating_sub(1)]
    }

    fn cpu_ms_per_1000(&self, cpu: Duration) -> f64 {
        cpu.as_secs_f64() * 1e6 / (self.requests_per_second() * self.measured.as_secs_f64())
    }
}

impl fmt::Display for LoadResult {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = |duration: Duration| duration.as_secs_f64() * 1e3;
        writeln!(formatter, "  throughput        {:.0} requests/s", self.requests_per_second())?;
        writeln!(
            formatter,
            "  latency           p50 {:.1} ms, p99 {:.1} ms, highest {:.1} ms",
            ms(self.percentile(50)),
            ms(self.percentile(99)),
            ms(self.percentile(100))
        )?;
        write!(
            formatter,
            "  CPU per 1,000     {:.0} ms in the server, {:.0} ms in the load generator",
            self.cpu_ms_per_1000(self.server_cpu),
            self.cpu_ms_per_1000(self.generator_cpu)
        )
    }
}

/// Files once and returns the declaration's id.
///
/// # Errors
///
/// When the answer is not 201 with an id, or a repeated one.
pub async fn file(filing: &Filing, api: &Api) -> anyhow::Result<String> {
    let reply = filing.send(api).await.map_err(|error| anyhow::anyhow!("{}: {error}", filing.key))?;
    let id = reply.body["id"].as_str();
    match id {
        // A repeated answer costs less than a filing.
        Some(id) if reply.status == StatusCode::CREATED && !reply.is_replay() => Ok(id.to_owned()),
        _ => anyhow::bail!("{}: {} {}", filing.key, reply.status, reply.body),
    }
}

type Filed = (Vec<Duration>, Option<(Filing, String)>);

async fn file_until(
    api: Api,
    establishment: String,
    client: usize,
    begin: Instant,
    end: Instant,
) -> anyhow::Result<Filed> {
    let mut latencies = Vec::new();
    let mut last = None;
    for number in 0.. {
        let filing = Filing::new(&establishment, client, number);
        let sent = Instant::now();
        if sent >= end {
            break;
        }
        let id = file(&filing, &api).await?;
        let answered = Instant::now();
        if answered >= begin && answered < end {
            latencies.push(answered - sent);
        }
        last = Some((filing, id));
    }
    Ok((latencies, last))
}
