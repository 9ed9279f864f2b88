//! Reading a log: pages in the order of time, news in the order in which they were stored.
//!
//! One question looks through so many lines at the most, and says where to go on: a search for what
//! is nowhere must not keep the database busy.

use super::LogFilter;
use super::LogLevel;
use super::LogLine;
use super::LogNews;
use super::LogPage;
use super::LogPosition;
use super::LogSource;
use super::StoredLogLine;
use crate::Directory;
use crate::DirectoryError;
use crate::TenantId;
use crate::database::storable;
use sqlx::Any;
use sqlx::Row;
use sqlx::any::AnyArguments;
use sqlx::any::AnyRow;
use sqlx::query::Query;

/// Lines that one question looks through at the most.
const LOOKED_THROUGH: i64 = 20_000;

/// What is asked of the lines of one application, or of all of the tenant's: each has its index.
macro_rules! of_lines {
    ($filter:expr, $select:literal, $($rest:tt)*) => {
        match $filter.application {
            Some(_) => concat!(
                $select,
                " FROM log_lines l WHERE l.tenant_id = $1 AND l.application_id = $2 AND ",
                $($rest)*
            ),
            None => concat!(
                $select,
                " FROM log_lines l WHERE l.tenant_id = $1 AND $2 = '' AND ",
                $($rest)*
            ),
        }
    };
}

/// A question for lines, by bounds that use `$3` to `$6`; [`filtered`] has the rest.
macro_rules! lines {
    ($filter:expr, $bounds:literal, $order:literal) => {
        of_lines!(
            $filter,
            "SELECT l.tenant_id, l.number, l.application_id, l.deployment_id, l.function, \
             l.invocation_id, l.job_id, l.requestor_id, l.source, l.level, l.time, l.message, \
             l.data, \
             (SELECT a.code FROM applications a WHERE a.id = l.application_id) AS code",
            $bounds,
            " AND l.level >= $7 AND ($8 = '' OR l.function = $8) \
             AND ($9 = '' OR LOWER(l.message) LIKE $9 ESCAPE '!') \
             AND ($10 = '' OR l.invocation_id = $10 OR l.job_id = $10) ORDER BY ",
            $order,
            " LIMIT $11"
        )
    };
}

type Question = Query<'static, Any, AnyArguments>;

impl Directory {
    /// A page of a tenant's log, newest first: what is behind a position, or the newest.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn log_page(
        &self,
        tenant: TenantId,
        filter: &LogFilter,
        behind: Option<LogPosition>,
        limit: u32,
    ) -> Result<LogPage, DirectoryError> {
        let last = self.last_log_number(tenant).await?;
        // What is stored from now on is news.
        let until = LogPosition {
            time: filter.until.unwrap_or(i64::MAX),
            number: 0,
        };
        let upper = behind.map_or(until, |behind| behind.min(until));
        let since = LogPosition {
            time: filter.since.unwrap_or(0),
            number: 0,
        };
        let bounds = [since.time, since.number, upper.time, upper.number];
        let question = of_lines!(
            filter,
            "SELECT l.time, l.number",
            "(l.time, l.number) >= ($3, $4) AND (l.time, l.number) < ($5, $6) \
             ORDER BY l.time DESC, l.number DESC LIMIT 1 OFFSET $7"
        );
        let end = ask(question, tenant, filter, bounds).bind(LOOKED_THROUGH - 1);
        let end = end.fetch_optional(&self.pool).await?;
        let end = end.as_ref().map(position).transpose()?;
        let lower = end.unwrap_or(since);
        let bounds = [lower.time, lower.number, upper.time, upper.number];
        let question = lines!(
            filter,
            "(l.time, l.number) >= ($3, $4) AND (l.time, l.number) < ($5, $6) AND l.number <= $12",
            "l.time DESC, l.number DESC"
        );
        let rows = filtered(ask(question, tenant, filter, bounds), filter, limit)
            .bind(last)
            .fetch_all(&self.pool)
            .await?;
        let (lines, is_full) = page(&rows, limit)?;
        Ok(LogPage {
            behind: match lines.last() {
                Some(line) if is_full => Some(line.position()),
                _ => end,
            },
            lines,
            last,
        })
    }

    /// The lines of a tenant that were stored behind a number.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn log_news(
        &self,
        tenant: TenantId,
        filter: &LogFilter,
        after: i64,
        limit: u32,
    ) -> Result<LogNews, DirectoryError> {
        let (last,): (i64,) = sqlx::query_as(
            "SELECT COALESCE(MAX(number), $2) FROM (SELECT number FROM log_lines \
             WHERE tenant_id = $1 AND number > $2 ORDER BY number LIMIT $3) n",
        )
        .bind(tenant.to_string())
        .bind(after)
        .bind(LOOKED_THROUGH)
        .fetch_one(&self.pool)
        .await?;
        let (since, until) = (filter.since.unwrap_or(0), filter.until.unwrap_or(i64::MAX));
        let question = lines!(
            filter,
            "l.number > $3 AND l.number <= $4 AND l.time >= $5 AND l.time < $6",
            "l.number"
        );
        let bounds = [after, last, since, until];
        let rows = filtered(ask(question, tenant, filter, bounds), filter, limit)
            .fetch_all(&self.pool)
            .await?;
        let (lines, is_full) = page(&rows, limit)?;
        Ok(LogNews {
            last: match lines.last() {
                Some(line) if is_full => line.number,
                _ => last,
            },
            lines,
        })
    }

    async fn last_log_number(&self, tenant: TenantId) -> Result<i64, DirectoryError> {
        let row: Option<(i64,)> =
            sqlx::query_as("SELECT last FROM log_numbers WHERE tenant_id = $1")
                .bind(tenant.to_string())
                .fetch_optional(&self.pool)
                .await?;
        Ok(row.map_or(0, |(last,)| last))
    }
}

