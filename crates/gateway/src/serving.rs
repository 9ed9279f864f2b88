//! Serves HTTP/1.1 on a listener, to clients that may be slow or hostile: a bounded number of
//! connections, each of which must send its headers and take its answers in time.

mod patient;

use crate::serving::patient::Patient;
use axum::Router;
use hyper::server::conn::http1::Builder;
use hyper_util::rt::TokioIo;
use hyper_util::rt::TokioTimer;
use hyper_util::service::TowerToHyperService;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::net::TcpStream;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::Semaphore;
use tokio::sync::watch;

/// What a host takes from its clients.
#[derive(Clone, Copy, Debug)]
pub struct ServingConfig {
    /// Connections at once; more wait to be accepted.
    pub connections: usize,
    /// How long a client may take to send the headers of a request, from the connection's start or
    /// from the answer before. Proxies mostly keep idle connections for 60 s: a host that closed
    /// them earlier would now and then close one that was just used again.
    pub headers: Duration,
    /// How long a client may take none of its answer, or send less than 64 KB of what it uploads by
    /// a signed URL.
    pub stall: Duration,
}

impl Default for ServingConfig {
    fn default() -> Self {
        Self {
            connections: 10_000,
            headers: Duration::from_secs(75),
            stall: Duration::from_secs(60),
        }
    }
}

/// All headers of a request together, in bytes.
const HEADER_BYTES: usize = 64 * 1024;

/// How long to wait when no connection can be accepted, for want of descriptors most likely.
const EXHAUSTED: Duration = Duration::from_millis(100);

/// Serves until `stop` resolves; requests that run then are finished.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    config: ServingConfig,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let places = Arc::new(Semaphore::new(config.connections));
    let (stopping, is_stopping) = watch::channel(());
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            biased;
            () = &mut stop => break,
            accepted = accept(&listener, &places) => accepted,
        };
        if let Some((stream, place)) = accepted {
            let router = router.clone();
            let stopped = is_stopping.clone();
            tokio::spawn(async move {
                converse(stream, router, config, stopped).await;
                drop(place);
            });
        }
    }
    drop((listener, is_stopping));
    stopping.send_replace(());
    // The last connection to end lets go of the channel.
    stopping.closed().await;
    Ok(())
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, _)) => {
            // An answer is written at once and should leave at once.
            let _ = stream.set_nodelay(true);
            Some((stream, place))
        }
        Err(error) => {
            tracing::warn!(%error, "a connection cannot be accepted");
            tokio::time::sleep(EXHAUSTED).await;
            None
        }
    }
}

/// Answers the requests of one connection. A client that goes away or breaks the protocol is no
/// news.
async fn converse(
    stream: TcpStream,
    router: Router,
    config: ServingConfig,
    mut stopped: watch::Receiver<()>,
) {
    let stream = TokioIo::new(Patient::new(stream, config.stall));
    let connection = Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(config.headers)
        .max_buf_size(HEADER_BYTES)
        .serve_connection(stream, TowerToHyperService::new(router));
    let mut connection = pin!(connection);
    tokio::select! {
        _ = &mut connection => {}
        _ = stopped.changed() => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}
