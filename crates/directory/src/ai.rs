//! What tenants may ask of language models, and what they asked: requests of this minute, tokens
//! of this month. The counts are of all hosts together.

use crate::Directory;
use crate::DirectoryError;
use crate::TenantId;
use crate::now;
use chrono::Utc;

const MINUTE: i64 = 60_000;

/// How much a tenant may ask of language models.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AiAllowance {
    /// Requests in one minute of the clock; 0 switches language models off.
    pub requests_per_minute: u32,
    /// Tokens in one month (UTC), of what models read and what they write.
    pub tokens_per_month: u64,
}

/// One request more was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AiRequest {
    /// It is within the allowance.
    Within,
    /// It is not; this many seconds later there is a new minute.
    Over {
        /// 1 to 60.
        retry_after: u32,
    },
}

/// Tokens that were set aside for a request, in the month in which it began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AiReservation {
    tenant: TenantId,
    month: String,
    tokens: i64,
}

impl Directory {
    /// Gives a tenant an allowance of its own, which may be nothing; `None` takes it away, and the
    /// host's counts for the tenant.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn set_ai_allowance(
        &self,
        tenant: TenantId,
        allowance: Option<AiAllowance>,
    ) -> Result<(), DirectoryError> {
        let Some(allowance) = allowance else {
            sqlx::query("DELETE FROM ai_allowances WHERE tenant_id = $1")
                .bind(tenant.to_string())
                .execute(&self.pool)
                .await?;
            return Ok(());
        };
        sqlx::query(
            "INSERT INTO ai_allowances (tenant_id, requests_per_minute, tokens_per_month) \
             VALUES ($1, $2, $3) ON CONFLICT (tenant_id) DO UPDATE \
             SET requests_per_minute = excluded.requests_per_minute, \
             tokens_per_month = excluded.tokens_per_month",
        )
        .bind(tenant.to_string())
        .bind(i64::from(allowance.requests_per_minute))
        .bind(signed(allowance.tokens_per_month))
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// What a tenant may ask of language models, where it has an allowance of its own.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn ai_allowance(
        &self,
        tenant: TenantId,
    ) -> Result<Option<AiAllowance>, DirectoryError> {
        let row: Option<(i64, i64)> = sqlx::query_as(
            "SELECT requests_per_minute, tokens_per_month FROM ai_allowances WHERE tenant_id = $1",
        )
        .bind(tenant.to_string())
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|(requests, tokens)| AiAllowance {
            requests_per_minute: u32::try_from(requests).unwrap_or_default(),
            tokens_per_month: u64::try_from(tokens).unwrap_or_default(),
        }))
    }

    /// Counts one request more of this minute. One that is over the allowance counts, too.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn count_ai_request(
        &self,
        tenant: TenantId,
        allowance: AiAllowance,
    ) -> Result<AiRequest, DirectoryError> {
        let now = now();
        let (requests,): (i64,) = sqlx::query_as(
            "INSERT INTO ai_requests (tenant_id, minute, requests) VALUES ($1, $2, 1) \
             ON CONFLICT (tenant_id) DO UPDATE SET minute = excluded.minute, \
             requests = CASE WHEN ai_requests.minute = excluded.minute \
               THEN ai_requests.requests + 1 ELSE 1 END \
             RETURNING requests",
        )
        .bind(tenant.to_string())
        .bind(now / MINUTE)
        .fetch_one(&self.pool)
        .await?;
        if requests <= i64::from(allowance.requests_per_minute) {
            return Ok(AiRequest::Within);
        }
        let left = (MINUTE - now % MINUTE) / 1_000 + 1;
        Ok(AiRequest::Over {
            retry_after: u32::try_from(left).unwrap_or(60).min(60),
        })
    }

    /// Sets tokens of this month aside before they are used, so that requests at once do not go
    /// over the allowance together. The error says how many tokens are left.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn reserve_ai_tokens(
        &self,
        tenant: TenantId,
        allowance: AiAllowance,
        tokens: u32,
    ) -> Result<Result<AiReservation, u64>, DirectoryError> {
        let month = Utc::now().format("%Y-%m").to_string();
        sqlx::query(
            "INSERT INTO ai_tokens (tenant_id, month, tokens) VALUES ($1, $2, 0) \
             ON CONFLICT (tenant_id, month) DO NOTHING",
        )
        .bind(tenant.to_string())
        .bind(&month)
        .execute(&self.pool)
        .await?;
        let done = sqlx::query(
            "UPDATE ai_tokens SET tokens = tokens + $3 \
             WHERE tenant_id = $1 AND month = $2 AND tokens + $3 <= $4",
        )
        .bind(tenant.to_string())
        .bind(&month)
        .bind(i64::from(tokens))
        .bind(signed(allowance.tokens_per_month))
        .execute(&self.pool)
        .await?;
        if done.rows_affected() == 1 {
            let tokens = i64::from(tokens);
            return Ok(Ok(AiReservation {
                tenant,
                month,
                tokens,
            }));
        }
        let used = self.ai_tokens(tenant).await?;
        Ok(Err(allowance.tokens_per_month.saturating_sub(used)))
    }

    /// Puts what was really used in place of a reservation.
    ///
    /// # Errors
    /// When the directory does not answer; then the reservation stands.
    pub async fn settle_ai_tokens(
        &self,
        reservation: &AiReservation,
        used: u64,
    ) -> Result<(), DirectoryError> {
        sqlx::query(
            "UPDATE ai_tokens SET tokens = tokens + $3 WHERE tenant_id = $1 AND month = $2",
        )
        .bind(reservation.tenant.to_string())
        .bind(&reservation.month)
        .bind(signed(used) - reservation.tokens)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Tokens that the tenant used this month, with those that are set aside.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn ai_tokens(&self, tenant: TenantId) -> Result<u64, DirectoryError> {
        let row: Option<(i64,)> =
            sqlx::query_as("SELECT tokens FROM ai_tokens WHERE tenant_id = $1 AND month = $2")
                .bind(tenant.to_string())
                .bind(Utc::now().format("%Y-%m").to_string())
                .fetch_optional(&self.pool)
                .await?;
        Ok(row.map_or(0, |(tokens,)| u64::try_from(tokens).unwrap_or_default()))
    }
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
