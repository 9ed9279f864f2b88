//! Databases of their own on real servers, one per test.
//!
//! PostgreSQL, MariaDB and SQL Server are where `KETRICS_TEST_POSTGRES`, `KETRICS_TEST_MYSQL` and
//! `KETRICS_TEST_SQLSERVER` say, or where the development machines have them. Where there is none, its tests pass and say so; in CI (`CI=true`)
//! they fail.

use crate::db::Db;
use crate::db::connect;
use crate::world::World;
use crate::world::world;
use ketrics_directory::DatabaseSpec;
use ketrics_directory::GrantKind;
use ketrics_protocol::Cell;
use std::time::Duration;
use uuid::Uuid;

/// One kind of server.
#[derive(Clone, Copy)]
pub struct Server {
    pub engine: &'static str,
    variable: &'static str,
    url: &'static str,
    drop: &'static str,
}

pub const POSTGRES: Server = Server {
    engine: "postgresql",
    variable: "KETRICS_TEST_POSTGRES",
    url: "postgresql://root@127.0.0.1:5432/test",
    drop: " WITH (FORCE)",
};

pub const MYSQL: Server = Server {
    engine: "mysql",
    variable: "KETRICS_TEST_MYSQL",
    url: "mysql://root@127.0.0.1:3306/test",
    drop: "",
};

/// SQL Server cannot be had on the machines of CI; its tests run where somebody has one.
pub const SQLSERVER: Server = Server {
    engine: "sqlserver",
    variable: "KETRICS_TEST_SQLSERVER",
    url: "sqlserver://sa@127.0.0.1:1433/master",
    drop: "",
};

/// No server: a file of the host.
pub const SQLITE: Server = Server {
    engine: "sqlite",
    variable: "",
    url: "",
    drop: "",
};

/// A world with a database on a server: `main` is its own, `root` is the server's.
pub struct Hosted {
    pub world: World,
    pub name: String,
    pub url: String,
    pub server: Server,
}

impl Server {
    #[expect(
        clippy::disallowed_methods,
        reason = "what runs the tests says where the servers are"
    )]
    fn root(self) -> String {
        std::env::var(self.variable).unwrap_or_else(|_| self.url.to_owned())
    }

    #[expect(clippy::disallowed_methods, reason = "CI has all the servers")]
    fn missing(self, why: &str) {
        let missing = format!(
            "{} says where a server is that cannot be used ({why}); `scripts/test-servers` starts \
             those that Debian has",
            self.variable
        );
        let can_be_had = self.engine != SQLSERVER.engine;
        assert!(std::env::var("CI").is_err() || !can_be_had, "{missing}");
        eprintln!("not tested: {missing}");
    }

    /// A world on this server, if it is there.
    pub async fn open(self) -> Option<Hosted> {
        let world = world().await;
        if self.url.is_empty() {
            let hosted = Hosted {
                world,
                name: String::new(),
                url: String::new(),
                server: self,
            };
            hosted.grant("admin").await;
            return Some(hosted);
        }
        let root = self.root();
        put(&world, "root", self.engine, &root, "admin").await;
        if let Err(error) = connect(&world, &world.invocation(), "root").await {
            self.missing(&format!("{error:?}"));
            return None;
        }
        let name = format!("ketrics_{}", Uuid::new_v4().simple());
        let hosted = Hosted {
            url: format!("{}/{name}", root.rsplit_once('/').unwrap().0),
            world,
            name,
            server: self,
        };
        hosted
            .root()
            .await
            .execute(&format!("CREATE DATABASE {}", hosted.name), &[])
            .await;
        hosted.grant("admin").await;
        Some(hosted)
    }
}

pub async fn put(world: &World, code: &str, engine: &str, url: &str, permission: &str) {
    let spec = DatabaseSpec {
        name: code.to_owned(),
        engine: engine.to_owned(),
        settings: url.to_owned(),
    };
    world
        .directory
        .put_database(world.acme.id, code, &spec)
        .await
        .unwrap();
    world.grant(GrantKind::Database, code, &[permission]).await;
}

impl Hosted {
    pub async fn grant(&self, permission: &str) {
        self.grant_at(&self.url, permission).await;
    }

    pub async fn grant_at(&self, url: &str, permission: &str) {
        put(&self.world, "main", self.server.engine, url, permission).await;
    }

    pub async fn db(&self) -> Db<'_> {
        Db::new(&self.world).await
    }

    /// A connection to look behind the services.
    pub async fn root(&self) -> Db<'_> {
        let invocation = self.world.invocation();
        let connection = connect(&self.world, &invocation, "root").await.unwrap();
        Db {
            world: &self.world,
            invocation,
            connection,
        }
    }

    /// Waits until a query on the server's own database finds nothing more.
    pub async fn until_none(&self, sql: &str) {
        let root = self.root().await;
        for _ in 0..100 {
            let left = root.query(sql, &[]).await.unwrap();
            if left.is_empty() || left == [Cell::Number(0.0)] {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("still there: {sql}");
    }

    pub async fn close(self) {
        if self.url.is_empty() {
            return;
        }
        let root = self.root().await;
        root.execute(
            &format!("DROP DATABASE {}{}", self.name, self.server.drop),
            &[],
        )
        .await;
    }
}
