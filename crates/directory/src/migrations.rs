//! The tables, version by version. The files are part of the binary.

use sqlx::SqlSafeStr;
use sqlx::migrate::Migration;
use sqlx::migrate::MigrationType;
use sqlx::migrate::Migrator;

const SQLITE: [(i64, &str, &str); 4] = [
    (
        1,
        "platform",
        include_str!("../migrations/sqlite/0001_platform.sql"),
    ),
    (
        2,
        "resources",
        include_str!("../migrations/sqlite/0002_resources.sql"),
    ),
    (
        3,
        "records",
        include_str!("../migrations/sqlite/0003_records.sql"),
    ),
    (
        4,
        "document databases",
        include_str!("../migrations/sqlite/0004_document_databases.sql"),
    ),
];

/// What brings a SQLite file up to date.
pub(crate) fn migrator() -> Migrator {
    Migrator::with_migrations(
        SQLITE
            .into_iter()
            .map(|(version, description, sql)| {
                Migration::new(
                    version,
                    description.into(),
                    MigrationType::Simple,
                    sql.into_sql_str(),
                    false,
                )
            })
            .collect(),
    )
}
