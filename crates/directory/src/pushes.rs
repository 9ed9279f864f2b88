//! Messages that are to be pushed to their users, besides being in the inbox.
//!
//! Any number of hosts claim pushes. A claim moves the push into the future, so that it is due
//! again when the host that claimed it dies. One that was tried too often is kept as dead.

use crate::Directory;
use crate::DirectoryError;
use crate::MessageId;
use crate::TenantId;
use crate::UserId;
use crate::now;
use sqlx::Any;
use sqlx::Transaction;
use std::time::Duration;

/// The right to try a push once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushClaim {
    message: MessageId,
    attempt: i64,
}

impl PushClaim {
    /// How often it was tried, with this time.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        u32::try_from(self.attempt).unwrap_or(u32::MAX)
    }
}

/// A message that is to be pushed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushMessage {
    /// The message's id; the same for each try.
    pub id: MessageId,
    /// The tenant.
    pub tenant_id: TenantId,
    /// Its code.
    pub tenant_code: String,
    /// Code of the application that sent it.
    pub application_code: String,
    /// To whom.
    pub user_id: UserId,
    /// The user's e-mail address.
    pub email: String,
    /// The application's own type.
    pub kind: String,
    /// One line.
    pub subject: String,
    /// Markdown.
    pub body: String,
    /// `LOW`, `MEDIUM` or `HIGH`.
    pub priority: String,
    /// Where a click leads.
    pub action_url: Option<String>,
    /// Custom data, as JSON.
    pub data: Option<String>,
    /// Milliseconds since the epoch.
    pub created_at: i64,
}

/// A push that was given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadPush {
    /// The message, which is in the inbox all the same.
    pub message_id: MessageId,
    /// To whom it was to go.
    pub user_id: UserId,
    /// How often it was tried.
    pub attempts: u32,
    /// What went wrong the last time.
    pub error: String,
    /// When the message was sent, in milliseconds since the epoch.
    pub created_at: i64,
}

type Row = (
    String,
    String,
    String,
    String,
    String,
    String,
    String,
    String,
    String,
    Option<String>,
    Option<String>,
    i64,
);

/// Has a message pushed that is put into an inbox in the same transaction.
pub(crate) async fn queue_push(
    transaction: &mut Transaction<'static, Any>,
    message: MessageId,
    now: i64,
) -> Result<(), DirectoryError> {
    sqlx::query(
        "INSERT INTO pushes (message_id, state, attempts, next_at, created_at) \
         VALUES ($1, 'pending', 0, $2, $2)",
    )
    .bind(message.to_string())
    .bind(now)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

impl Directory {
    /// Claims the push that has been due for the longest time. Nobody else gets it before `lease`
    /// is over. A message that expired meanwhile is given up.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn claim_push(
        &self,
        lease: Duration,
    ) -> Result<Option<(PushClaim, PushMessage)>, DirectoryError> {
        loop {
            let now = now();
            let due: Option<(String, i64)> = sqlx::query_as(
                "SELECT message_id, attempts FROM pushes \
                 WHERE state = 'pending' AND next_at <= $1 ORDER BY next_at, message_id LIMIT 1",
            )
            .bind(now)
            .fetch_optional(&self.pool)
            .await?;
            let Some((id, attempts)) = due else {
                return Ok(None);
            };
            let lease = i64::try_from(lease.as_millis()).unwrap_or(i64::MAX);
            // Of several hosts that saw it, one finds it as it was.
            let claimed = sqlx::query(
                "UPDATE pushes SET attempts = attempts + 1, next_at = $3 \
                 WHERE message_id = $1 AND state = 'pending' AND attempts = $2 AND next_at <= $4",
            )
            .bind(&id)
            .bind(attempts)
            .bind(now.saturating_add(lease))
            .bind(now)
            .execute(&self.pool)
            .await?;
            if claimed.rows_affected() == 0 {
                continue;
            }
            let claim = PushClaim {
                message: id.parse()?,
                attempt: attempts + 1,
            };
            let row: Option<Row> = sqlx::query_as(
                "SELECT m.tenant_id, t.code, a.code, m.user_id, u.email, m.type, m.subject, \
                 m.body, m.priority, m.action_url, m.data, m.created_at \
                 FROM messages m JOIN tenants t ON t.id = m.tenant_id \
                 JOIN applications a ON a.id = m.application_id JOIN users u ON u.id = m.user_id \
                 WHERE m.id = $1 AND (m.expires_at IS NULL OR m.expires_at > $2)",
            )
            .bind(&id)
            .bind(now)
            .fetch_optional(&self.pool)
            .await?;
            let Some(row) = row else {
                self.push_given_up(&claim, "the message expired").await?;
                continue;
            };
            let message = PushMessage {
                id: claim.message,
                tenant_id: row.0.parse()?,
                tenant_code: row.1,
                application_code: row.2,
                user_id: row.3.parse()?,
                email: row.4,
                kind: row.5,
                subject: row.6,
                body: row.7,
                priority: row.8,
                action_url: row.9,
                data: row.10,
                created_at: row.11,
            };
            return Ok(Some((claim, message)));
        }
    }

    /// The push reached its provider.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn push_sent(&self, claim: &PushClaim) -> Result<(), DirectoryError> {
        self.settle_push(claim, "sent", now(), None).await
    }

    /// The push failed and is to be tried again after a while.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn push_failed(
        &self,
        claim: &PushClaim,
        error: &str,
        again_in: Duration,
    ) -> Result<(), DirectoryError> {
        let wait = i64::try_from(again_in.as_millis()).unwrap_or(i64::MAX);
        self.settle_push(claim, "pending", now().saturating_add(wait), Some(error))
            .await
    }

    /// The push failed for good.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn push_given_up(
        &self,
        claim: &PushClaim,
        error: &str,
    ) -> Result<(), DirectoryError> {
        self.settle_push(claim, "dead", now(), Some(error)).await
    }

    /// Records what came of a claim, unless somebody else claimed the push since.
    async fn settle_push(
        &self,
        claim: &PushClaim,
        state: &str,
        next_at: i64,
        error: Option<&str>,
    ) -> Result<(), DirectoryError> {
        sqlx::query(
            "UPDATE pushes SET state = $3, next_at = $4, error = $5 \
             WHERE message_id = $1 AND state = 'pending' AND attempts = $2",
        )
        .bind(claim.message.to_string())
        .bind(claim.attempt)
        .bind(state)
        .bind(next_at)
        .bind(error)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Pushes of the tenant that were given up, newest first.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn dead_pushes(
        &self,
        tenant: TenantId,
        limit: u32,
    ) -> Result<Vec<DeadPush>, DirectoryError> {
        let rows: Vec<(String, String, i64, Option<String>, i64)> = sqlx::query_as(
            "SELECT p.message_id, m.user_id, p.attempts, p.error, p.created_at \
             FROM pushes p JOIN messages m ON m.id = p.message_id \
             WHERE p.state = 'dead' AND m.tenant_id = $1 \
             ORDER BY p.created_at DESC, p.message_id DESC LIMIT $2",
        )
        .bind(tenant.to_string())
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter()
            .map(|(message, user, attempts, error, created_at)| {
                Ok(DeadPush {
                    message_id: message.parse()?,
                    user_id: user.parse()?,
                    attempts: u32::try_from(attempts).unwrap_or(u32::MAX),
                    error: error.unwrap_or_default(),
                    created_at,
                })
            })
            .collect()
    }
}
