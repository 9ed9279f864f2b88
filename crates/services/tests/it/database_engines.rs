//! What `ketrics.Database` promises on every engine, held against each: SQLite, a live PostgreSQL,
//! a live MariaDB.

use crate::database_servers::Hosted;
use crate::db::Db;
use crate::db::ask;
use crate::db::connect;
use crate::db::number;
use crate::db::text;
use crate::world::invocation;
use crate::world::told;
use ketrics_directory::DatabaseSpec;
use ketrics_directory::GrantKind;
use ketrics_protocol::Cell;
use ketrics_protocol::DatabaseCall;
use std::time::Duration;

/// Makes a test of each function for one engine.
macro_rules! on_engine {
    ($engine:ident, $server:ident, $($name:ident,)*) => {
        mod $engine {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                if let Some(hosted) = crate::database_servers::$server.open().await {
                    super::$name(&hosted).await;
                    hosted.close().await;
                }
            })*
        }
    };
}

/// Makes a test of each function for each engine.
macro_rules! on_every_engine {
    ($($name:ident,)*) => {
        on_engine!(on_sqlite, SQLITE, $($name,)*);
        on_engine!(on_postgres, POSTGRES, $($name,)*);
        on_engine!(on_mysql, MYSQL, $($name,)*);
    };
}

// What is spelled alike in T-SQL; `database_sqlserver` has the rest.
on_engine! {
    on_sqlserver, SQLSERVER,
    both_spellings_of_placeholders_work,
    as_many_parameters_are_needed_as_there_are_placeholders,
    columns_keep_their_order_and_their_names,
    a_reader_cannot_write,
    a_transaction_is_kept_or_undone_whole,
    nested_transactions_are_savepoints,
    an_error_leaves_the_outer_transaction_usable,
    what_an_invocation_leaves_open_is_rolled_back,
    a_closed_connection_leaves_nothing_locked,
    an_endless_statement_ends_with_its_invocation,
    a_pool_that_is_used_up_is_a_clear_error_and_recovers,
    a_full_pool_of_one_tenant_leaves_another_alone,
    writers_lose_nothing_of_each_other,
    another_tenants_or_invocations_database_cannot_be_reached,
    only_a_granted_database_can_be_connected_to,
    a_result_that_is_too_large_is_refused,
}

on_every_engine! {
    values_go_in_and_come_out_the_same,
    both_spellings_of_placeholders_work,
    what_is_quoted_or_commented_holds_no_placeholder,
    as_many_parameters_are_needed_as_there_are_placeholders,
    what_a_statement_did_is_told,
    columns_keep_their_order_and_their_names,
    a_reader_cannot_write,
    a_transaction_is_kept_or_undone_whole,
    nested_transactions_are_savepoints,
    an_error_leaves_the_outer_transaction_usable,
    what_an_invocation_leaves_open_is_rolled_back,
    a_closed_connection_leaves_nothing_locked,
    an_endless_statement_ends_with_its_invocation,
    a_pool_that_is_used_up_is_a_clear_error_and_recovers,
    a_full_pool_of_one_tenant_leaves_another_alone,
    writers_lose_nothing_of_each_other,
    another_tenants_or_invocations_database_cannot_be_reached,
    only_a_granted_database_can_be_connected_to,
    a_result_that_is_too_large_is_refused,
}

/// One of three spellings: SQLite's, PostgreSQL's, MySQL's. Where T-SQL has its own, it is asked for
/// before.
fn of<'t>(hosted: &Hosted, sqlite: &'t str, postgres: &'t str, mysql: &'t str) -> &'t str {
    match hosted.server.engine {
        "sqlite" => sqlite,
        "postgresql" => postgres,
        _ => mysql,
    }
}

async fn table(hosted: &Hosted) -> Db<'_> {
    let db = hosted.db().await;
    db.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER)", &[])
        .await;
    db
}

const INSERT: &str = "INSERT INTO t (id, n) VALUES (?, 0)";

async fn insert(db: &Db<'_>, transaction: u32, id: u32) {
    db.query_in(Some(transaction), INSERT, &[number(id)])
        .await
        .unwrap_or_else(|error| panic!("{error:?}"));
}

async fn ids(db: &Db<'_>) -> Vec<Cell> {
    db.query("SELECT id FROM t ORDER BY id", &[]).await.unwrap()
}

