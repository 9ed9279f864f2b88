//! Where a test's directory is: a file, or a schema of its own in PostgreSQL.
//!
//! `scripts/test-servers` starts PostgreSQL where there is none and says in the environment where
//! it is. Where it is missing, its tests pass and say so; in CI (`CI=true`) they fail.

use ketrics_directory::Directory;
use ketrics_directory::PostgresDirectory;
use sqlx::Connection;
use sqlx::PgConnection;
use tempfile::TempDir;
use uuid::Uuid;

const POSTGRES: &str = "postgres://root@127.0.0.1:5432/test";

/// An empty place for a directory; what was made there goes with it.
#[derive(Debug)]
pub enum Place {
    File(TempDir),
    Schema { server: String, name: String },
}

impl Place {
    pub fn file() -> Self {
        Self::File(TempDir::new().unwrap())
    }

    pub async fn schema() -> Option<Self> {
        let server = server();
        let mut connection = match PgConnection::connect(&server).await {
            Ok(connection) => connection,
            Err(error) => {
                let missing = format!("there is no PostgreSQL at {server}: {error}");
                assert!(!in_ci(), "{missing}");
                eprintln!("not tested: {missing}");
                return None;
            }
        };
        let name = format!("directory_{}", Uuid::new_v4().simple());
        execute(&mut connection, format!("CREATE SCHEMA {name}")).await;
        Some(Self::Schema { server, name })
    }

    /// A host's connections to the directory here.
    pub async fn open(&self) -> Directory {
        match self {
            Self::File(folder) => {
                let path = folder.path().join("directory.sqlite");
                Directory::open(&path).await.unwrap()
            }
            Self::Schema { server, name } => {
                let settings = PostgresDirectory {
                    url: format!("{server}?options[search_path]={name}"),
                    max_connections: 4,
                };
                Directory::connect(&settings).await.unwrap()
            }
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Self::Schema { server, name } = self else {
            return;
        };
        let (server, drop) = (server.clone(), format!("DROP SCHEMA {name} CASCADE"));
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let mut connection = PgConnection::connect(&server).await.unwrap();
                execute(&mut connection, drop).await;
            });
        });
        let _ = dropping.join();
    }
}

async fn execute(connection: &mut PgConnection, statement: String) {
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement))
        .execute(connection)
        .await
        .unwrap();
}

#[expect(
    clippy::disallowed_methods,
    reason = "what runs the tests says where the servers are"
)]
fn server() -> String {
    std::env::var("KETRICS_TEST_POSTGRES").unwrap_or_else(|_| POSTGRES.to_owned())
}

#[expect(clippy::disallowed_methods, reason = "CI says so in its environment")]
fn in_ci() -> bool {
    std::env::var("CI").is_ok()
}

/// Makes a test of each function for each kind of database.
macro_rules! on_both {
    ($($name:ident,)*) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                super::$name(crate::places::Place::file()).await;
            })*
        }
        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                if let Some(place) = crate::places::Place::schema().await {
                    super::$name(place).await;
                }
            })*
        }
    };
}
pub(crate) use on_both;
