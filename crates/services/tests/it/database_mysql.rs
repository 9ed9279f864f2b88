//! `ketrics.Database` on a live MySQL or MariaDB server.

use crate::database_servers::Hosted;
use crate::database_servers::MYSQL;
use crate::db::Db;
use crate::db::connect;
use crate::db::number;
use crate::db::text;
use crate::world::invocation;
use crate::world::told;
use ketrics_protocol::Cell;
use std::time::Duration;

/// Makes a test of a function that takes a database of its own.
macro_rules! on_mysql {
    ($($name:ident,)*) => {
        mod on_mysql {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                if let Some(hosted) = super::MYSQL.open().await {
                    super::$name(&hosted).await;
                    hosted.close().await;
                }
            })*
        }
    };
}

on_mysql! {
    values_come_out_as_the_contract_says,
    parameters_go_in_and_placeholders_are_found,
    what_a_statement_did_is_told_and_what_was_wrong,
    a_reader_cannot_write_however_it_is_hidden,
    transactions_are_kept_or_undone_whole,
    nothing_of_a_session_reaches_the_next_one,
    a_statement_ends_on_the_server_with_its_invocation,
    a_dead_connection_is_not_handed_out,
}

async fn values_come_out_as_the_contract_says(hosted: &Hosted) {
    let db = hosted.db().await;
    for (kind, literal, cell) in [
        ("int", "NULL", Cell::Null),
        ("tinyint(1)", "1", number(1)),
        (
            "bigint",
            "9007199254740991",
            Cell::Number(9_007_199_254_740_991.0),
        ),
        (
            "bigint",
            "-9223372036854775808",
            text("-9223372036854775808"),
        ),
        (
            "bigint unsigned",
            "18446744073709551615",
            text("18446744073709551615"),
        ),
        ("float", "0.1", Cell::Number(0.1)),
        ("double", "1e300", Cell::Number(1e300)),
        (
            "decimal(30,4)",
            "12345678901234567890.01",
            text("12345678901234567890.0100"),
        ),
        ("varchar(10)", "''", text("")),
        ("text", "'é😀'", text("é😀")),
        (
            "longtext",
            "repeat('x', 1000000)",
            text(&"x".repeat(1_000_000)),
        ),
        ("blob", "x'00ff'", Cell::Bytes(vec![0, 255])),
        ("binary(2)", "x'00ff'", Cell::Bytes(vec![0, 255])),
        ("bit(9)", "b'100000001'", Cell::Bytes(vec![1, 1])),
        ("date", "'1800-02-28'", Cell::Date(-5_359_651_200_000.0)),
        (
            "datetime(6)",
            "'2024-02-29 12:30:15.250999'",
            Cell::Date(1_709_209_815_250.0),
        ),
        (
            "timestamp",
            "'2024-02-29 12:30:15'",
            Cell::Date(1_709_209_815_000.0),
        ),
        (
            "datetime",
            "'9999-12-31 23:59:59'",
            Cell::Date(253_402_300_799_000.0),
        ),
        ("time", "'-838:59:59'", text("-838:59:59")),
        ("time(3)", "'01:02:03.5'", text("01:02:03.500")),
        ("year", "2024", number(2024)),
        (
            "json",
            "'{\"a\": [1]}'",
            Cell::Json("{\"a\": [1]}".to_owned()),
        ),
        ("longtext", "'{\"a\": [1]}'", text("{\"a\": [1]}")),
        ("mediumint", "-8388608", Cell::Number(-8_388_608.0)),
        ("smallint", "-32768", Cell::Number(-32768.0)),
        ("int unsigned", "4294967295", Cell::Number(4_294_967_295.0)),
        ("tinyint", "-128", Cell::Number(-128.0)),
        ("varbinary(3)", "''", Cell::Bytes(Vec::new())),
        (
            "uuid",
            "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'",
            text("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
        ),
        ("inet6", "'::1'", text("::1")),
        ("enum('a','b')", "'b'", text("b")),
        ("set('a','b')", "'a,b'", text("a,b")),
    ] {
        db.execute("DROP TABLE IF EXISTS v", &[]).await;
        db.execute(&format!("CREATE TABLE v (a {kind})"), &[]).await;
        db.execute(&format!("INSERT INTO v VALUES ({literal})"), &[])
            .await;
        assert_eq!(
            db.query("SELECT a FROM v", &[]).await.unwrap(),
            [cell],
            "{kind} {literal}"
        );
    }
    let zero = db
        .query("SELECT CAST('0000-00-00' AS DATE)", &[])
        .await
        .unwrap();
    assert!(
        matches!(zero[..], [Cell::Null] | [Cell::Date(_)]),
        "{zero:?}"
    );
}

async fn parameters_go_in_and_placeholders_are_found(hosted: &Hosted) {
    let db = hosted.db().await;
    for (kind, parameter, stored) in [
        ("int", Cell::Bool(true), text("1")),
        ("int", text("12"), text("12")),
        (
            "bigint unsigned",
            Cell::BigInt("18446744073709551615".into()),
            text("18446744073709551615"),
        ),
        (
            "decimal(40,1)",
            Cell::BigInt("123456789012345678901234567890".into()),
            text("123456789012345678901234567890.0"),
        ),
        ("double", Cell::Number(-0.5), text("-0.5")),
        (
            "datetime(3)",
            Cell::Date(1_709_209_815_250.0),
            text("2024-02-29 12:30:15.250"),
        ),
        ("json", Cell::Json("[1]".into()), text("[1]")),
        ("blob", Cell::Bytes(vec![65]), text("A")),
        ("text", text("é'\\"), text("é'\\")),
    ] {
        db.execute("DROP TABLE IF EXISTS v", &[]).await;
        db.execute(&format!("CREATE TABLE v (a {kind})"), &[]).await;
        db.execute("INSERT INTO v VALUES (?)", std::slice::from_ref(&parameter))
            .await;
        assert_eq!(
            db.query("SELECT CAST(a AS CHAR) FROM v", &[])
                .await
                .unwrap(),
            [stored],
            "{kind}"
        );
    }
    for (sql, parameters) in [
        ("SELECT $2 = CONCAT($1, $1)", vec![text("a"), text("aa")]),
        (
            "SELECT 'a?' = CONCAT('a', ?) # ?\n AND /* ? */ 1 -- ?",
            vec![text("?")],
        ),
        (
            "SELECT (@x := ?) = @x AND `a?` = 1 FROM (SELECT 1 AS `a?`) AS t LIMIT ?",
            vec![number(5), number(1)],
        ),
    ] {
        assert_eq!(
            db.query(sql, &parameters).await.unwrap(),
            [number(1)],
            "{sql}"
        );
    }
    // Put together at random, the server counts as many as this platform.
    let pieces = [
        "?", "$1", "'?'", "'\\'?'", "\"?\"", "`?`", "# ?\n", "-- ?\n", "--?", "/* ? */", "1",
        " + ", ", ", "(", ")", " AS ", "@x", ":=", "NULL", "x", "||",
    ];
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut accepted = 0;
    for _ in 0..600 {
        let mut sql = "SELECT ".to_owned();
        for _ in 0..5 {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            sql.push_str(pieces[usize::try_from(seed % pieces.len() as u64).unwrap()]);
        }
        let mut given = Vec::new();
        let mut counted = false;
        while let Err(error) = db.query(&sql, &given).await {
            let reason = told(&error).1[1].clone();
            let Some((count, _)) = reason
                .strip_prefix("the statement has ")
                .and_then(|rest| rest.split_once(' '))
            else {
                assert!(!reason.contains("lost"), "{sql}: {reason}");
                break;
            };
            // The second time it would be the server that counts otherwise.
            assert!(!counted, "{sql}: {reason}");
            counted = true;
            given = vec![number(1); count.parse().unwrap()];
        }
        accepted += usize::from(!given.is_empty());
    }
    assert!(
        accepted > 20,
        "only {accepted} of the statements meant anything"
    );
}

async fn what_a_statement_did_is_told_and_what_was_wrong(hosted: &Hosted) {
    let db = hosted.db().await;
    db.execute(
        "CREATE TABLE t (id int AUTO_INCREMENT PRIMARY KEY, name text)",
        &[],
    )
    .await;
    let sql = "INSERT INTO t (name) VALUES (?), (?)";
    assert_eq!(
        db.execute(sql, &[text("a"), text("b")]).await,
        (2.0, Some(number(1)))
    );
    assert_eq!(
        db.execute("UPDATE t SET name = 'a' WHERE id = ?", &[number(1)])
            .await,
        (1.0, None)
    );
    let selected = db
        .query_in(None, "SELECT 2 AS b, 1 AS a, 3 AS b", &[])
        .await
        .unwrap();
    assert_eq!(
        (selected.columns.join(" "), selected.affected),
        ("b a b".to_owned(), None)
    );
    for (sql, reason) in [
        ("SELECT * FROM nothing", "nothing"),
        ("INSERT INTO t VALUES (1, 'x')", "Duplicate entry"),
        ("SELECT 1; SELECT 2", "one call runs one statement"),
        ("SELECT ?", "1 placeholders, and 0 parameters"),
        ("SELEC", "syntax"),
        ("BEGIN", "transaction()"),
        ("/*! COMMIT */", "cannot begin with a comment"),
        ("# x", "the statement is empty"),
    ] {
        let told = db.refused(sql).await;
        assert!(
            told.contains(reason) && !told.contains(&hosted.name),
            "{sql}: {told}"
        );
    }
    let nobody = hosted.url.replace("root@", "ketrics_nobody:hunter2@");
    let nothing = hosted.url.replace(&hosted.name, "ketrics_nothing_here");
    let closed = hosted.url.replace("127.0.0.1:3306", "127.0.0.1:1");
    for (url, reason) in [
        (nobody, "credentials"),
        (nothing, "no such database"),
        (closed, "cannot be reached"),
    ] {
        hosted.grant_at(&url, "read").await;
        let error = connect(&hosted.world, &hosted.world.invocation(), "main")
            .await
            .unwrap_err();
        assert!(told(&error).1[1].contains(reason), "{error:?}");
        for hidden in ["127.0.0.1", "ketrics_", "hunter2"] {
            assert!(!format!("{error:?}").contains(hidden), "{error:?}");
        }
    }
}

async fn a_reader_cannot_write_however_it_is_hidden(hosted: &Hosted) {
    let db = hosted.db().await;
    db.execute("CREATE TABLE t (id int)", &[]).await;
    db.execute(
        "CREATE FUNCTION sneak() RETURNS int BEGIN INSERT INTO t VALUES (1); RETURN 1; END",
        &[],
    )
    .await;
    hosted.grant("read").await;
    let reader = hosted.db().await;
    let transaction = reader.begin(None).await.unwrap();
    for sql in [
        "INSERT INTO t VALUES (1)",
        "SELECT sneak()",
        "CREATE TABLE x (a int)",
        "SET autocommit = 1",
        "COMMIT",
        "BEGIN NOT ATOMIC COMMIT; INSERT INTO t VALUES (1); END",
        "EXECUTE IMMEDIATE 'COMMIT'",
        "EXPLAIN COMMIT",
        "/*! SET SESSION TRANSACTION READ WRITE */",
    ] {
        reader.refused(sql).await;
        assert!(
            reader.query_in(Some(transaction), sql, &[]).await.is_err(),
            "{sql}"
        );
    }
    reader.rollback(transaction).await.unwrap();
    assert_eq!(reader.count().await, number(0));
}

async fn transactions_are_kept_or_undone_whole(hosted: &Hosted) {
    let db = hosted.db().await;
    db.execute("CREATE TABLE t (id int)", &[]).await;
    let outer = db.begin(None).await.unwrap();
    db.query_in(Some(outer), "INSERT INTO t VALUES (1)", &[])
        .await
        .unwrap();
    let undone = db.begin(Some(outer)).await.unwrap();
    db.query_in(Some(undone), "INSERT INTO t VALUES (2)", &[])
        .await
        .unwrap();
    db.rollback(undone).await.unwrap();
    assert!(db.query_in(Some(outer), "SELEC", &[]).await.is_err());
    assert_eq!(db.count().await, number(0));
    db.commit(outer).await.unwrap();
    assert_eq!(db.count().await, number(1));
    // What commits by itself ends the transaction, and nothing more is written in it.
    let ended = db.begin(None).await.unwrap();
    db.query_in(Some(ended), "CREATE TABLE x (a int)", &[])
        .await
        .unwrap();
    let error = db
        .query_in(Some(ended), "INSERT INTO t VALUES (3)", &[])
        .await
        .err()
        .unwrap();
    assert!(told(&error).1[1].contains("over"), "{error:?}");
    assert!(db.commit(ended).await.is_err());
    assert_eq!(db.count().await, number(1));
    let left = db.begin(None).await.unwrap();
    db.query_in(Some(left), "UPDATE t SET id = 9", &[])
        .await
        .unwrap();
    hosted.world.services.close(&db.invocation).await;
    let next = hosted.db().await;
    assert_eq!(
        next.execute("UPDATE t SET id = 5 WHERE id = 1", &[])
            .await
            .0,
        1.0
    );
}

async fn nothing_of_a_session_reaches_the_next_one(hosted: &Hosted) {
    hosted
        .grant_at(&format!("{}?max_connections=1", hosted.url), "admin")
        .await;
    let db = hosted.db().await;
    for sql in [
        "SET @secret = 1",
        "SET sql_mode = 'ANSI_QUOTES'",
        "SET time_zone = '+09:00'",
        "CREATE TEMPORARY TABLE mine (a int)",
        "SELECT GET_LOCK('held', 0)",
    ] {
        db.query(sql, &[]).await.unwrap();
    }
    let state = "SELECT @secret, @@time_zone, @@sql_mode = 'ANSI_QUOTES', IS_FREE_LOCK('held')";
    let expected = [Cell::Null, text("+00:00"), number(0), number(1)];
    assert_eq!(db.query(state, &[]).await.unwrap(), expected);
    assert!(db.refused("SELECT * FROM mine").await.contains("mine"));
}

async fn a_statement_ends_on_the_server_with_its_invocation(hosted: &Hosted) {
    let sleeping = format!(
        "SELECT id FROM information_schema.processlist WHERE db = '{}' AND command <> 'Sleep'",
        hosted.name
    );
    let world = &hosted.world;
    for in_transaction in [false, true] {
        let short = invocation(&world.acme, &world.orders, Duration::from_millis(500));
        let connection = connect(world, &short, "main").await.unwrap();
        let db = Db {
            world,
            invocation: short,
            connection,
        };
        let transaction = if in_transaction {
            Some(db.begin(None).await.unwrap())
        } else {
            None
        };
        let error = db
            .query_in(transaction, "SELECT SLEEP(600)", &[])
            .await
            .err()
            .unwrap();
        assert!(told(&error).1[1].contains("stopped"), "{error:?}");
        hosted.until_none(&sleeping).await;
        world.services.close(&db.invocation).await;
    }
}

async fn a_dead_connection_is_not_handed_out(hosted: &Hosted) {
    let db = hosted.db().await;
    let transaction = db.begin(None).await.unwrap();
    let id = db
        .query_in(Some(transaction), "SELECT CONNECTION_ID()", &[])
        .await
        .unwrap()
        .cells;
    let Cell::Number(id) = id[0] else {
        panic!("{id:?}")
    };
    hosted
        .root()
        .await
        .execute(&format!("KILL {id}"), &[])
        .await;
    let error = db
        .query_in(Some(transaction), "SELECT 1", &[])
        .await
        .err()
        .unwrap();
    assert!(told(&error).1[1].contains("lost"), "{error:?}");
    for _ in 0..20 {
        assert_eq!(db.query("SELECT 1", &[]).await.unwrap(), [number(1)]);
    }
}