async fn values_go_in_and_come_out_the_same(hosted: &Hosted) {
    let db = hosted.db().await;
    let blob = of(hosted, "BLOB", "bytea", "LONGBLOB");
    let words = of(hosted, "TEXT", "text", "LONGTEXT");
    let json = of(hosted, "JSON", "json", "JSON");
    let moment = of(hosted, "TIMESTAMP", "timestamptz", "DATETIME(3)");
    let float = of(hosted, "REAL", "float8", "DOUBLE");
    let exact = of(hosted, "TEXT", "numeric(40, 4)", "DECIMAL(40, 4)");
    let megabyte = "é".repeat(500_000);
    let bytes: Vec<u8> = (0..=255).cycle().take(300_000).collect();
    let big = |digits: &str| Cell::BigInt(digits.to_owned());
    let same = |cell: Cell| (cell.clone(), cell);
    for (kind, (given, taken)) in [
        ("BIGINT", same(Cell::Null)),
        (words, same(Cell::Null)),
        (blob, same(Cell::Null)),
        (moment, same(Cell::Null)),
        ("BIGINT", same(number(0))),
        ("BIGINT", same(Cell::Number(-7.0))),
        ("BIGINT", same(Cell::Number(9_007_199_254_740_991.0))),
        (
            "BIGINT",
            (big("9007199254740992"), text("9007199254740992")),
        ),
        (
            "BIGINT",
            (big("9223372036854775807"), text("9223372036854775807")),
        ),
        (
            "BIGINT",
            (big("-9223372036854775808"), text("-9223372036854775808")),
        ),
        (float, same(Cell::Number(0.1))),
        (float, same(Cell::Number(-1e300))),
        (
            exact,
            (
                text("123456789012345678901234567890.1000"),
                text("123456789012345678901234567890.1000"),
            ),
        ),
        (words, same(text(""))),
        (words, same(text("é😀 '\"`\\ ? $1\n\t"))),
        (words, same(text(&megabyte))),
        (blob, same(Cell::Bytes(Vec::new()))),
        (blob, same(Cell::Bytes(bytes))),
        (moment, same(Cell::Date(0.0))),
        (moment, same(Cell::Date(1_709_209_815_250.0))),
        // 1800 and the last day of 9999.
        (moment, same(Cell::Date(-5_364_662_400_000.0))),
        (moment, same(Cell::Date(253_402_300_799_000.0))),
        (json, same(Cell::Json("{\"a\":[1,null,\"é\"]}".to_owned()))),
        (json, same(Cell::Json("[]".to_owned()))),
    ] {
        db.execute("DROP TABLE IF EXISTS v", &[]).await;
        db.execute(&format!("CREATE TABLE v (a {kind})"), &[]).await;
        db.query("INSERT INTO v VALUES (?)", std::slice::from_ref(&given))
            .await
            .unwrap_or_else(|error| panic!("{kind} {given:?}: {error:?}"));
        let rows = db.query("SELECT a FROM v", &[]).await.unwrap();
        assert!(rows == [taken], "{kind}: {given:.200?}");
    }
    for (kind, given, taken) in [
        (of(hosted, "BOOLEAN", "boolean", "BOOLEAN"), true, 1),
        (of(hosted, "BOOLEAN", "boolean", "BOOLEAN"), false, 0),
    ] {
        db.execute("DROP TABLE IF EXISTS v", &[]).await;
        db.execute(&format!("CREATE TABLE v (a {kind})"), &[]).await;
        db.execute("INSERT INTO v VALUES (?)", &[Cell::Bool(given)])
            .await;
        let rows = db.query("SELECT a FROM v", &[]).await.unwrap();
        // Only PostgreSQL has a type for it.
        assert!(rows == [number(taken)] || rows == [Cell::Bool(given)]);
    }
}

async fn both_spellings_of_placeholders_work(hosted: &Hosted) {
    let db = hosted.db().await;
    for (sql, given, taken) in [
        ("SELECT ?, ?", vec![text("a"), text("b")], "a b"),
        ("SELECT $1, $2", vec![text("a"), text("b")], "a b"),
        ("SELECT $2, $1", vec![text("a"), text("b")], "b a"),
        ("SELECT $1, $2, $1", vec![text("a"), text("b")], "a b a"),
        ("SELECT ?2, ?1, ?2", vec![text("a"), text("b")], "b a b"),
        (
            "SELECT ?,?,?",
            vec![text("a"), text("b"), text("c")],
            "a b c",
        ),
    ] {
        let rows = db
            .query(sql, &given)
            .await
            .unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        let rows: Vec<Cell> = rows;
        let expected: Vec<Cell> = taken.split(' ').map(text).collect();
        assert_eq!(rows, expected, "{sql}");
    }
}

