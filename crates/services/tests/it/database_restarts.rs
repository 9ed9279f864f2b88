//! Servers that go away and come back, and how a host proves who it talks to.

use crate::database_servers::MYSQL;
use crate::database_servers::POSTGRES;
use crate::database_servers::Server;
use crate::database_servers::put;
use crate::db::Db;
use crate::db::connect;
use crate::db::number;
use crate::private_servers::Kind;
use crate::private_servers::Private;
use crate::world::World;
use crate::world::told;
use crate::world::world;
use std::time::Duration;

/// The password as a URL spells it.
const PASSWORD: &str = "pass%3Aw%40rd";

async fn refusal(world: &World, engine: &str, url: &str) -> String {
    put(world, "main", engine, url, "read").await;
    let error = connect(world, &world.invocation(), "main")
        .await
        .unwrap_err();
    let text = format!("{error:?}");
    for hidden in [
        "owner",
        "127.0.0.1",
        "w@rd",
        "w%40rd",
        "shop",
        "hunter2",
        "pem",
    ] {
        assert!(!text.contains(hidden), "{text}");
    }
    let (class, arguments) = told(&error);
    assert_eq!(class, "DatabaseConnectionError");
    arguments[1].clone()
}

/// The server may take a moment until it lets somebody in.
async fn until_it_answers(world: &World) {
    for _ in 0..100 {
        if connect(world, &world.invocation(), "main").await.is_ok() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the server does not answer");
}

async fn a_restart_is_survived_and_certificates_are_checked(kind: Kind, engine: &str) {
    let Some(mut server) = Private::start(kind).await else {
        return;
    };
    let world = world().await;
    let url = format!("{}{}", server.url(PASSWORD), server.trusted());
    put(&world, "main", engine, &url, "admin").await;
    until_it_answers(&world).await;

    // Who is who.
    let wrong = format!("{}{}", server.url("hunter2"), server.trusted());
    let reason = refusal(&world, engine, &wrong).await;
    assert!(reason.contains("credentials"), "{reason}");
    let untrusted = format!("{}?sslmode=require", server.url(PASSWORD));
    let reason = refusal(&world, engine, &untrusted).await;
    assert!(reason.contains("certificate was not accepted"), "{reason}");
    let another = url.replace("127.0.0.1", "localhost");
    let reason = refusal(&world, engine, &another).await;
    assert!(reason.contains("certificate was not accepted"), "{reason}");
    let unreadable = format!("{}?sslrootcert=/nonexistent.pem", server.url(PASSWORD));
    let reason = refusal(&world, engine, &unreadable).await;
    assert!(reason.contains("sslrootcert cannot be read"), "{reason}");

    // Connections that lie in the pool when the server goes, and one in a transaction.
    put(&world, "main", engine, &url, "admin").await;
    let db = Db::new(&world).await;
    db.execute("CREATE TABLE t (id int)", &[]).await;
    let mut transactions = Vec::new();
    for _ in 0..5 {
        transactions.push(db.begin(None).await.unwrap());
    }
    let open = transactions.pop().unwrap();
    db.query_in(Some(open), "INSERT INTO t VALUES (1)", &[])
        .await
        .unwrap();
    for transaction in transactions {
        db.rollback(transaction).await.unwrap();
    }
    server.stop();
    let error = db
        .query_in(Some(open), "SELECT 1", &[])
        .await
        .err()
        .unwrap();
    assert!(told(&error).1[1].contains("lost"), "{error:?}");
    assert!(db.commit(open).await.is_err());
    let error = db.query("SELECT 1", &[]).await.unwrap_err();
    assert_eq!(told(&error).0, "DatabaseConnectionError");
    assert!(told(&error).1[1].contains("cannot be reached"), "{error:?}");

    server.run().await;
    until_it_answers(&world).await;
    for _ in 0..20 {
        assert_eq!(db.query("SELECT 1", &[]).await.unwrap(), [number(1)]);
    }
    assert_eq!(db.count().await, number(0));

    // Stopped and started between two statements, nobody is given what lay in the pool.
    server.stop();
    server.run().await;
    until_it_answers(&world).await;
    for _ in 0..20 {
        assert_eq!(db.query("SELECT 1", &[]).await.unwrap(), [number(1)]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_of_postgres_is_survived_and_certificates_are_checked() {
    a_restart_is_survived_and_certificates_are_checked(Kind::Postgres, "postgresql").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_of_mariadb_is_survived_and_certificates_are_checked() {
    a_restart_is_survived_and_certificates_are_checked(Kind::MariaDb, "mysql").await;
}

/// What nobody uses is closed, on the server too.
async fn an_idle_connection_is_closed(server: Server, others: &str) {
    let Some(hosted) = server.open().await else {
        return;
    };
    let url = format!("{}?idle_timeout=1", hosted.url);
    hosted.grant_at(&url, "write").await;
    let db = hosted.db().await;
    assert_eq!(db.query("SELECT 1", &[]).await.unwrap(), [number(1)]);
    let others = others.replace("{}", &hosted.name);
    hosted.until_none(&others).await;
    assert_eq!(db.query("SELECT 1", &[]).await.unwrap(), [number(1)]);
    hosted.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_connection_to_postgres_is_closed() {
    let others = "SELECT pid FROM pg_stat_activity WHERE datname = '{}'";
    an_idle_connection_is_closed(POSTGRES, others).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_connection_to_mariadb_is_closed() {
    let others = "SELECT id FROM information_schema.processlist WHERE db = '{}'";
    an_idle_connection_is_closed(MYSQL, others).await;
}
