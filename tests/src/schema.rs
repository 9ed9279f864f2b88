//! A schema of its own in PostgreSQL, for hosts that share a directory.

use crate::servers;
use ketrics_directory::PostgresDirectory;
use sqlx::Connection;
use sqlx::PgConnection;
use uuid::Uuid;

/// Connections of each host under test: the server has not many.
pub(crate) const CONNECTIONS: u32 = 4;

/// An empty schema, which goes with this.
#[derive(Debug)]
pub(crate) struct Schema {
    server: String,
    name: String,
}

impl Schema {
    /// Makes one, where there is a server.
    pub async fn new() -> Option<Self> {
        let server = servers::postgres();
        let mut connection = match PgConnection::connect(&server).await {
            Ok(connection) => connection,
            Err(error) => {
                servers::missing(&format!("there is no PostgreSQL at {server}: {error}"));
                return None;
            }
        };
        let name = format!("e2e_{}", Uuid::new_v4().simple());
        let statement = format!("CREATE SCHEMA {name}");
        execute(&mut connection, statement)
            .await
            .expect("a schema can be made");
        Some(Self { server, name })
    }

    /// A connection that has this schema's tables.
    pub async fn connection(&self) -> PgConnection {
        let url = self.settings().url;
        PgConnection::connect(&url).await.expect("a connection")
    }

    /// How a directory in this schema is reached.
    pub fn settings(&self) -> PostgresDirectory {
        PostgresDirectory {
            url: format!("{}?options[search_path]={}", self.server, self.name),
            max_connections: CONNECTIONS,
        }
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        let statement = format!("DROP SCHEMA {} CASCADE", self.name);
        let server = self.server.clone();
        // What is dropped inside a runtime cannot wait for another.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async {
                let mut connection = PgConnection::connect(&server).await?;
                execute(&mut connection, statement).await
            })
        });
        let _ = dropping.join();
    }
}

async fn execute(connection: &mut PgConnection, statement: String) -> Result<(), sqlx::Error> {
    let statement = sqlx::raw_sql(sqlx::AssertSqlSafe(statement));
    statement.execute(connection).await.map(drop)
}
