//! `ketrics.Database` on a live PostgreSQL server.

use crate::database_servers::Hosted;
use crate::database_servers::POSTGRES;
use crate::db::Db;
use crate::db::connect;
use crate::db::number;
use crate::db::text;
use crate::world::invocation;
use crate::world::told;
use ketrics_protocol::Cell;
use std::time::Duration;

/// Makes a test of a function that takes a database of its own.
macro_rules! on_postgres {
    ($($name:ident,)*) => {
        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                if let Some(hosted) = crate::database_servers::POSTGRES.open().await {
                    super::$name(&hosted).await;
                    hosted.close().await;
                }
            })*
        }
    };
}

on_postgres! {
    values_come_out_as_the_contract_says,
    values_go_into_columns_of_every_type,
    both_spellings_and_the_operators_work,
    what_a_statement_did_is_told,
    errors_say_what_was_wrong,
    a_reader_cannot_write_however_it_is_hidden,
    transactions_are_kept_or_undone_whole,
    nothing_of_a_session_reaches_the_next_one,
    a_statement_ends_on_the_server_with_its_invocation,
    a_dead_connection_is_not_handed_out,
    a_pool_has_the_size_that_its_url_says,
}

fn json(value: &str) -> Cell {
    Cell::Json(value.to_owned())
}

fn list(cells: &[Cell]) -> Cell {
    Cell::List(cells.to_vec())
}

