//! `ketrics.Database` on SQLite.

use crate::db::Db;
use crate::db::ask;
use crate::db::connect;
use crate::db::number;
use crate::db::text;
use crate::world::World;
use crate::world::invocation;
use crate::world::services;
use crate::world::told;
use crate::world::world;
use ketrics_directory::DatabaseSpec;
use ketrics_protocol::Cell;
use ketrics_protocol::DatabaseCall;
use ketrics_services::EgressPolicy;
use std::sync::Arc;
use std::time::Duration;

async fn open() -> World {
    let world = world().await;
    world.database("main", &["admin"]).await;
    Db::new(&world)
        .await
        .execute(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT UNIQUE)",
            &[],
        )
        .await;
    world
}

#[tokio::test]
async fn only_a_granted_database_can_be_connected_to() {
    let world = open().await;
    let one = world.invocation();
    let error = connect(&world, &one, "nothing").await.unwrap_err();
    assert_eq!(
        told(&error),
        ("DatabaseNotFoundError", vec!["nothing".into()])
    );
    let error = connect(&world, &world.of_second(), "main")
        .await
        .unwrap_err();
    assert_eq!(
        told(&error),
        ("DatabaseAccessDeniedError", vec!["main".into()])
    );
    let error = connect(&world, &world.of_stranger(), "main")
        .await
        .unwrap_err();
    assert_eq!(error.class, "DatabaseNotFoundError");
    let spec = DatabaseSpec {
        name: String::new(),
        engine: "oracle".into(),
        settings: "secret@host".into(),
    };
    world
        .directory
        .put_database(world.acme.id, "main", &spec)
        .await
        .unwrap();
    let error = connect(&world, &one, "main").await.unwrap_err();
    assert_eq!(error.class, "DatabaseConnectionError");
    assert!(!format!("{error:?}").contains("secret"), "{error:?}");
}

#[tokio::test]
async fn a_database_that_cannot_be_opened_says_so_without_its_path() {
    let world = world().await;
    world.database("main", &["read"]).await;
    let settings = world
        .folder
        .path()
        .join("directory.sqlite")
        .join("below-a-file");
    let spec = DatabaseSpec {
        name: String::new(),
        engine: "sqlite".into(),
        settings: settings.to_str().unwrap().into(),
    };
    world
        .directory
        .put_database(world.acme.id, "main", &spec)
        .await
        .unwrap();
    let error = connect(&world, &world.invocation(), "main")
        .await
        .unwrap_err();
    assert_eq!(error.class, "DatabaseConnectionError");
    assert!(!format!("{error:?}").contains("below-a-file"), "{error:?}");
}

#[tokio::test]
async fn values_go_in_and_come_out_as_the_contract_says() {
    let world = open().await;
    let db = Db::new(&world).await;
    db.execute(
        "CREATE TABLE v (i, r REAL, s TEXT, b BLOB, d DATE, ts TIMESTAMP, j JSON, f BOOLEAN)",
        &[],
    )
    .await;
    let moment = 1_709_209_815_250.0;
    let values = [
        Cell::BigInt("9007199254740993".into()),
        Cell::Number(1.5),
        text("ü'"),
        Cell::Bytes(vec![0, 255]),
        text("2024-02-29"),
        Cell::Date(moment),
        Cell::Json("{\"a\":[1]}".into()),
        Cell::Bool(true),
    ];
    db.execute("INSERT INTO v VALUES (?, ?, ?, $4, $5, ?6, ?, ?)", &values)
        .await;
    let rows = db.query_in(None, "SELECT * FROM v", &[]).await.unwrap();
    assert_eq!(rows.columns, ["i", "r", "s", "b", "d", "ts", "j", "f"]);
    assert_eq!(
        rows.cells,
        [
            text("9007199254740993"),
            Cell::Number(1.5),
            text("ü'"),
            Cell::Bytes(vec![0, 255]),
            Cell::Date(1_709_164_800_000.0),
            Cell::Date(moment),
            Cell::Json("{\"a\":[1]}".into()),
            Cell::Number(1.0),
        ]
    );
    assert_eq!(rows.affected, None);
    let odd = [text("not a date"), text("{no json"), Cell::Null];
    db.execute("INSERT INTO v (d, j, s) VALUES (?, ?, ?)", &odd)
        .await;
    let cells = db
        .query("SELECT d, j, s FROM v WHERE i IS NULL", &[])
        .await
        .unwrap();
    assert_eq!(cells, odd);
    // What is no column has no declared type.
    assert_eq!(
        db.query("SELECT $2, ?1, $2", &[number(1), text("x")])
            .await
            .unwrap()
            .len(),
        3
    );
    let rows = db
        .query_in(None, "SELECT 1 AS a, 2 AS a FROM v WHERE 0", &[])
        .await
        .unwrap();
    assert_eq!(
        (rows.columns, rows.cells.len()),
        (vec!["a".to_owned(), "a".to_owned()], 0)
    );
}

