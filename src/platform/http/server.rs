//! The accept loop: limits that the stock server does not have.
//!
//! A connection that is silent, sends its headers slowly, stays idle or does not read its answer is cut after about
//! ten seconds; bodies have their own limits in [`crate::platform::http::extract`]. Connections are capped in all and
//! per address. On a stop, requests under way are finished, then the loop returns.

use std::{convert::Infallible, net::SocketAddr, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo, extract::Request};
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::net::TcpListener;
use tokio_io_timeout::TimeoutStream;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::platform::http::slots::Slots;

/// Time for a whole header block, also the time that a connection may stay idle between requests.
const HEADERS: Duration = Duration::from_secs(10);
/// Time without progress after which an unread answer is given up.
const WRITE: Duration = Duration::from_secs(10);
/// Time that requests under way get on a stop.
const DRAIN: Duration = Duration::from_secs(20);

/// Pause after a connection could not be accepted.
const BREATH: Duration = Duration::from_millis(250);
/// Descriptors that databases, files and the program itself need.
const RESERVE: usize = 96;
/// Said to a connection for which there is no place.
const BUSY: &str = "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/problem+json; charset=utf-8\r\n\
    retry-after: 5\r\nconnection: close\r\ncontent-length: 109\r\n\r\n\
    {\"type\":\"/problems/unavailable\",\"title\":\"Too many connections\",\"status\":503,\"code\":\"unavailable\",\"errors\":[]}";

/// Caps on connections.
#[derive(Clone, Copy, Debug)]
pub struct Caps {
    /// In all.
    pub connections: usize,
    /// From one address.
    pub per_address: usize,
}

/// Serves until `stop` is cancelled, then drains.
pub async fn serve(listener: TcpListener, router: Router, caps: Caps, stop: CancellationToken) {
    let slots = Slots::new(within_descriptors(caps.connections), caps.per_address);
    let graceful = GracefulShutdown::new();
    let mut connection = http1::Builder::new();
    connection.timer(TokioTimer::new()).header_read_timeout(HEADERS).max_headers(64).max_buf_size(64 * 1024);
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of descriptors, or a connection that vanished: others get the time to close.
                tracing::warn!(%error, "a connection could not be accepted");
                let _stopping = tokio::time::timeout(BREATH, stop.cancelled()).await;
                continue;
            }
        };
        let Some(slot) = slots.take(&peer.ip().to_string()) else {
            metrics::counter!("http_connections_refused_total").increment(1);
            // What fits into the socket's buffer; nobody waits for a stranger who does not read.
            let _unread = stream.try_write(BUSY.as_bytes());
            continue;
        };
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY could not be set");
        }
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(WRITE));
        let router = router.clone();
        let service =
            hyper::service::service_fn(move |request: hyper::Request<Incoming>| answer(router.clone(), request, peer));
        let served = graceful.watch(connection.serve_connection(TokioIo::new(Box::pin(stream)), service));
        tokio::spawn(async move {
            if let Err(error) = served.await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(slot);
        });
    }
    drop(listener);
    if tokio::time::timeout(DRAIN, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests were still running when the time to drain was over");
    }
}

/// No more connections than the system lets us have descriptors for (`ulimit -n`).
fn within_descriptors(wanted: usize) -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let soft =
        limits.lines().find_map(|line| line.strip_prefix("Max open files")?.split_whitespace().next()?.parse().ok());
    match soft.map(|soft: usize| soft.saturating_sub(RESERVE).max(16)) {
        Some(possible) if possible < wanted => {
            tracing::warn!(wanted, possible, "fewer connections are taken: the limit on open files is low (ulimit -n)");
            possible
        }
        _ => wanted,
    }
}

async fn answer(
    router: Router,
    request: hyper::Request<Incoming>,
    peer: SocketAddr,
) -> Result<axum::response::Response, Infallible> {
    let mut request: Request = request.map(Body::new);
    request.extensions_mut().insert(ConnectInfo(peer));
    router.oneshot(request).await
}
