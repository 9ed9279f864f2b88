//! Writing a name only if nothing is there, where one request cannot do it.
//!
//! S3's `PutObject` with `If-None-Match: *` has exactly one winner on every server that we know of
//! (the host does not start on one where it has not). Completing an upload in parts and copying
//! have no such condition on many servers: Ceph's gateway takes the header and ignores it. So these
//! two first **claim the name**: a small object, put under the very same name with
//! `If-None-Match: *`, whose metadata says that it is a claim and whose. The name is then taken for
//! every other writer that expects nothing, whichever way it writes, with the same atomicity that
//! the server gives a put. The claim's holder looks once more that the claim stands, and then
//! completes or copies over it, in one request. Whoever reads sees no file where a claim is.
//!
//! - A writer that finds a claim waits until it has become a file (then the writer has lost) or is
//!   gone (then it tries again).
//! - A holder that fails takes its claim back. One that crashes leaves it behind: after [`LEASE`]
//!   anybody may replace it by a claim of his own, on the condition that it is still the same one
//!   (`If-Match`), so again with one winner. The lease is far longer than the time in which a holder
//!   must have committed ([`COMMIT`]), by more than clocks may differ for signatures to be accepted
//!   in practice; so a holder that is slow and not dead has given up before it can be replaced.
//! - A writer that expects anything overwrites a claim like any file. The holder sees that by its
//!   last look, and has lost. Where such a write, or a deletion, falls between this look and the
//!   commit, the commit still stands on servers that ignore `If-Match` there. Both writers were at
//!   work at the same time then, and one of them had asked for no order.
//!
//! Commits run in a task of their own, so that the end of an invocation does not stop one half-way.

use crate::volume::s3::attributes;
use crate::volume::s3::bucket::Bucket;
use crate::volume::s3::bucket::Condition;
use crate::volume::s3::bucket::Content;
use crate::volume::s3::bucket::Unmet;
use crate::volume::s3::bucket::quoted;
use crate::volume::s3::bucket::unquoted;
use crate::volume::store::Expect;
use crate::volume::store::StoreError;
use chrono::Utc;
use std::fmt::Write;
use std::time::Duration;
use tokio::time::Instant;
use uuid::Uuid;

/// How long a claim keeps others away after its holder is gone.
pub(crate) const LEASE: Duration = Duration::from_mins(15);
/// How long a commit may take.
const COMMIT: Duration = Duration::from_mins(3);
/// How long a writer waits for another one's claim.
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(25);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// How often a claim is made again that somebody deleted.
const ATTEMPTS: usize = 8;
/// Every claim has this size, and hardly any file: a listing asks the server only about objects of
/// this size whether they are claims.
pub(crate) const SIZE: usize = 3_877;

struct Claim {
    id: String,
    etag: String,
}

/// A write in one request whose own condition the server may ignore.
pub(crate) trait Commit: Send + Sync {
    /// Does it, and passes the condition on for the servers that heed it.
    fn commit(&self, if_match: Option<String>) -> impl Future<Output = Result<(), Unmet>> + Send;
}

/// Commits to a name when what is expected is there.
pub(crate) async fn commit(
    bucket: &Bucket,
    object: &str,
    expect: Expect,
    work: &impl Commit,
) -> Result<(), StoreError> {
    match expect {
        Expect::Anything => timely(work, None).await.map_err(unconditional),
        // Nobody loses by it when the object goes just now: the caller may replace what it knew.
        Expect::Something => match bucket.head(object).await? {
            Some(found) if found.is_file() => timely(work, None).await.map_err(unconditional),
            _ => Err(StoreError::Missing),
        },
        Expect::Nothing => {
            for _ in 0..ATTEMPTS {
                let claim = claim(bucket, object).await?;
                if let Some(result) = commit_claimed(bucket, object, &claim, work).await {
                    return result;
                }
            }
            Err(StoreError::Failed(
                "the claim was lost each time".to_owned(),
            ))
        }
    }
}

/// `None` when the claim is gone before anything was done.
async fn commit_claimed(
    bucket: &Bucket,
    object: &str,
    claim: &Claim,
    work: &impl Commit,
) -> Option<Result<(), StoreError>> {
    // Some servers compare entity tags with their quotes, others without.
    for tag in [quoted(&claim.etag), unquoted(&claim.etag).to_owned()] {
        match bucket.head(object).await {
            Ok(Some(found)) if found.claim.as_ref() == Some(&claim.id) => {}
            Ok(Some(found)) if found.is_file() => return Some(Err(StoreError::Exists)),
            Ok(_) => return None,
            Err(error) => return Some(Err(error)),
        }
        match timely(work, Some(tag)).await {
            Ok(()) => return Some(Ok(())),
            Err(Unmet::Condition(_)) => {}
            Err(Unmet::Failed(error)) => {
                release(bucket, object, claim).await;
                return Some(Err(error));
            }
        }
    }
    release(bucket, object, claim).await;
    None
}

async fn timely(work: &impl Commit, if_match: Option<String>) -> Result<(), Unmet> {
    match tokio::time::timeout(COMMIT, work.commit(if_match)).await {
        Ok(result) => result,
        Err(_) => Err(StoreError::Failed("the storage took too long to commit".to_owned()).into()),
    }
}

fn unconditional(error: Unmet) -> StoreError {
    match error {
        Unmet::Failed(error) => error,
        Unmet::Condition(_) => StoreError::Failed("a condition that nobody set".to_owned()),
    }
}