#[tokio::test]
async fn writes_report_what_they_changed() {
    let world = open().await;
    let db = Db::new(&world).await;
    let inserted = db
        .execute(
            "INSERT INTO t (name) VALUES (?), (?)",
            &[text("a"), text("b")],
        )
        .await;
    assert_eq!(inserted, (2.0, Some(number(2))));
    assert_eq!(
        db.execute("UPDATE t SET name = name || '!'", &[]).await,
        (2.0, None)
    );
    assert_eq!(
        db.execute("CREATE INDEX i ON t (name)", &[]).await,
        (0.0, None)
    );
    let ignored = db
        .execute("INSERT OR IGNORE INTO t (id, name) VALUES (1, 'x')", &[])
        .await;
    assert_eq!(ignored, (0.0, None));
    let sql = "INSERT INTO t (name) VALUES ('c') RETURNING id, name";
    let rows = db.query_in(None, sql, &[]).await.unwrap();
    assert_eq!(
        (rows.cells, rows.affected),
        (vec![number(3), text("c")], Some(1.0))
    );
    assert_eq!(
        db.execute("DELETE FROM t WHERE id > ?", &[number(1)]).await,
        (2.0, None)
    );
}

#[tokio::test]
async fn a_statement_that_cannot_run_says_why_and_shows_the_start_of_itself() {
    let world = open().await;
    let db = Db::new(&world).await;
    db.execute("INSERT INTO t (name) VALUES ('a')", &[]).await;
    assert!(db.refused("SELEC 1").await.contains("SELEC"));
    assert!(
        db.refused("SELECT * FROM nothing")
            .await
            .contains("nothing")
    );
    assert!(
        db.refused("INSERT INTO t (name) VALUES ('a')")
            .await
            .contains("UNIQUE")
    );
    assert!(
        db.refused("SELECT 1; SELECT 2")
            .await
            .contains("one statement")
    );
    assert!(
        db.refused("SELECT ?")
            .await
            .contains("1 placeholders, and 0 parameters")
    );
    assert!(db.refused("SELECT :name").await.contains(":name"));
    assert!(db.refused("  -- nothing").await.contains("empty"));
    assert!(
        db.refused("SELECT zeroblob(100000000)")
            .await
            .contains("too big")
    );
    let error = db
        .query(&format!("SELECT '{}' FROM", "é".repeat(300)), &[])
        .await
        .unwrap_err();
    assert_eq!(told(&error).1[2].chars().count(), 200);
    let trailing = db
        .query("SELECT 1; -- and nothing else", &[])
        .await
        .unwrap();
    assert_eq!(trailing, [number(1)]);
    let trigger = "CREATE TRIGGER g AFTER INSERT ON t BEGIN UPDATE t SET name = name; \
                   DELETE FROM t WHERE 0; END";
    db.execute(trigger, &[]).await;
}