async fn what_is_quoted_or_commented_holds_no_placeholder(hosted: &Hosted) {
    let db = hosted.db().await;
    let name = of(hosted, "\"a?$1\"", "\"a?$1\"", "`a?$1`");
    for sql in [
        "SELECT '?' , ? -- ? $2".to_owned(),
        "SELECT '?', /* ? $2 */ ?".to_owned(),
        "SELECT /* it's */ '?', $1 -- it's".to_owned(),
        format!("SELECT '?' AS {name}, ?"),
        "SELECT '?', ? -- '".to_owned(),
        of(
            hosted,
            "SELECT \"?\", ? FROM (SELECT '?' AS \"?\") AS x",
            "SELECT $a$?$a$, ? WHERE $$ ? $1 '$$ <> E'\\'?'",
            "SELECT '?', ? # ? '",
        )
        .to_owned(),
    ] {
        let rows = db
            .query(&sql, &[text("x")])
            .await
            .unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        assert_eq!(rows, [text("?"), text("x")], "{sql}");
    }
    let rows = db.query("SELECT 'it''s ? $1'", &[]).await.unwrap();
    assert_eq!(rows, [text("it's ? $1")]);
}

async fn as_many_parameters_are_needed_as_there_are_placeholders(hosted: &Hosted) {
    let db = hosted.db().await;
    for (sql, given, reason) in [
        ("SELECT ?", 0, "1 placeholders, and 0 parameters"),
        ("SELECT ?, ?", 1, "2 placeholders, and 1 parameters"),
        ("SELECT 1", 1, "0 placeholders, and 1 parameters"),
        ("SELECT $2, $1", 3, "2 placeholders, and 3 parameters"),
    ] {
        let error = db.query(sql, &vec![number(1); given]).await.unwrap_err();
        let (class, arguments) = told(&error);
        assert_eq!(class, "DatabaseQueryError");
        assert!(arguments[1].contains(reason), "{sql}: {error:?}");
    }
    let error = db.query("SELECT $0", &[]).await.unwrap_err();
    assert!(told(&error).1[1].contains("$0"), "{error:?}");
}

async fn what_a_statement_did_is_told(hosted: &Hosted) {
    let db = hosted.db().await;
    let counted = of(
        hosted,
        "INTEGER PRIMARY KEY",
        "serial PRIMARY KEY",
        "INTEGER PRIMARY KEY AUTO_INCREMENT",
    );
    let created = db
        .execute(
            &format!("CREATE TABLE c (id {counted}, name VARCHAR(9))"),
            &[],
        )
        .await;
    assert_eq!(created, (0.0, None));
    let (affected, inserted) = db
        .execute("INSERT INTO c (name) VALUES (?)", &[text("a")])
        .await;
    // PostgreSQL gives none; there it is RETURNING that does.
    let expected = (hosted.server.engine != "postgresql").then(|| number(1));
    assert_eq!((affected, inserted), (1.0, expected));
    let returned = db
        .query_in(
            None,
            "INSERT INTO c (name) VALUES (?), (?) RETURNING id, name",
            &[text("b"), text("c")],
        )
        .await
        .unwrap();
    assert_eq!(
        (returned.cells, returned.affected),
        (vec![number(2), text("b"), number(3), text("c")], Some(2.0))
    );
    // Rows that are found count, whether or not they are changed.
    let updated = db
        .execute("UPDATE c SET name = 'b' WHERE id >= 2", &[])
        .await;
    assert_eq!(updated, (2.0, None));
    let deleted = db.execute("DELETE FROM c WHERE id = ?", &[number(9)]).await;
    assert_eq!(deleted, (0.0, None));
    let selected = db
        .query_in(None, "SELECT id FROM c WHERE id = 9", &[])
        .await
        .unwrap();
    assert_eq!(
        (selected.columns, selected.cells, selected.affected),
        (vec!["id".to_owned()], vec![], None)
    );
}