async fn values_come_out_as_the_contract_says(hosted: &Hosted) {
    let db = hosted.db().await;
    for sql in [
        "CREATE TYPE mood AS ENUM ('sad', 'happy')",
        "CREATE TYPE pair AS (a int, b text)",
        "CREATE DOMAIN positive AS int CHECK (VALUE > 0)",
    ] {
        db.execute(sql, &[]).await;
    }
    let whole = |value: f64| Cell::Number(value);
    for (sql, cell) in [
        ("NULL::int", Cell::Null),
        ("true", Cell::Bool(true)),
        ("'-32768'::smallint", whole(-32768.0)),
        ("2147483647", whole(2_147_483_647.0)),
        ("9007199254740991", whole(9_007_199_254_740_991.0)),
        ("9007199254740992", text("9007199254740992")),
        ("9223372036854775807", text("9223372036854775807")),
        (
            "'-9223372036854775808'::bigint",
            text("-9223372036854775808"),
        ),
        ("0.1::real", whole(0.1)),
        ("'1e300'::float8", whole(1e300)),
        ("'-Infinity'::float8", whole(f64::NEG_INFINITY)),
        (
            "12345678901234567890.0100::numeric",
            text("12345678901234567890.0100"),
        ),
        ("1.50::money", text("$1.50")),
        ("''::text", text("")),
        ("'ab '::char(4)", text("ab  ")),
        ("'é😀'", text("é😀")),
        ("'\\x00ff'::bytea", Cell::Bytes(vec![0, 255])),
        ("''::bytea", Cell::Bytes(vec![])),
        ("'{\"a\": [1]}'::json", json("{\"a\": [1]}")),
        ("'{\"a\":1}'::jsonb", json("{\"a\": 1}")),
        ("'null'::jsonb", json("null")),
        ("date '1800-02-28'", Cell::Date(-5_359_651_200_000.0)),
        ("date '0044-03-15 BC'", Cell::Date(-63_517_824_000_000.0)),
        (
            "timestamp '2024-02-29 12:30:15.250999'",
            Cell::Date(1_709_209_815_250.0),
        ),
        (
            "timestamptz '2024-02-29 12:30:15.25+05:30'",
            Cell::Date(1_709_190_015_250.0),
        ),
        ("timestamp '10000-01-01'", Cell::Date(253_402_300_800_000.0)),
        ("timestamptz 'infinity'", whole(f64::INFINITY)),
        ("date '-infinity'", whole(f64::NEG_INFINITY)),
        ("timestamp '294276-01-01'", text("294276-01-01 00:00:00")),
        ("time '24:00:00'", text("24:00:00")),
        ("timetz '01:02:03.5+02'", text("01:02:03.5+02")),
        (
            "interval '1 year 2 mons 3 days 04:05:06.5'",
            text("P1Y2M3DT4H5M6.5S"),
        ),
        ("interval '0'", text("PT0S")),
        (
            "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid",
            text("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
        ),
        ("B'101'", text("101")),
        ("'10.0.0.0/8'::inet", text("10.0.0.0/8")),
        ("'08:00:2b:01:02:03'::macaddr", text("08:00:2b:01:02:03")),
        ("int4range(1, 5)", text("[1,5)")),
        ("point(1, 2.5)", text("(1,2.5)")),
        ("'happy'::mood", text("happy")),
        ("(1, 'b c')::pair", text("(1,\"b c\")")),
        ("5::positive", whole(5.0)),
        ("'<a/>'::xml", text("<a/>")),
        ("to_tsvector('simple', 'b a')", text("'a':2 'b':1")),
        (
            "ARRAY[1, NULL, 3]",
            list(&[number(1), Cell::Null, number(3)]),
        ),
        (
            "ARRAY[[1, 2], [3, 4]]",
            list(&[list(&[number(1), number(2)]), list(&[number(3), number(4)])]),
        ),
        ("'{}'::text[]", list(&[])),
        (
            "ARRAY['a,\"b\\', NULL, 'NULL', '']",
            list(&[text("a,\"b\\"), Cell::Null, text("NULL"), text("")]),
        ),
        ("ARRAY[9007199254740993]", list(&[text("9007199254740993")])),
        ("ARRAY[1.50]", list(&[text("1.50")])),
        ("ARRAY[timestamp 'epoch']", list(&[Cell::Date(0.0)])),
        ("ARRAY['\\x01'::bytea]", list(&[Cell::Bytes(vec![1])])),
        ("ARRAY['[1]'::jsonb]", list(&[json("[1]")])),
        (
            "'[0:1]={t,f}'::bool[]",
            list(&[Cell::Bool(true), Cell::Bool(false)]),
        ),
        ("ARRAY['sad'::mood]", text("{sad}")),
        ("repeat('x', 1000000)", text(&"x".repeat(1_000_000))),
    ] {
        let cells = db
            .query(&format!("SELECT {sql}"), &[])
            .await
            .unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        assert_eq!(cells, [cell], "{sql}");
    }
    let nan = db.query("SELECT 'NaN'::float8", &[]).await.unwrap();
    assert!(matches!(nan[..], [Cell::Number(value)] if value.is_nan()));
    let rows = db
        .query_in(None, "SELECT 2 AS b, 1 AS a, 3 AS b", &[])
        .await
        .unwrap();
    assert_eq!(rows.columns, ["b", "a", "b"]);
}

async fn values_go_into_columns_of_every_type(hosted: &Hosted) {
    let db = hosted.db().await;
    db.execute("CREATE TYPE mood AS ENUM ('sad', 'happy')", &[])
        .await;
    let moment = Cell::Date(1_709_209_815_250.0);
    let uuid = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11";
    for (kind, parameter, stored) in [
        ("int", Cell::Null, Cell::Null),
        ("int", number(7), text("7")),
        (
            "bigint",
            Cell::BigInt("9223372036854775807".into()),
            text("9223372036854775807"),
        ),
        (
            "numeric(40,2)",
            Cell::BigInt("123456789012345678901234567890".into()),
            text("123456789012345678901234567890.00"),
        ),
        (
            "numeric",
            Cell::Number(1e21),
            text("1000000000000000000000"),
        ),
        ("float8", Cell::Number(5e-324), text("5e-324")),
        ("real", Cell::Number(-0.5), text("-0.5")),
        ("boolean", Cell::Bool(false), text("false")),
        ("int", text("12"), text("12")),
        ("text", text(""), text("")),
        ("text", number(7), text("7")),
        ("text", text("é'\"\\"), text("é'\"\\")),
        ("uuid", text(uuid), text(uuid)),
        ("date", text("1800-02-28"), text("1800-02-28")),
        ("date", moment.clone(), text("2024-02-29")),
        ("timestamp", moment.clone(), text("2024-02-29 12:30:15.25")),
        ("timestamptz", moment, text("2024-02-29 12:30:15.25+00")),
        (
            "timestamptz",
            Cell::Date(253_402_300_800_000.0),
            text("10000-01-01 00:00:00+00"),
        ),
        (
            "timestamp",
            Cell::Date(-63_517_824_000_000.0),
            text("0044-03-15 00:00:00 BC"),
        ),
        ("bytea", Cell::Bytes(vec![0, 255]), text("\\x00ff")),
        ("json", json("{\"a\":[1]}"), text("{\"a\":[1]}")),
        ("jsonb", json("[1,\"a\"]"), text("[1, \"a\"]")),
        ("text", json("[1]"), text("[1]")),
        ("int[]", json("[1,null,3]"), text("{1,NULL,3}")),
        ("int[]", json("[[1],[2]]"), text("{{1},{2}}")),
        ("int[]", json("[]"), text("{}")),
        (
            "text[]",
            json("[\"a,}\",\"NULL\",null]"),
            text("{\"a,}\",\"NULL\",NULL}"),
        ),
        (
            "jsonb[]",
            json("[{\"a\":1},[2]]"),
            text("{\"{\\\"a\\\": 1}\",[2]}"),
        ),
        ("mood[]", json("[\"sad\",\"happy\"]"), text("{sad,happy}")),
        ("mood", text("sad"), text("sad")),
        ("interval", text("P1DT2H"), text("P1DT2H")),
        ("inet", text("::1"), text("::1/128")),
        ("int4range", text("[1,3]"), text("[1,4)")),
    ] {
        db.execute("DROP TABLE IF EXISTS v", &[]).await;
        db.execute(&format!("CREATE TABLE v (a {kind})"), &[]).await;
        let inserted = db
            .query(
                "INSERT INTO v VALUES (?) RETURNING a::text",
                std::slice::from_ref(&parameter),
            )
            .await;
        assert_eq!(
            inserted.unwrap_or_else(|error| panic!("{kind}: {error:?}")),
            [stored],
            "{kind} {parameter:?}"
        );
    }
    let echoed = db
        .query(
            "SELECT ?, ?::int + 1, ?::text LIMIT ?",
            &[text("a"), number(1), Cell::Null, number(1)],
        )
        .await
        .unwrap();
    assert_eq!(echoed, [text("a"), number(2), Cell::Null]);
    // In a transaction, where a statement that fails leaves nothing in the way of the next.
    let one = db.begin(None).await.unwrap();
    for _ in 0..2 {
        let inner = db.begin(Some(one)).await.unwrap();
        let bad = db
            .query_in(Some(inner), "SELECT 1 = ANY(?::int[])", &[json("[\"x\"]")])
            .await;
        assert!(bad.is_err());
        db.rollback(inner).await.unwrap();
    }
    let good = db
        .query_in(Some(one), "SELECT 2 = ANY($1::int[])", &[json("[1,2]")])
        .await
        .unwrap();
    assert_eq!(good.cells, [Cell::Bool(true)]);
    db.commit(one).await.unwrap();
}

async fn both_spellings_and_the_operators_work(hosted: &Hosted) {
    let db = hosted.db().await;
    let yes = [Cell::Bool(true)];
    for (sql, parameters) in [
        ("SELECT $2 = $1 || $1", vec![text("a"), text("aa")]),
        ("SELECT '{\"a\":1}'::jsonb ? 'a' AND ? = 1", vec![number(1)]),
        ("SELECT '{\"a\":1}'::jsonb ? ?", vec![text("a")]),
        ("SELECT '{\"a\":1}'::jsonb ? $1", vec![text("a")]),
        ("SELECT '{\"a\":1}'::jsonb ?? ?", vec![text("a")]),
        (
            "SELECT '{\"a\":1}'::jsonb ?| ?::text[]",
            vec![json("[\"b\",\"a\"]")],
        ),
        (
            "SELECT '{\"a\":1}'::jsonb ?& array[?, 'a']",
            vec![text("a")],
        ),
        (
            "SELECT '{\"a\":1}'::jsonb @? ?::jsonpath AND '[1]'::jsonb @@ '$[0] == 1'",
            vec![text("$.a")],
        ),
        (
            "SELECT 'a?' = 'a' || ? -- ?\n AND /* ? /* ? */ ? */ true",
            vec![text("?")],
        ),
        ("SELECT $$?$1$$ = ? AND E'\\'?' = '''?'", vec![text("?$1")]),
        (
            "SELECT id = ? FROM (SELECT 5 AS id) AS \"a?\" WHERE id BETWEEN ? AND ? LIMIT ?",
            vec![number(5), number(1), number(9), number(1)],
        ),
    ] {
        let cells = db
            .query(sql, &parameters)
            .await
            .unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        assert_eq!(cells, yes, "{sql}");
    }
}

async fn what_a_statement_did_is_told(hosted: &Hosted) {
    let db = hosted.db().await;
    assert_eq!(
        db.execute("CREATE TABLE t (id serial, name text)", &[])
            .await,
        (0.0, None)
    );
    let sql = "INSERT INTO t (name) VALUES (?), (?)";
    assert_eq!(db.execute(sql, &[text("a"), text("b")]).await, (2.0, None));
    let returned = db
        .query_in(
            None,
            "UPDATE t SET name = 'c' WHERE id = ? RETURNING id, name",
            &[number(2)],
        )
        .await
        .unwrap();
    assert_eq!(
        (returned.cells, returned.affected),
        (vec![number(2), text("c")], Some(1.0))
    );
    let selected = db
        .query_in(None, "SELECT 1 WHERE false", &[])
        .await
        .unwrap();
    assert_eq!(
        (selected.columns, selected.cells, selected.affected),
        (vec!["?column?".to_owned()], vec![], None)
    );
    assert_eq!(db.execute("DELETE FROM t", &[]).await.0, 2.0);
}

async fn errors_say_what_was_wrong(hosted: &Hosted) {
    let db = hosted.db().await;
    db.execute("CREATE TABLE t (id int PRIMARY KEY)", &[]).await;
    db.execute("INSERT INTO t VALUES (1)", &[]).await;
    for (sql, reason) in [
        (
            "SELECT * FROM nothing",
            "relation \"nothing\" does not exist",
        ),
        ("INSERT INTO t VALUES (1)", "duplicate key"),
        ("SELECT 1; SELECT 2", "one call runs one statement"),
        ("SELECT ?", "1 placeholders, and 0 parameters"),
        ("SELEC", "syntax error"),
        ("SELECT 1/0", "division by zero"),
        ("COPY t FROM STDIN", "COPY"),
        ("COPY t TO STDOUT", "COPY"),
        ("BEGIN", "transaction()"),
        ("/* x */ commit", "transaction()"),
        ("PREPARE TRANSACTION 'x'", "transaction()"),
        (" ; ", "the statement is empty"),
        ("SELECT 'a\0b'", "NUL"),
        ("SELECT repeat('x', 70000000)", "larger than"),
        (
            "SELECT repeat('x', 1000000) FROM generate_series(1, 100)",
            "larger than",
        ),
    ] {
        let told = db.refused(sql).await;
        assert!(told.contains(reason), "{sql}: {told}");
        assert_eq!(
            db.query("SELECT 1", &[]).await.unwrap(),
            [number(1)],
            "{sql}"
        );
    }
    let bad = hosted.url.replace("127.0.0.1:5432", "127.0.0.1:1");
    let no_database = hosted.url.replace(&hosted.name, "ketrics_nothing_here");
    let nobody = hosted.url.replace("root@", "ketrics_nobody:hunter2@");
    for (url, reason) in [
        (bad.as_str(), "cannot be reached"),
        (&no_database, "no such database"),
        (&nobody, "credentials"),
        ("postgresql://x", "must be a URL"),
    ] {
        hosted.grant_at(url, "read").await;
        let error = connect(&hosted.world, &hosted.world.invocation(), "main")
            .await
            .unwrap_err();
        let (class, arguments) = told(&error);
        assert_eq!(class, "DatabaseConnectionError");
        assert!(arguments[1].contains(reason), "{error:?}");
        for hidden in ["127.0.0.1", "ketrics_", "hunter2", "nobody"] {
            assert!(!format!("{error:?}").contains(hidden), "{error:?}");
        }
    }
}

async fn a_reader_cannot_write_however_it_is_hidden(hosted: &Hosted) {
    let db = hosted.db().await;
    for sql in [
        "CREATE TABLE t (id int)",
        "CREATE SEQUENCE s",
        "CREATE FUNCTION sneak() RETURNS int LANGUAGE sql AS 'INSERT INTO t VALUES (1) RETURNING id'",
        "CREATE PROCEDURE leave() LANGUAGE plpgsql AS 'BEGIN COMMIT; INSERT INTO t VALUES (1); COMMIT; END'",
    ] {
        db.execute(sql, &[]).await;
    }
    hosted.grant("read").await;
    let reader = hosted.db().await;
    let transaction = reader.begin(None).await.unwrap();
    for sql in [
        "INSERT INTO t VALUES (1)",
        "WITH x AS (INSERT INTO t VALUES (1) RETURNING id) SELECT * FROM x",
        "SELECT sneak()",
        "CALL leave()",
        "SELECT nextval('s')",
        "CREATE TABLE x (a int)",
        "TRUNCATE t",
        "DO 'BEGIN INSERT INTO t VALUES (1); END'",
        "DO 'BEGIN COMMIT; INSERT INTO t VALUES (1); END'",
        "SET TRANSACTION READ WRITE",
        "SELECT set_config('transaction_read_only', 'off', false)",
        "SET transaction_read_only = off",
        "COMMIT",
        "COMMIT AND CHAIN",
        "END",
    ] {
        reader.refused(sql).await;
        let inner = reader.begin(Some(transaction)).await.unwrap();
        assert!(
            reader.query_in(Some(inner), sql, &[]).await.is_err(),
            "{sql}"
        );
        reader.rollback(inner).await.unwrap();
    }
    // What is set for later has no later.
    for sql in [
        "SET default_transaction_read_only = off",
        "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
    ] {
        let _ = reader.query(sql, &[]).await;
        reader.refused("INSERT INTO t VALUES (1)").await;
    }
    // PostgreSQL 15 makes large objects in a read-only transaction; none is kept.
    for sql in ["SELECT lo_create(4242)", "SELECT lo_from_bytea(4243, 'x')"] {
        let _ = reader.query(sql, &[]).await;
        let _ = reader.query_in(Some(transaction), sql, &[]).await;
    }
    reader.commit(transaction).await.unwrap();
    let objects = "SELECT count(*) FROM pg_largeobject_metadata";
    assert_eq!(reader.query(objects, &[]).await.unwrap(), [number(0)]);
    assert_eq!(reader.count().await, number(0));
}

async fn transactions_are_kept_or_undone_whole(hosted: &Hosted) {
    let db = hosted.db().await;
    db.execute(
        "CREATE TABLE t (id int UNIQUE DEFERRABLE INITIALLY DEFERRED)",
        &[],
    )
    .await;
    let insert = async |transaction: u32, id: u32| {
        db.query_in(Some(transaction), "INSERT INTO t VALUES (?)", &[number(id)])
            .await
            .map(drop)
    };
    let outer = db.begin(None).await.unwrap();
    insert(outer, 1).await.unwrap();
    let undone = db.begin(Some(outer)).await.unwrap();
    insert(undone, 2).await.unwrap();
    let error = db
        .query_in(Some(undone), "SELECT 1/0", &[])
        .await
        .err()
        .unwrap();
    assert!(told(&error).1[1].contains("division"), "{error:?}");
    let error = db
        .query_in(Some(undone), "SELECT 1", &[])
        .await
        .err()
        .unwrap();
    assert!(told(&error).1[1].contains("aborted"), "{error:?}");
    db.rollback(undone).await.unwrap();
    let kept = db.begin(Some(outer)).await.unwrap();
    insert(kept, 3).await.unwrap();
    db.commit(kept).await.unwrap();
    assert_eq!(db.count().await, number(0));
    db.commit(outer).await.unwrap();
    assert_eq!(
        db.query("SELECT id FROM t ORDER BY id", &[]).await.unwrap(),
        [number(1), number(3)]
    );

    // One in which a statement failed keeps nothing, and says so.
    let failed = db.begin(None).await.unwrap();
    insert(failed, 4).await.unwrap();
    assert!(db.query_in(Some(failed), "SELEC", &[]).await.is_err());
    let error = db.commit(failed).await.unwrap_err();
    assert_eq!(told(&error).0, "DatabaseTransactionError");
    assert!(told(&error).1[1].contains("had failed"), "{error:?}");

    // So does one whose commit the database refuses.
    let twice = db.begin(None).await.unwrap();
    insert(twice, 1).await.unwrap();
    let error = db.commit(twice).await.unwrap_err();
    assert!(told(&error).1[1].contains("duplicate key"), "{error:?}");
    assert_eq!(db.count().await, number(2));

    // What an invocation leaves open is rolled back, and its locks are gone.
    let left = db.begin(None).await.unwrap();
    let inner = db.begin(Some(left)).await.unwrap();
    db.query_in(Some(inner), "LOCK TABLE t", &[]).await.unwrap();
    hosted.world.services.close(&db.invocation).await;
    hosted.until_none(&locks(hosted)).await;
}

fn locks(hosted: &Hosted) -> String {
    format!(
        "SELECT l.locktype FROM pg_locks l JOIN pg_database d ON d.oid = l.database WHERE d.datname = '{}'",
        hosted.name
    )
}

async fn nothing_of_a_session_reaches_the_next_one(hosted: &Hosted) {
    hosted
        .grant_at(&format!("{}?max_connections=1", hosted.url), "admin")
        .await;
    let db = hosted.db().await;
    let pid = db.query("SELECT pg_backend_pid()", &[]).await.unwrap();
    for sql in [
        "SET search_path = pg_catalog",
        "SET DateStyle = 'German'",
        "SET TimeZone = 'Asia/Tokyo'",
        "CREATE TEMP TABLE mine (a int)",
        "PREPARE p AS SELECT 1",
        "SELECT pg_advisory_lock(1)::text",
        "SET SESSION AUTHORIZATION pg_monitor",
        "LISTEN secrets",
    ] {
        db.query(sql, &[])
            .await
            .unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    }
    let state = "SELECT current_setting('search_path'), current_setting('DateStyle'), current_setting('TimeZone'), \
                 to_regclass('mine')::text, (SELECT count(*) FROM pg_prepared_statements WHERE name = 'p'), \
                 (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()), \
                 current_user = session_user, (SELECT count(*) FROM pg_listening_channels()), pg_backend_pid()";
    let expected = [
        text("\"$user\", public"),
        text("ISO, YMD"),
        text("UTC"),
        Cell::Null,
        number(0),
        number(0),
        Cell::Bool(true),
        number(0),
        pid[0].clone(),
    ];
    assert_eq!(db.query(state, &[]).await.unwrap(), expected);
}

async fn a_statement_ends_on_the_server_with_its_invocation(hosted: &Hosted) {
    let sleeping = format!(
        "SELECT pid FROM pg_stat_activity WHERE datname = '{}' AND state = 'active' AND pid <> pg_backend_pid()",
        hosted.name
    );
    let world = &hosted.world;
    for in_transaction in [false, true] {
        // By the deadline.
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
            .query_in(transaction, "SELECT pg_sleep(600)", &[])
            .await
            .err()
            .unwrap();
        assert!(told(&error).1[1].contains("stopped"), "{error:?}");
        hosted.until_none(&sleeping).await;
        world.services.close(&db.invocation).await;
        // By dropping the call.
        let db = hosted.db().await;
        let transaction = if in_transaction {
            Some(db.begin(None).await.unwrap())
        } else {
            None
        };
        let call = db.query_in(transaction, "SELECT pg_sleep(600)", &[]);
        assert!(
            tokio::time::timeout(Duration::from_millis(200), call)
                .await
                .is_err()
        );
        world.services.close(&db.invocation).await;
        hosted.until_none(&sleeping).await;
        hosted.until_none(&locks(hosted)).await;
    }
    // By the server alone.
    let db = hosted.db().await;
    let timeout = db.query("SHOW statement_timeout", &[]).await.unwrap();
    assert!(
        matches!(&timeout[..], [Cell::Text(time)] if time != "0"),
        "{timeout:?}"
    );
}

async fn a_dead_connection_is_not_handed_out(hosted: &Hosted) {
    let db = hosted.db().await;
    let terminate = format!(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}'",
        hosted.name
    );
    let transaction = db.begin(None).await.unwrap();
    let other = db.begin(None).await.unwrap();
    db.rollback(other).await.unwrap();
    let killed = hosted.root().await.query(&terminate, &[]).await.unwrap();
    assert!(killed.len() >= 2, "{killed:?}");
    // The server ends them in its own time.
    let alive = format!(
        "SELECT pid FROM pg_stat_activity WHERE datname = '{}'",
        hosted.name
    );
    hosted.until_none(&alive).await;
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

async fn a_pool_has_the_size_that_its_url_says(hosted: &Hosted) {
    hosted
        .grant_at(&format!("{}?max_connections=2", hosted.url), "read")
        .await;
    let db = hosted.db().await;
    let one = db.begin(None).await.unwrap();
    db.begin(None).await.unwrap();
    let error = db.query("SELECT 1", &[]).await.unwrap_err();
    assert!(told(&error).1[1].contains("all 2 connections"), "{error:?}");
    db.rollback(one).await.unwrap();
    assert_eq!(db.query("SELECT 1", &[]).await.unwrap(), [number(1)]);
}

/// Statements put together at random: the server counts as many parameters as this platform.
#[tokio::test]
async fn the_server_counts_the_same_placeholders() {
    let Some(hosted) = POSTGRES.open().await else {
        return;
    };
    let db = hosted.db().await;
    let pieces = [
        "?",
        "? ",
        "$1",
        "$2",
        "'?'",
        "'it''s $1'",
        "E'\\'?'",
        "\"?\"",
        "$$?$$",
        "$t$ $1 $$ ? $t$",
        "-- ?\n",
        "/* ? /* $1 */ ' */",
        "1",
        "'{}'::jsonb",
        "||",
        "+",
        "= ",
        " ? ",
        " ?| ",
        " @> ",
        " AS ",
        "x",
        "NULL",
        "(",
        ")",
        ", ",
        "::text",
        " AND ",
        " - ",
        "--\n",
        "?::int",
        "U&'?'",
        "[",
        "]",
        " IS NULL",
        "LIMIT ",
        "x'1f'",
    ];
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        usize::try_from(seed % below as u64).unwrap()
    };
    let mut accepted = 0;
    for _ in 0..3000 {
        let mut sql = "SELECT ".to_owned();
        for _ in 0..1 + random(7) {
            sql.push_str(pieces[random(pieces.len())]);
        }
        // Too few at first: what is asked for is then known.
        let mut given = Vec::new();
        let mut result = db.query(&sql, &given).await;
        if let Err(error) = &result
            && let Some(reason) = told(error).1.get(1)
            && let Some((count, _)) = reason
                .strip_prefix("the statement has ")
                .and_then(|rest| rest.split_once(' '))
        {
            given = vec![Cell::Null; count.parse().unwrap()];
            result = db.query(&sql, &given).await;
        }
        match result {
            Ok(_) => accepted += usize::from(!given.is_empty()),
            Err(error) => {
                let reason = &told(&error).1[1];
                assert!(!reason.contains("bind message"), "{sql}: {reason}");
                assert!(!reason.contains("there is no parameter"), "{sql}: {reason}");
                assert!(!reason.contains("lost"), "{sql}: {reason}");
            }
        }
    }
    assert!(
        accepted > 50,
        "only {accepted} of the statements meant anything"
    );
    hosted.close().await;
}