#[tokio::test]
async fn the_grant_decides_what_is_possible() {
    let world = open().await;
    let admin = Db::new(&world).await;
    admin
        .execute("INSERT INTO t (name) VALUES ('a')", &[])
        .await;
    admin.execute("CREATE VIEW w AS SELECT * FROM t", &[]).await;

    let ddl = [
        "CREATE TABLE x (a)",
        "DROP TABLE t",
        "ALTER TABLE t ADD COLUMN c",
        "CREATE INDEX i ON t (id)",
        "DROP VIEW w",
        "REINDEX",
        "ANALYZE",
        "PRAGMA user_version = 3",
        "CREATE VIRTUAL TABLE f USING fts5(a)",
    ];
    let dml = [
        "INSERT INTO t (name) VALUES ('b')",
        "UPDATE t SET name = 'c'",
        "DELETE FROM t",
        "WITH x AS (SELECT 1) DELETE FROM t",
        "REPLACE INTO t VALUES (1, 'z')",
    ];
    world.database("main", &["read", "write"]).await;
    let writer = Db::new(&world).await;
    for sql in ddl {
        assert!(writer.refused(sql).await.contains("admin"), "{sql}");
    }
    writer.execute(dml[0], &[]).await;

    world.database("main", &["read"]).await;
    let reader = Db::new(&world).await;
    for sql in ddl {
        assert!(reader.refused(sql).await.contains("admin"), "{sql}");
    }
    for sql in dml {
        assert!(reader.refused(sql).await.contains("takes write"), "{sql}");
    }
    let transaction = reader.begin(None).await.unwrap();
    assert!(
        reader
            .query_in(Some(transaction), dml[0], &[])
            .await
            .is_err()
    );
    assert_eq!(
        reader.query("SELECT COUNT(*) FROM w", &[]).await.unwrap(),
        [number(2)]
    );
    assert_eq!(
        reader
            .query("PRAGMA table_info(t)", &[])
            .await
            .unwrap()
            .len(),
        12
    );

    world.database("main", &[]).await;
    let error = connect(&world, &world.invocation(), "main")
        .await
        .unwrap_err();
    assert_eq!(error.class, "DatabaseAccessDeniedError");
    world.database("main", &["admin"]).await;
    let admin = Db::new(&world).await;
    for sql in [
        "PRAGMA user_version = 3",
        "CREATE VIRTUAL TABLE f USING fts5(a)",
    ] {
        admin.query(sql, &[]).await.unwrap();
    }
    for sql in [
        "DROP VIEW w",
        "ALTER TABLE t ADD COLUMN c",
        "CREATE INDEX i ON t (c)",
        "DROP TABLE t",
    ] {
        admin.query(sql, &[]).await.unwrap();
    }
    admin
        .execute("INSERT INTO f VALUES ('hello world')", &[])
        .await;
    let found = admin
        .query("SELECT COUNT(*) FROM f WHERE f MATCH 'world'", &[])
        .await
        .unwrap();
    assert_eq!(found, [number(1)]);
}

#[tokio::test]
async fn a_reader_needs_no_writer_to_have_opened_the_database() {
    let world = open().await;
    Db::new(&world)
        .await
        .execute("INSERT INTO t (name) VALUES ('a')", &[])
        .await;
    let folder = world
        .folder
        .path()
        .join("data/databases")
        .join(world.acme.id.to_string());
    world.database("main", &["read"]).await;
    let policy = EgressPolicy::default();
    let again = services(world.folder.path(), &world.directory, policy).await;
    let mut world = world;
    // Every connection of before is closed, and with the last one the log goes.
    drop(std::mem::replace(&mut world.services, again));
    assert!(!folder.join("main.sqlite-wal").exists());
    assert_eq!(Db::new(&world).await.count().await, number(1));
}

#[tokio::test]
async fn no_statement_reaches_another_file_or_outlives_its_session() {
    let world = open().await;
    let db = Db::new(&world).await;
    let other = world.folder.path().join("directory.sqlite");
    let (path, copy) = (other.display(), world.folder.path().join("copy.sqlite"));
    for sql in [
        format!("ATTACH '{path}' AS d"),
        format!("ATTACH DATABASE 'file:{path}?mode=ro' AS d"),
        format!("VACUUM INTO '{}'", copy.display()),
        format!("SELECT load_extension('{path}')"),
        "DETACH main".to_owned(),
        "SELECT fts3_tokenizer('simple')".to_owned(),
        "PRAGMA temp_store_directory = '/tmp'".to_owned(),
        "PRAGMA journal_mode = DELETE".to_owned(),
        "PRAGMA writable_schema = ON".to_owned(),
        "PRAGMA query_only = OFF".to_owned(),
        "PRAGMA trusted_schema = ON".to_owned(),
        "PRAGMA foreign_keys = OFF".to_owned(),
        "PRAGMA case_sensitive_like = ON".to_owned(),
        "PRAGMA database_list".to_owned(),
        "PRAGMA busy_timeout = 100000".to_owned(),
        "SELECT * FROM pragma_database_list".to_owned(),
        "CREATE TEMP TABLE x (a)".to_owned(),
        "CREATE TABLE temp.x (a)".to_owned(),
        "CREATE VIRTUAL TABLE x USING dbstat".to_owned(),
        "UPDATE sqlite_schema SET sql = ''".to_owned(),
        "BEGIN".to_owned(),
        "COMMIT".to_owned(),
        "ROLLBACK".to_owned(),
        "SAVEPOINT s".to_owned(),
    ] {
        db.refused(&sql).await;
    }
    assert!(!copy.exists());
    assert!(db.refused("BEGIN").await.contains("transaction()"));
}

