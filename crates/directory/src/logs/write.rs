//! Storing lines, and taking away those that are too old.

use super::LogLine;
use crate::Directory;
use crate::DirectoryError;
use crate::TenantId;
use crate::database::storable;
use crate::jobs::millis;
use crate::now;
use sqlx::AssertSqlSafe;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

/// Lines that one statement stores.
const ROWS: usize = 50;

const INSERT: &str = "INSERT INTO log_lines (tenant_id, number, application_id, deployment_id, \
    function, invocation_id, job_id, requestor_id, source, level, time, message, data) VALUES";
const COLUMNS: usize = 13;

impl Directory {
    /// Stores lines, which get numbers in their order.
    ///
    /// # Errors
    /// When the directory does not answer; then none is stored.
    pub async fn store_log(&self, lines: &[LogLine]) -> Result<(), DirectoryError> {
        // In the order of their ids: hosts that wait for one another never do so in a circle.
        let mut tenants: BTreeMap<TenantId, Vec<&LogLine>> = BTreeMap::new();
        for line in lines {
            tenants.entry(line.tenant_id).or_default().push(line);
        }
        let mut transaction = self.begin().await?;
        for (tenant, lines) in tenants {
            let count = i64::try_from(lines.len()).unwrap_or(i64::MAX);
            let (last,): (i64,) = sqlx::query_as(
                "INSERT INTO log_numbers (tenant_id, last) VALUES ($1, $2) \
                 ON CONFLICT (tenant_id) DO UPDATE SET last = log_numbers.last + excluded.last \
                 RETURNING last",
            )
            .bind(tenant.to_string())
            .bind(count)
            .fetch_one(&mut *transaction)
            .await?;
            let mut number = last - count;
            for rows in lines.chunks(ROWS) {
                let text = AssertSqlSafe(insertion(rows.len()));
                // The text for full chunks is worth keeping, those for remainders are not.
                let mut query = sqlx::query(text).persistent(rows.len() == ROWS);
                for line in rows {
                    number += 1;
                    query = query
                        .bind(tenant.to_string())
                        .bind(number)
                        .bind(line.application_id.to_string())
                        .bind(line.deployment_id.to_string())
                        .bind(line.function.as_deref().map(storable))
                        .bind(line.invocation_id.clone())
                        .bind(line.job_id.map(|job| job.to_string()))
                        .bind(line.requestor_id.clone())
                        .bind(line.source.name())
                        .bind(line.level.column())
                        .bind(line.time)
                        .bind(storable(&line.message))
                        .bind(line.data.clone());
                }
                query.execute(&mut *transaction).await?;
            }
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Takes lines from before a time away, of each tenant at most so many at once. Says how many
    /// they were; 0 when none is left.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn forget_log(&self, before: i64, most: u32) -> Result<u64, DirectoryError> {
        let tenants: Vec<(String,)> = sqlx::query_as("SELECT tenant_id FROM log_numbers")
            .fetch_all(&self.pool)
            .await?;
        let mut forgotten = 0;
        for (tenant,) in tenants {
            let done = sqlx::query(
                "DELETE FROM log_lines WHERE tenant_id = $1 AND number IN \
                 (SELECT number FROM log_lines WHERE tenant_id = $1 AND time < $2 \
                  ORDER BY time LIMIT $3)",
            )
            .bind(tenant)
            .bind(before)
            .bind(i64::from(most))
            .execute(&self.pool)
            .await?;
            forgotten += done.rows_affected();
        }
        Ok(forgotten)
    }

    /// Takes on for a while what one host does for all. False while another host has it.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn take_chore(&self, name: &str, time: Duration) -> Result<bool, DirectoryError> {
        let now = now();
        let done = sqlx::query(
            "INSERT INTO chores (name, until) VALUES ($1, $2) \
             ON CONFLICT (name) DO UPDATE SET until = excluded.until WHERE chores.until <= $3",
        )
        .bind(name)
        .bind(now.saturating_add(millis(time)))
        .bind(now)
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected() == 1)
    }
}

/// A statement for so many rows.
fn insertion(rows: usize) -> String {
    let mut text = String::from(INSERT);
    for row in 0..rows {
        text.push_str(if row == 0 { " (" } else { ", (" });
        for column in 0..COLUMNS {
            let comma = if column == 0 { "" } else { ", " };
            let _ = write!(text, "{comma}${}", row * COLUMNS + column + 1);
        }
        text.push(')');
    }
    text
}