async fn columns_keep_their_order_and_their_names(hosted: &Hosted) {
    let db = hosted.db().await;
    let rows = db
        .query_in(None, "SELECT 2 AS b, 1 AS a, 3 AS b, 4 AS \"10\"", &[])
        .await;
    let rows = match rows {
        Ok(rows) => rows,
        Err(error) => panic!("{error:?}"),
    };
    assert_eq!(rows.columns, ["b", "a", "b", "10"]);
    assert_eq!(rows.cells, [number(2), number(1), number(3), number(4)]);
}

async fn a_reader_cannot_write(hosted: &Hosted) {
    let admin = table(hosted).await;
    admin.execute(INSERT, &[number(1)]).await;
    hosted.grant("read").await;
    let reader = hosted.db().await;
    let transaction = reader.begin(None).await.unwrap();
    for sql in [
        "INSERT INTO t (id) VALUES (2)",
        "UPDATE t SET n = 5",
        "DELETE FROM t",
        "DROP TABLE t",
        "CREATE TABLE x (a INTEGER)",
        "CREATE INDEX i ON t (n)",
        "WITH x AS (SELECT 1) UPDATE t SET n = 5",
        "COMMIT",
        "ROLLBACK",
        "SAVEPOINT s",
    ] {
        reader.refused(sql).await;
        let inner = reader.begin(Some(transaction)).await.unwrap();
        let refused = reader.query_in(Some(inner), sql, &[]).await;
        assert!(refused.is_err(), "{sql}");
        reader.rollback(inner).await.unwrap();
    }
    assert_eq!(
        reader
            .query_in(Some(transaction), "SELECT id, n FROM t", &[])
            .await
            .unwrap()
            .cells,
        [number(1), number(0)]
    );
    reader.commit(transaction).await.unwrap();
    hosted.grant("write").await;
    let writer = hosted.db().await;
    assert_eq!(writer.execute("UPDATE t SET n = 5", &[]).await.0, 1.0);
}

async fn a_transaction_is_kept_or_undone_whole(hosted: &Hosted) {
    let db = table(hosted).await;
    let one = db.begin(None).await.unwrap();
    insert(&db, one, 1).await;
    db.rollback(one).await.unwrap();
    let two = db.begin(None).await.unwrap();
    insert(&db, two, 2).await;
    db.commit(two).await.unwrap();
    assert_eq!(ids(&db).await, [number(2)]);
    for transaction in [one, two] {
        let error = db
            .query_in(Some(transaction), "SELECT 1", &[])
            .await
            .err()
            .unwrap();
        assert_eq!(told(&error).0, "DatabaseTransactionError");
        assert!(db.commit(transaction).await.is_err());
        assert!(db.begin(Some(transaction)).await.is_err());
    }
}

async fn nested_transactions_are_savepoints(hosted: &Hosted) {
    let db = table(hosted).await;
    let outer = db.begin(None).await.unwrap();
    insert(&db, outer, 1).await;
    let undone = db.begin(Some(outer)).await.unwrap();
    insert(&db, undone, 2).await;
    let deeper = db.begin(Some(undone)).await.unwrap();
    insert(&db, deeper, 3).await;
    db.commit(deeper).await.unwrap();
    db.rollback(undone).await.unwrap();
    let kept = db.begin(Some(outer)).await.unwrap();
    insert(&db, kept, 4).await;
    let error = db.commit(outer).await.unwrap_err();
    assert_eq!(told(&error).1[1], "a transaction inside it is still open");
    db.commit(kept).await.unwrap();
    db.commit(outer).await.unwrap();
    assert_eq!(ids(&db).await, [number(1), number(4)]);
    // Undoing the outer one takes the inner one along.
    let outer = db.begin(None).await.unwrap();
    let inner = db.begin(Some(outer)).await.unwrap();
    insert(&db, inner, 5).await;
    db.rollback(outer).await.unwrap();
    assert!(db.commit(inner).await.is_err());
    assert_eq!(ids(&db).await, [number(1), number(4)]);
}

async fn an_error_leaves_the_outer_transaction_usable(hosted: &Hosted) {
    let db = table(hosted).await;
    let outer = db.begin(None).await.unwrap();
    insert(&db, outer, 1).await;
    for _ in 0..3 {
        let inner = db.begin(Some(outer)).await.unwrap();
        insert(&db, inner, 2).await;
        let error = db
            .query_in(Some(inner), INSERT, &[number(1)])
            .await
            .err()
            .unwrap();
        assert_eq!(told(&error).0, "DatabaseQueryError");
        db.rollback(inner).await.unwrap();
    }
    insert(&db, outer, 3).await;
    db.commit(outer).await.unwrap();
    assert_eq!(ids(&db).await, [number(1), number(3)]);
}