#[tokio::test]
async fn a_transaction_is_kept_or_undone_whole() {
    let world = open().await;
    let db = Db::new(&world).await;
    let one = db.begin(None).await.unwrap();
    db.query_in(Some(one), "INSERT INTO t (name) VALUES ('a')", &[])
        .await
        .unwrap();
    assert_eq!(db.count().await, number(0));
    db.commit(one).await.unwrap();
    assert_eq!(db.count().await, number(1));
    let two = db.begin(None).await.unwrap();
    db.query_in(Some(two), "DELETE FROM t", &[]).await.unwrap();
    db.rollback(two).await.unwrap();
    assert_eq!(db.count().await, number(1));
    for call in [db.commit(two).await, db.rollback(one).await] {
        let error = call.unwrap_err();
        assert_eq!(told(&error).0, "DatabaseTransactionError");
    }
    let error = db.query_in(Some(two), "SELECT 1", &[]).await.err().unwrap();
    assert_eq!(error.class, "DatabaseTransactionError");
    assert!(db.begin(Some(two)).await.is_err());
}

#[tokio::test]
async fn nested_transactions_are_savepoints() {
    let world = open().await;
    let db = Db::new(&world).await;
    let insert = |transaction, name: &'static str| {
        let db = &db;
        async move {
            let sql = "INSERT INTO t (name) VALUES (?)";
            db.query_in(Some(transaction), sql, &[text(name)])
                .await
                .unwrap();
        }
    };
    let outer = db.begin(None).await.unwrap();
    insert(outer, "outer").await;
    let undone = db.begin(Some(outer)).await.unwrap();
    insert(undone, "undone").await;
    let deeper = db.begin(Some(undone)).await.unwrap();
    insert(deeper, "deeper").await;
    db.commit(deeper).await.unwrap();
    db.rollback(undone).await.unwrap();
    let kept = db.begin(Some(outer)).await.unwrap();
    insert(kept, "kept").await;
    let error = db.commit(outer).await.unwrap_err();
    assert_eq!(told(&error).1[1], "a transaction inside it is still open");
    db.commit(kept).await.unwrap();
    db.commit(outer).await.unwrap();
    let names = db
        .query("SELECT name FROM t ORDER BY name", &[])
        .await
        .unwrap();
    assert_eq!(names, [text("kept"), text("outer")]);

    // Undoing the outer one takes the inner one along.
    let outer = db.begin(None).await.unwrap();
    let inner = db.begin(Some(outer)).await.unwrap();
    insert(inner, "gone").await;
    db.rollback(outer).await.unwrap();
    assert!(db.commit(inner).await.is_err());
    assert_eq!(db.count().await, number(2));
}

#[tokio::test]
async fn a_commit_that_fails_is_rolled_back() {
    let world = open().await;
    let db = Db::new(&world).await;
    db.execute(
        "CREATE TABLE c (t INTEGER REFERENCES t (id) DEFERRABLE INITIALLY DEFERRED)",
        &[],
    )
    .await;
    let one = db.begin(None).await.unwrap();
    db.query_in(Some(one), "INSERT INTO c VALUES (99)", &[])
        .await
        .unwrap();
    let error = db.commit(one).await.unwrap_err();
    let (class, arguments) = told(&error);
    assert_eq!(
        (class, arguments[2].as_str()),
        ("DatabaseTransactionError", "true")
    );
    assert!(arguments[1].contains("FOREIGN KEY"), "{error:?}");
    assert_eq!(
        db.query("SELECT COUNT(*) FROM c", &[]).await.unwrap(),
        [number(0)]
    );
    let two = db.begin(None).await.unwrap();
    db.query_in(Some(two), "INSERT INTO t (name) VALUES ('a')", &[])
        .await
        .unwrap();
    db.commit(two).await.unwrap();
}

#[tokio::test]
async fn what_an_invocation_leaves_open_is_rolled_back() {
    let world = open().await;
    let db = Db::new(&world).await;
    let one = db.begin(None).await.unwrap();
    let inner = db.begin(Some(one)).await.unwrap();
    db.query_in(Some(inner), "INSERT INTO t (name) VALUES ('a')", &[])
        .await
        .unwrap();
    world.services.close(&db.invocation).await;
    world.services.close(&db.invocation).await;
    assert!(db.query("SELECT 1", &[]).await.is_err());
    assert!(db.commit(one).await.is_err());
    // The writer's lock is free again.
    let next = Db::new(&world).await;
    next.execute("INSERT INTO t (name) VALUES ('b')", &[]).await;
    assert_eq!(next.count().await, number(1));

    // Closing the connection alone does the same.
    let two = next.begin(None).await.unwrap();
    next.query_in(Some(two), "DELETE FROM t", &[])
        .await
        .unwrap();
    let close = DatabaseCall::Close {
        connection: next.connection,
    };
    ask(&world, &next.invocation, close.clone()).await.unwrap();
    ask(&world, &next.invocation, close).await.unwrap();
    let error = next.query("SELECT 1", &[]).await.unwrap_err();
    assert_eq!(told(&error).1, ["main", "the connection is closed"]);
    assert_eq!(Db::new(&world).await.count().await, number(1));
}

