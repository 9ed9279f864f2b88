//! Reading bodies that must not be too long nor take for ever.

use crate::error::CallError;
use crate::error::ErrorCode;
use axum::body::Body;
use axum::body::BodyDataStream;
use axum::body::Bytes;
use bytes::BytesMut;
use futures_util::Stream;
use futures_util::TryStreamExt;
use futures_util::stream;
use ketrics_services::Held;
use std::io;
use std::time::Duration;
use std::time::Instant;

/// How much of a body that is refused is taken all the same, and for how long.
const DISCARDED: usize = 64 * 1024 * 1024;
const DISCARDING: Duration = Duration::from_secs(2);

/// What is larger than the limit, as an error.
pub fn too_large(what: &str, most: u64) -> CallError {
    CallError::new(
        ErrorCode::PayloadTooLarge,
        format!("{what} is larger than the limit of {most} bytes"),
    )
}

/// The whole body, if it is at most so long and arrives in this time.
pub async fn read(
    body: Body,
    most: u64,
    arrival: Duration,
    too_large: impl Fn() -> CallError,
) -> Result<Bytes, CallError> {
    read_held(body, most, arrival, too_large, None).await
}

/// The same, for a tenant that holds what arrives.
pub async fn read_held(
    body: Body,
    most: u64,
    arrival: Duration,
    too_large: impl Fn() -> CallError,
    mut held: Option<&mut Held>,
) -> Result<Bytes, CallError> {
    let invalid = |message: String| CallError::new(ErrorCode::InvalidRequest, message);
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let mut content = body.into_data_stream();
    let mut whole = BytesMut::new();
    let reading = async {
        while let Some(piece) = content
            .try_next()
            .await
            .map_err(|_| invalid("The body did not arrive whole".to_owned()))?
        {
            if whole.len() + piece.len() > most {
                return Err(too_large());
            }
            if let Some(held) = &mut held {
                held.more(piece.len())?;
            }
            whole.extend_from_slice(&piece);
        }
        Ok(())
    };
    let read = tokio::time::timeout(arrival, reading)
        .await
        .unwrap_or_else(|_| {
            Err(invalid(format!(
                "The body did not arrive within {} s",
                arrival.as_secs()
            )))
        });
    if let Err(error) = read {
        drop(whole);
        if let Some(held) = held {
            held.set(0)?;
        }
        discard(content).await;
        return Err(error);
    }
    Ok(whole.freeze())
}

/// Takes the rest of a body that is refused, for a while: most clients read the answer only when
/// they have sent all, and lose it when the connection is closed before.
async fn discard(mut content: BodyDataStream) {
    let mut left = DISCARDED;
    let discarding = async {
        while let Ok(Some(piece)) = content.try_next().await {
            left = left.saturating_sub(piece.len());
            if left == 0 {
                return;
            }
        }
    };
    let _ = tokio::time::timeout(DISCARDING, discarding).await;
}

/// What a client must send of a long body each time that its patience is measured.
const PIECE: usize = 64 * 1024;

/// The content of a body of any length. It fails, by [`io::ErrorKind::TimedOut`], when the client
/// needs longer than `patience` for 64 KB or for the rest. The time that it waits for us is not
/// counted.
pub fn steadily(body: Body, patience: Duration) -> impl Stream<Item = io::Result<Bytes>> {
    let content = TryStreamExt::map_err(body.into_data_stream(), io::Error::other);
    let start = (Box::pin(content), patience, 0);
    stream::try_unfold(start, move |(mut content, mut left, mut sent)| async move {
        let asked = Instant::now();
        let next = tokio::time::timeout(left, content.try_next()).await;
        let chunk = next.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
        left = left.saturating_sub(asked.elapsed());
        Ok(chunk.map(|chunk| {
            sent += chunk.len();
            if sent >= PIECE {
                (left, sent) = (patience, 0);
            }
            (chunk, (content, left, sent))
        }))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    /// A body of so many pieces, with a pause before each.
    fn paced(pieces: usize, size: usize, pause: Duration) -> Body {
        Body::from_stream(stream::unfold(0, move |sent| async move {
            tokio::time::sleep(pause).await;
            (sent < pieces).then(|| (Ok::<_, Infallible>(Bytes::from(vec![7; size])), sent + 1))
        }))
    }

    async fn length(body: Body, patience: Duration) -> io::Result<usize> {
        let chunks = steadily(body, patience);
        chunks
            .try_fold(0, |sum, chunk| async move { Ok(sum + chunk.len()) })
            .await
    }

    #[tokio::test]
    async fn bytes_that_come_one_at_a_time_are_not_waited_for() {
        let slow = paced(usize::MAX, 1, Duration::from_millis(5));
        let error = length(slow, Duration::from_millis(100))
            .await
            .expect_err("cut off");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn a_body_that_comes_steadily_may_take_longer_than_the_patience() {
        let steady = paced(30, PIECE, Duration::from_millis(40));
        let all = length(steady, Duration::from_secs(1))
            .await
            .expect("all of it");
        assert_eq!(all, 30 * PIECE);
    }
}
