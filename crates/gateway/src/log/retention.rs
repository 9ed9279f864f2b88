//! Lines that are too old go. One host at a time sees to it for all, in small batches.

use chrono::Utc;
use ketrics_directory::Directory;
use ketrics_directory::DirectoryError;
use std::time::Duration;
use std::time::Instant;

/// How often somebody looks.
const EVERY: Duration = Duration::from_mins(10);

/// Lines of one tenant that go at once, and how long others have the database until the next.
const BATCH: u32 = 1_000;
const BREATH: Duration = Duration::from_millis(100);

const CHORE: &str = "forget old log lines";

/// Takes lines away that are older than this, for as long as it is polled.
pub(crate) async fn forget_old_lines(directory: Directory, retention: Duration) {
    loop {
        if let Err(error) = sweep(&directory, retention).await {
            tracing::error!(%error, "old log lines cannot be taken away");
        }
        tokio::time::sleep(EVERY).await;
    }
}

async fn sweep(directory: &Directory, retention: Duration) -> Result<(), DirectoryError> {
    let retention = i64::try_from(retention.as_millis()).unwrap_or(i64::MAX);
    let before = Utc::now().timestamp_millis().saturating_sub(retention);
    if !directory.take_chore(CHORE, EVERY).await? {
        return Ok(());
    }
    // The next host does the rest.
    let started = Instant::now();
    while started.elapsed() < EVERY / 2 && directory.forget_log(before, BATCH).await? > 0 {
        tokio::time::sleep(BREATH).await;
    }
    Ok(())
}
