//! The tables, version by version. The files are part of the binary.

use crate::database::Engine;
use sqlx::SqlSafeStr;
use sqlx::migrate::Migration;
use sqlx::migrate::MigrationType;
use sqlx::migrate::Migrator;

macro_rules! version {
    ($number:literal, $name:literal) => {
        (
            $number,
            $name,
            include_str!(concat!("../migrations/sqlite/", $name, ".sql")),
            include_str!(concat!("../migrations/postgres/", $name, ".sql")),
        )
    };
}

/// The versions, each with its text for SQLite and for PostgreSQL.
const VERSIONS: &[(i64, &str, &str, &str)] = &[
    version!(1, "0001_platform"),
    version!(2, "0002_resources"),
    version!(3, "0003_records"),
    version!(4, "0004_document_databases"),
    version!(5, "0005_deployment_tokens"),
    version!(6, "0006_ai_and_user_status"),
    version!(7, "0007_pushes"),
    version!(8, "0008_egress_rules"),
    version!(9, "0009_logs"),
];

/// What brings a database up to date.
pub(crate) fn migrator(engine: Engine) -> Migrator {
    let versions = VERSIONS.iter().map(|&(version, name, sqlite, postgres)| {
        let sql = match engine {
            Engine::Sqlite => sqlite,
            Engine::Postgres => postgres,
        };
        let description = name[5..].replace('_', " ");
        Migration::new(
            version,
            description.into(),
            MigrationType::Simple,
            sql.into_sql_str(),
            false,
        )
    });
    Migrator::with_migrations(versions.collect())
}