async fn what_an_invocation_leaves_open_is_rolled_back(hosted: &Hosted) {
    let db = table(hosted).await;
    db.execute(INSERT, &[number(1)]).await;
    let one = db.begin(None).await.unwrap();
    let inner = db.begin(Some(one)).await.unwrap();
    db.query_in(Some(inner), "UPDATE t SET n = 9", &[])
        .await
        .unwrap();
    hosted.world.services.close(&db.invocation).await;
    hosted.world.services.close(&db.invocation).await;
    assert!(db.query("SELECT 1", &[]).await.is_err());
    assert!(db.commit(one).await.is_err());
    // The row's lock is free again, and nothing was kept.
    let next = hosted.db().await;
    let changed = next.execute("UPDATE t SET n = 5 WHERE n = 0", &[]).await;
    assert_eq!(changed.0, 1.0);
}

async fn a_closed_connection_leaves_nothing_locked(hosted: &Hosted) {
    let db = table(hosted).await;
    db.execute(INSERT, &[number(1)]).await;
    let one = db.begin(None).await.unwrap();
    db.query_in(Some(one), "DELETE FROM t", &[]).await.unwrap();
    let close = DatabaseCall::Close {
        connection: db.connection,
    };
    ask(db.world, &db.invocation, close.clone()).await.unwrap();
    ask(db.world, &db.invocation, close).await.unwrap();
    let error = db.query("SELECT 1", &[]).await.unwrap_err();
    assert_eq!(told(&error).1, ["main", "the connection is closed"]);
    let next = hosted.db().await;
    assert_eq!(next.execute("UPDATE t SET n = 5", &[]).await.0, 1.0);
}

async fn an_endless_statement_ends_with_its_invocation(hosted: &Hosted) {
    let db = table(hosted).await;
    db.execute(INSERT, &[number(1)]).await;
    let endless = if hosted.server.engine == "sqlserver" {
        "WAITFOR DELAY '01:00'"
    } else {
        of(
            hosted,
            "WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT MAX(n) FROM r",
            "WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n % 9 + 1 FROM r) SELECT MAX(n) FROM r",
            "SELECT BENCHMARK(1000000000000, SHA2('x', 512))",
        )
    };
    let world = &hosted.world;
    for in_transaction in [false, true] {
        let short = invocation(&world.acme, &world.orders, Duration::from_millis(700));
        let connection = connect(world, &short, "main").await.unwrap();
        let db = Db {
            world,
            invocation: short,
            connection,
        };
        let mut transaction = None;
        if in_transaction {
            let one = db.begin(None).await.unwrap();
            db.query_in(Some(one), "UPDATE t SET n = n + 1", &[])
                .await
                .unwrap();
            transaction = Some(one);
        }
        let error = db.query_in(transaction, endless, &[]).await.err().unwrap();
        assert!(told(&error).1[1].contains("stopped"), "{error:?}");
        world.services.close(&db.invocation).await;
        // Its lock is free again, so its session is over.
        let next = hosted.db().await;
        let changed = next.execute("UPDATE t SET n = n + 10 WHERE n < 1000", &[]);
        assert_eq!(changed.await.0, 1.0);
    }
    let kept = hosted.db().await.query("SELECT n FROM t", &[]).await;
    assert_eq!(kept.unwrap(), [number(20)]);
}

async fn a_pool_that_is_used_up_is_a_clear_error_and_recovers(hosted: &Hosted) {
    let db = hosted.db().await;
    hosted.grant("read").await;
    let db = Db {
        connection: connect(db.world, &db.invocation, "main").await.unwrap(),
        ..db
    };
    let mut transactions = Vec::new();
    for _ in 0..10 {
        transactions.push(db.begin(None).await.unwrap());
    }
    let error = db.query("SELECT 1", &[]).await.unwrap_err();
    let (class, arguments) = told(&error);
    assert_eq!(class, "DatabaseConnectionError");
    assert!(arguments[1].contains("all 10 connections"), "{error:?}");
    db.rollback(transactions[0]).await.unwrap();
    assert_eq!(db.query("SELECT 1", &[]).await.unwrap(), [number(1)]);
    hosted.world.services.close(&db.invocation).await;
    let next = hosted.db().await;
    assert_eq!(next.query("SELECT 1", &[]).await.unwrap(), [number(1)]);
}