/// A question with the parameters up to `$6`.
fn ask(text: &'static str, tenant: TenantId, filter: &LogFilter, bounds: [i64; 4]) -> Question {
    let application = filter.application.map(|id| id.to_string());
    let question = sqlx::query(text)
        .bind(tenant.to_string())
        .bind(application.unwrap_or_default());
    bounds.into_iter().fold(question, Query::bind)
}

/// The parameters from `$7` to `$11`; one line more is asked for, to see whether there is one.
fn filtered(question: Question, filter: &LogFilter, limit: u32) -> Question {
    let text = |text: &Option<String>| text.as_deref().map(storable).unwrap_or_default();
    question
        .bind(filter.level.column())
        .bind(text(&filter.function))
        .bind(filter.text.as_deref().map(pattern).unwrap_or_default())
        .bind(text(&filter.request))
        .bind(i64::from(limit) + 1)
}

/// What `LIKE` finds a text by, wherever it stands.
fn pattern(text: &str) -> String {
    let mut pattern = String::from("%");
    for character in storable(text).to_ascii_lowercase().chars() {
        if matches!(character, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

/// So many lines at the most, and whether there are more.
fn page(rows: &[AnyRow], limit: u32) -> Result<(Vec<StoredLogLine>, bool), DirectoryError> {
    let limit = limit as usize;
    let lines = rows.iter().take(limit).map(stored);
    Ok((lines.collect::<Result<_, _>>()?, rows.len() > limit))
}

fn position(row: &AnyRow) -> Result<LogPosition, DirectoryError> {
    Ok(LogPosition {
        time: row.try_get("time")?,
        number: row.try_get("number")?,
    })
}

fn stored(row: &AnyRow) -> Result<StoredLogLine, DirectoryError> {
    let job: Option<String> = row.try_get("job_id")?;
    Ok(StoredLogLine {
        number: row.try_get("number")?,
        application_code: row.try_get("code")?,
        line: LogLine {
            tenant_id: row.try_get::<String, _>("tenant_id")?.parse()?,
            application_id: row.try_get::<String, _>("application_id")?.parse()?,
            deployment_id: row.try_get::<String, _>("deployment_id")?.parse()?,
            function: row.try_get("function")?,
            invocation_id: row.try_get("invocation_id")?,
            job_id: job.map(|job| job.parse()).transpose()?,
            requestor_id: row.try_get("requestor_id")?,
            source: LogSource::from_column(&row.try_get::<String, _>("source")?)?,
            level: LogLevel::from_column(row.try_get("level")?)?,
            time: row.try_get("time")?,
            message: row.try_get("message")?,
            data: row.try_get("data")?,
        },
    })
}