/// Claims a name that nothing has.
async fn claim(bucket: &Bucket, object: &str) -> Result<Claim, StoreError> {
    let id = Uuid::new_v4().simple().to_string();
    let deadline = Instant::now() + PATIENCE;
    let mut pause = PAUSE;
    loop {
        let won = |etag| Claim {
            id: id.clone(),
            etag,
        };
        let found = match bucket.put(object, content(&id), Condition::Nothing).await {
            Ok(etag) => return Ok(won(etag)),
            Err(Unmet::Failed(error)) => return Err(error),
            Err(Unmet::Condition(None)) => continue,
            Err(Unmet::Condition(Some(found))) => found,
        };
        if found.is_file() {
            return Err(StoreError::Exists);
        }
        if is_over(found.info.last_modified, bucket.lease) {
            let condition = Condition::This(&found.etag);
            match bucket.put(object, content(&id), condition).await {
                Ok(etag) => return Ok(won(etag)),
                Err(Unmet::Failed(error)) => return Err(error),
                Err(Unmet::Condition(_)) => continue,
            }
        }
        if Instant::now() > deadline {
            return Err(StoreError::Failed(
                "another writer's claim on the name has not ended".to_owned(),
            ));
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

#[expect(clippy::cast_precision_loss, reason = "times stay below 2^53")]
fn is_over(claimed: f64, lease: Duration) -> bool {
    let age = Utc::now().timestamp_millis() as f64 - claimed;
    age > lease.as_secs_f64() * 1_000.0
}

/// Takes a claim back, so that others need not wait for its lease to end.
async fn release(bucket: &Bucket, object: &str, claim: &Claim) {
    let released = match bucket.head(object).await {
        Ok(Some(found)) if found.claim.as_ref() == Some(&claim.id) => {
            bucket.delete_this(object, &claim.etag).await
        }
        Ok(_) => Ok(()),
        Err(error) => Err(error),
    };
    if let Err(error) = released {
        tracing::warn!(%error, "a claim on a name in a volume could not be taken back");
    }
}

/// Different for every claim, so that its entity tag is as well.
fn content(id: &str) -> Content {
    let mut text = String::with_capacity(SIZE);
    // Writing to a string does not fail.
    writeln!(
        text,
        "Ketrics: somebody is about to write this object. Claim {id}."
    )
    .ok();
    text.extend(std::iter::repeat_n('.', SIZE - text.len()));
    Content {
        body: text.into(),
        content_type: "text/plain".to_owned(),
        headers: attributes::claim(id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_s3::config::BehaviorVersion;
    use aws_sdk_s3::config::Credentials;
    use aws_sdk_s3::config::Region;
    use std::sync::Arc;

    /// A bucket whose claims are soon over, where there is a server.
    #[expect(
        clippy::disallowed_methods,
        reason = "what runs the tests says where the servers are"
    )]
    async fn bucket() -> Option<Bucket> {
        let Ok(endpoint) = std::env::var("KETRICS_TEST_S3") else {
            let missing = "KETRICS_TEST_S3 is not set; `scripts/test-servers` starts a server";
            assert!(std::env::var("CI").is_err(), "{missing}");
            eprintln!("not tested: {missing}");
            return None;
        };
        let config = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new("us-east-1"))
            .endpoint_url(endpoint)
            .force_path_style(true)
            .credentials_provider(Credentials::new("test", "testtest", None, None, "test"))
            .build();
        let bucket = Bucket {
            client: aws_sdk_s3::Client::from_conf(config),
            name: format!("ketrics-claims-{}", Uuid::new_v4().simple()),
            lease: Duration::from_secs(2),
        };
        let made = bucket.client.create_bucket().bucket(&bucket.name).send();
        made.await.unwrap();
        Some(bucket)
    }

    struct Work {
        bucket: Arc<Bucket>,
        text: String,
    }

    impl Commit for Work {
        async fn commit(&self, _: Option<String>) -> Result<(), Unmet> {
            let content = Content {
                body: self.text.clone().into(),
                content_type: "text/plain".to_owned(),
                headers: attributes::Headers::new(),
            };
            // As a server that ignores the condition does it.
            let put = self.bucket.put("name", content, Condition::None);
            put.await.map(|_| ())
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_claim_whose_holder_is_gone_is_taken_over_by_exactly_one() {
        let Some(bucket) = bucket().await else {
            return;
        };
        let bucket = Arc::new(bucket);
        let gone = bucket.put("name", content("gone"), Condition::Nothing);
        assert!(gone.await.is_ok());
        // Servers tell times in whole seconds.
        tokio::time::sleep(bucket.lease + Duration::from_millis(1_500)).await;
        let writers = (0..16).map(|number| {
            let work = Work {
                bucket: Arc::clone(&bucket),
                text: format!("of {number}"),
            };
            tokio::spawn(async move {
                let done = commit(&work.bucket, "name", Expect::Nothing, &work).await;
                done.map(|()| work.text)
            })
        });
        let mut winners = Vec::new();
        for writer in writers.collect::<Vec<_>>() {
            match writer.await.unwrap() {
                Ok(text) => winners.push(text),
                Err(StoreError::Exists) => {}
                Err(error) => panic!("{error}"),
            }
        }
        let [winner] = winners.as_slice() else {
            panic!("{winners:?}")
        };
        let get = bucket.client.get_object().bucket(&bucket.name).key("name");
        let body = get.send().await.unwrap().body.collect().await.unwrap();
        assert_eq!(body.into_bytes(), winner.as_bytes());
        let delete = bucket.client.delete_object().bucket(&bucket.name);
        delete.key("name").send().await.unwrap();
        let delete = bucket.client.delete_bucket().bucket(&bucket.name);
        delete.send().await.unwrap();
    }
}