const ENDLESS: &str = "WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) \
                       SELECT MAX(n) FROM r";

#[tokio::test(flavor = "multi_thread")]
async fn an_endless_statement_ends_with_its_invocation() {
    let world = Arc::new(open().await);
    // By its deadline, alone and in a transaction that has written.
    for transaction in [false, true] {
        let short = invocation(&world.acme, &world.orders, Duration::from_millis(300));
        let connection = connect(&world, &short, "main").await.unwrap();
        let db = Db {
            world: &world,
            invocation: short,
            connection,
        };
        let transaction = if transaction {
            Some(db.begin(None).await.unwrap())
        } else {
            None
        };
        let error = db.query_in(transaction, ENDLESS, &[]).await.err().unwrap();
        assert!(told(&error).1[1].contains("stopped"), "{error:?}");
        world.services.close(&db.invocation).await;
    }
    // By the gateway, and by dropping the call; each holds the writer's lock.
    for drops in [false, true] {
        let one = world.invocation();
        let connection = connect(&world, &one, "main").await.unwrap();
        let db = Db {
            world: &world,
            invocation: one.clone(),
            connection,
        };
        let transaction = db.begin(None).await.unwrap();
        let running = {
            let (world, one) = (world.clone(), one.clone());
            tokio::spawn(async move {
                let db = Db {
                    world: &world,
                    invocation: one,
                    connection,
                };
                db.query_in(Some(transaction), ENDLESS, &[])
                    .await
                    .map(|rows| rows.cells)
            })
        };
        tokio::time::sleep(Duration::from_millis(50)).await;
        if drops {
            running.abort();
            assert!(running.await.unwrap_err().is_cancelled());
            world.services.close(&one).await;
        } else {
            world.services.close(&one).await;
            assert!(running.await.unwrap().is_err());
        }
        Db::new(&world).await.execute("DELETE FROM t", &[]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_that_is_used_up_is_a_clear_error_and_recovers() {
    let world = open().await;
    world.database("main", &["read"]).await;
    let db = Db::new(&world).await;
    let mut transactions = Vec::new();
    for _ in 0..10 {
        transactions.push(db.begin(None).await.unwrap());
    }
    let error = db.query("SELECT 1", &[]).await.unwrap_err();
    let (class, arguments) = told(&error);
    assert_eq!(class, "DatabaseConnectionError");
    assert!(arguments[1].contains("10 connections"), "{error:?}");
    db.rollback(transactions[0]).await.unwrap();
    assert_eq!(db.query("SELECT 1", &[]).await.unwrap(), [number(1)]);
    world.services.close(&db.invocation).await;
    assert_eq!(Db::new(&world).await.count().await, number(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn writers_wait_for_each_other() {
    let world = Arc::new(open().await);
    let mut writers = Vec::new();
    for _ in 0..8 {
        let world = world.clone();
        writers.push(tokio::spawn(async move {
            let db = Db::new(&world).await;
            for _ in 0..5 {
                let one = db.begin(None).await.unwrap();
                let sql = "INSERT INTO t (name) SELECT 'n' || COUNT(*) FROM t";
                db.query_in(Some(one), sql, &[]).await.unwrap();
                db.commit(one).await.unwrap();
            }
        }));
    }
    for writer in writers {
        writer.await.unwrap();
    }
    assert_eq!(Db::new(&world).await.count().await, number(40));
}

#[tokio::test]
async fn another_invocations_numbers_mean_nothing() {
    let world = open().await;
    let db = Db::new(&world).await;
    let transaction = db.begin(None).await.unwrap();
    let thief = Db {
        world: &world,
        invocation: world.invocation(),
        connection: db.connection,
    };
    assert_eq!(
        thief.query("SELECT 1", &[]).await.unwrap_err().class,
        "DatabaseConnectionError"
    );
    let own = connect(&world, &thief.invocation, "main").await.unwrap();
    let thief = Db {
        connection: own,
        ..thief
    };
    assert!(
        thief
            .query_in(Some(transaction), "SELECT 1", &[])
            .await
            .is_err()
    );
    assert!(thief.commit(transaction).await.is_err());
}