async fn a_full_pool_of_one_tenant_leaves_another_alone(hosted: &Hosted) {
    let world = &hosted.world;
    let spec = DatabaseSpec {
        name: "main".to_owned(),
        engine: hosted.server.engine.to_owned(),
        settings: hosted.url.clone(),
    };
    let made = world.directory.put_database(world.other.id, "main", &spec);
    made.await.unwrap();
    let permissions = ["read".to_owned()];
    let granted =
        world
            .directory
            .grant(world.stranger.id, GrantKind::Database, "main", &permissions);
    granted.await.unwrap();
    // A reader, so that SQLite's one writer is not what is waited for.
    hosted.grant("read").await;
    let db = hosted.db().await;
    for _ in 0..10 {
        db.begin(None).await.unwrap();
    }
    let invocation = world.of_stranger();
    let connection = connect(world, &invocation, "main").await.unwrap();
    let other = Db {
        world,
        invocation,
        connection,
    };
    assert_eq!(other.query("SELECT 1", &[]).await.unwrap(), [number(1)]);
    assert!(db.query("SELECT 1", &[]).await.is_err());
    world.services.close(&other.invocation).await;
    world.services.close(&db.invocation).await;
}

async fn writers_lose_nothing_of_each_other(hosted: &Hosted) {
    let db = table(hosted).await;
    db.execute(INSERT, &[number(1)]).await;
    let writers = (0..16).map(|_| async {
        let db = hosted.db().await;
        for _ in 0..5 {
            let one = db.begin(None).await.unwrap();
            db.query_in(Some(one), "UPDATE t SET n = n + 1", &[])
                .await
                .unwrap_or_else(|error| panic!("{error:?}"));
            db.commit(one).await.unwrap();
        }
        hosted.world.services.close(&db.invocation).await;
    });
    futures_util::future::join_all(writers).await;
    let n = db.query("SELECT n FROM t", &[]).await.unwrap();
    assert_eq!(n, [number(80)]);
}

async fn another_tenants_or_invocations_database_cannot_be_reached(hosted: &Hosted) {
    let db = table(hosted).await;
    let transaction = db.begin(None).await.unwrap();
    let world = &hosted.world;
    for invocation in [world.invocation(), world.of_second(), world.of_stranger()] {
        let thief = Db {
            world,
            invocation,
            connection: db.connection,
        };
        let error = thief.query("SELECT 1", &[]).await.unwrap_err();
        assert_eq!(error.class, "DatabaseConnectionError");
        assert!(thief.begin(Some(transaction)).await.is_err());
        assert!(thief.commit(transaction).await.is_err());
        assert!(thief.rollback(transaction).await.is_err());
        let close = DatabaseCall::Close {
            connection: db.connection,
        };
        ask(world, &thief.invocation, close).await.unwrap();
    }
    insert(&db, transaction, 1).await;
    db.commit(transaction).await.unwrap();
    assert_eq!(ids(&db).await, [number(1)]);
}

async fn only_a_granted_database_can_be_connected_to(hosted: &Hosted) {
    let world = &hosted.world;
    for (invocation, code, class) in [
        (world.invocation(), "nothing", "DatabaseNotFoundError"),
        (world.of_second(), "main", "DatabaseAccessDeniedError"),
        (world.of_stranger(), "main", "DatabaseNotFoundError"),
    ] {
        let error = connect(world, &invocation, code).await.unwrap_err();
        assert_eq!(told(&error), (class, vec![code.to_owned()]));
    }
}

async fn a_result_that_is_too_large_is_refused(hosted: &Hosted) {
    let db = hosted.db().await;
    let sql = if hosted.server.engine == "sqlserver" {
        "WITH r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 90) \
         SELECT REPLICATE(CAST('x' AS varchar(max)), 1000000) FROM r"
    } else {
        of(
            hosted,
            "WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 100) SELECT zeroblob(1000000) FROM r",
            "SELECT repeat('x', 1000000) FROM generate_series(1, 100)",
            "WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 100) SELECT REPEAT('x', 1000000) FROM r",
        )
    };
    let reason = db.refused(sql).await;
    assert!(reason.contains("larger than 67108864 bytes"), "{reason}");
    assert_eq!(db.query("SELECT 1", &[]).await.unwrap(), [number(1)]);
}
