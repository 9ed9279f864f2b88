//! `ketrics.Database` on SQL Server: what travels, held against a server that only speaks the
//! protocol. Where `KETRICS_TEST_SQLSERVER` names a server, `database_engines` runs on it as well.

use crate::database_servers::SQLSERVER;
use crate::database_servers::put;
use crate::db::Db;
use crate::db::connect;
use crate::db::number;
use crate::db::text;
use crate::tds::PASSWORD;
use crate::tds::Tds;
use crate::tds_values;
use crate::world::World;
use crate::world::invocation;
use crate::world::told;
use crate::world::world;
use ketrics_protocol::Cell;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;

const SPELLED: &str = "pass%3Aw%40rd";

async fn served(permission: &str) -> (Tds, World) {
    let server = Tds::start(None);
    let world = world().await;
    put(
        &world,
        "main",
        "sqlserver",
        &server.url(SPELLED, ""),
        permission,
    )
    .await;
    (server, world)
}

/// What the server saw once that was what is expected: a connection goes back by itself.
async fn until_seen(server: &Tds, wanted: &str) -> Vec<String> {
    let mut seen = Vec::new();
    for _ in 0..100 {
        seen.extend(server.seen());
        if seen.iter().any(|event| event.contains(wanted)) {
            return seen;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("never seen: {wanted}; but {seen:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_type_is_read_as_the_contract_says() {
    let (_server, world) = served("read").await;
    let rows = Db::new(&world).await.query("SELECT everything", &[]).await;
    let expected = tds_values::everything();
    let rows = rows.unwrap();
    assert_eq!(rows.len(), expected.len());
    for (index, (cell, (_, expected))) in rows.iter().zip(&expected).enumerate() {
        assert!(cell == expected, "{index}: {cell:?} is not {expected:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn parameters_come_back_as_they_went() {
    let (server, world) = served("admin").await;
    let db = Db::new(&world).await;
    let long = "é😀'".repeat(3000);
    for (given, taken) in [
        (Cell::Bool(true), Cell::Bool(true)),
        (number(7), number(7)),
        (
            Cell::Number(-2_147_483_649.0),
            Cell::Number(-2_147_483_649.0),
        ),
        (Cell::Number(0.1), Cell::Number(0.1)),
        (
            Cell::BigInt("-9223372036854775808".into()),
            text("-9223372036854775808"),
        ),
        (
            Cell::BigInt("-99999999999999999999999999999999999999".into()),
            text("-99999999999999999999999999999999999999"),
        ),
        (text(""), text("")),
        (text(&long), text(&long)),
        (Cell::Json("{\"a\":[1]}".into()), text("{\"a\":[1]}")),
        (Cell::Bytes(Vec::new()), Cell::Bytes(Vec::new())),
        (Cell::Bytes(vec![7; 100_000]), Cell::Bytes(vec![7; 100_000])),
        (
            Cell::Date(-62_135_596_800_000.0),
            Cell::Date(-62_135_596_800_000.0),
        ),
        (
            Cell::Date(253_402_300_799_999.0),
            Cell::Date(253_402_300_799_999.0),
        ),
    ] {
        for placeholder in ["?", "$1"] {
            let sql = format!("SELECT {placeholder}");
            let rows = db.query(&sql, std::slice::from_ref(&given)).await;
            assert!(
                rows.as_ref().unwrap() == std::slice::from_ref(&taken),
                "{given:.50?}"
            );
        }
    }
    server.seen();
    // What is NULL is no parameter, so the second has the first place to itself.
    let rows = db
        .query("SELECT ?, $2, '?'", &[Cell::Null, number(2)])
        .await;
    assert_eq!(rows.unwrap(), [number(2)]);
    let seen = server.seen();
    assert!(
        seen.iter()
            .any(|sql| sql.ends_with("SELECT NULL, @P2, '?'")),
        "{seen:?}"
    );
    let reason = told(&db.query("SELECT ?", &[Cell::Date(1e15)]).await.unwrap_err()).1[1].clone();
    assert!(reason.contains("parameter 1 is not a date"), "{reason}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_statement_did_is_told() {
    let (_server, world) = served("write").await;
    let db = Db::new(&world).await;
    assert_eq!(db.execute("UPDATE t SET n = 1", &[]).await, (3.0, None));
    assert_eq!(db.execute("CREATE TABLE t (n int)", &[]).await, (0.0, None));
    let inserted = db.execute("INSERT INTO t VALUES (1)", &[]).await;
    assert_eq!(inserted, (1.0, Some(number(7))));
    let returned = db
        .query_in(None, "UPDATE t SET n = 1 OUTPUT inserted.n", &[])
        .await
        .unwrap();
    assert_eq!(
        (returned.cells, returned.affected),
        (vec![number(1)], Some(1.0))
    );
    let read = db.query_in(None, "SELECT 1", &[]).await.unwrap();
    assert_eq!((read.columns, read.affected), (vec![String::new()], None));
    // The first result of several is the answer.
    let two = db.query_in(None, "SELECT two", &[]).await.unwrap();
    assert_eq!(
        (two.columns, two.cells),
        (vec!["a".to_owned()], vec![number(1)])
    );
    let nulls = db.query("SELECT nulls", &[]).await.unwrap();
    assert_eq!(nulls, [number(1), number(2), number(7), Cell::Null]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_asks_within_a_transaction_that_is_undone() {
    let (server, world) = served("read").await;
    let db = Db::new(&world).await;
    server.seen();
    db.query("SELECT 1", &[]).await.unwrap();
    let seen = until_seen(&server, "ROLLBACK").await;
    let texts: Vec<&str> = seen
        .iter()
        .filter_map(|event| event.split_once(' '))
        .map(|(_, text)| text)
        .collect();
    let around = ["BEGIN TRANSACTION", "SELECT 1", "ROLLBACK TRANSACTION"];
    assert!(texts.windows(3).any(|three| three == around), "{texts:?}");
    for sql in [
        "INSERT INTO t VALUES (1)",
        "SELECT 1 INTO t",
        "EXEC p",
        "SELECT 1; COMMIT",
    ] {
        db.refused(sql).await;
    }
    // A commit of a reader keeps nothing either.
    let one = db.begin(None).await.unwrap();
    db.query_in(Some(one), "SELECT 1", &[]).await.unwrap();
    db.commit(one).await.unwrap();
    let seen = server.seen();
    assert!(
        !seen
            .iter()
            .any(|event| event.contains("COMMIT TRANSACTION")),
        "{seen:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn transactions_are_what_the_server_says_they_are() {
    let (server, world) = served("write").await;
    let db = Db::new(&world).await;
    server.seen();
    let outer = db.begin(None).await.unwrap();
    let inner = db.begin(Some(outer)).await.unwrap();
    db.rollback(inner).await.unwrap();
    db.commit(outer).await.unwrap();
    let seen = until_seen(&server, "reset").await.join("\n");
    for (first, second) in [
        ("BEGIN TRANSACTION", "SAVE TRANSACTION level_1"),
        ("SAVE TRANSACTION level_1", "ROLLBACK TRANSACTION level_1"),
        ("ROLLBACK TRANSACTION level_1", "COMMIT TRANSACTION"),
    ] {
        assert!(
            seen.find(first).unwrap() < seen.find(second).unwrap(),
            "{seen}"
        );
    }
    // A procedure that commits what is not its own: nothing runs outside of it.
    let one = db.begin(None).await.unwrap();
    let error = db
        .query_in(Some(one), "EXEC commit_it", &[])
        .await
        .err()
        .unwrap();
    assert!(told(&error).1[1].contains("transaction()"), "{error:?}");
    let error = db
        .query_in(Some(one), "UPDATE t SET n = 1", &[])
        .await
        .err()
        .unwrap();
    assert!(told(&error).1[1].contains("is over"), "{error:?}");
    assert!(db.commit(one).await.is_err());
    // And one that leaves one open.
    assert!(
        db.refused("EXEC leave_open")
            .await
            .contains("transaction()")
    );
    // A deadlock undoes the whole.
    let one = db.begin(None).await.unwrap();
    let error = db
        .query_in(Some(one), "SELECT doomed", &[])
        .await
        .err()
        .unwrap();
    assert_eq!(told(&error).1[1], "deadlock");
    assert!(db.commit(one).await.is_err());
    assert_eq!(db.query("SELECT 1", &[]).await.unwrap(), [number(1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_is_reset_before_it_is_used_again() {
    let (server, world) = served("write").await;
    let db = Db::new(&world).await;
    let mut used_again = 0;
    let mut unclean = HashSet::new();
    for _ in 0..20 {
        db.query("SELECT 1", &[]).await.unwrap();
        for event in server.seen() {
            let (connection, what) = event.split_once(' ').unwrap();
            if what == "reset" {
                unclean.remove(connection);
                used_again += 1;
            } else if what == "SELECT 1" {
                assert!(unclean.insert(connection.to_owned()), "{event}");
            }
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(used_again >= 10, "{used_again}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_is_stopped_with_its_invocation() {
    let (server, world) = served("write").await;
    let short = invocation(&world.acme, &world.orders, Duration::from_millis(500));
    let connection = connect(&world, &short, "main").await.unwrap();
    let db = Db {
        world: &world,
        invocation: short,
        connection,
    };
    let error = db.query("WAITFOR DELAY '00:10'", &[]).await.unwrap_err();
    assert!(told(&error).1[1].contains("stopped"), "{error:?}");
    let seen = until_seen(&server, "attention 6").await;
    let stopped = seen.iter().find(|event| event.contains("attention"));
    let stopped = stopped.unwrap().split(' ').next().unwrap();
    // The connection is not used again.
    for _ in 0..5 {
        let next = Db::new(&world).await;
        assert_eq!(next.query("SELECT 1", &[]).await.unwrap(), [number(1)]);
    }
    let seen = server.seen();
    let again = |event: &String| event.starts_with(&format!("{stopped} SELECT"));
    assert!(!seen.iter().any(again), "{seen:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_hold_no_name_and_no_path() {
    let (_server, world) = served("write").await;
    let db = Db::new(&world).await;
    let reason = db.refused("SELECT conflict").await;
    assert_eq!(
        reason,
        "The conflict occurred in the database, table \"dbo.t\"."
    );
    for sql in ["SELECT file", "SELECT full"] {
        let error = db.query(sql, &[]).await.unwrap_err();
        let shown = format!("{error:?}");
        assert!(
            !shown.contains("mssql") && !shown.contains("SECRETHOST"),
            "{shown}"
        );
        assert_eq!(db.query("SELECT 1", &[]).await.unwrap(), [number(1)]);
    }
}

async fn refusal(world: &World, url: &str) -> String {
    put(world, "main", "sqlserver", url, "read").await;
    let error = connect(world, &world.invocation(), "main")
        .await
        .unwrap_err();
    let shown = format!("{error:?}");
    for hidden in [
        "owner",
        "127.0.0.1",
        "w@rd",
        "shop",
        "hunter2",
        "SECRETHOST",
        "pem",
    ] {
        assert!(!shown.contains(hidden), "{shown}");
    }
    let (class, arguments) = told(&error);
    assert_eq!(class, "DatabaseConnectionError");
    arguments[1].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_not_let_in_is_told_why() {
    let server = Tds::start(None);
    let world = world().await;
    let url = server.url(SPELLED, "");
    for (url, reason) in [
        (server.url("hunter2", ""), "did not accept the credentials"),
        (url.replace("/shop", "/shop2"), "no such database"),
        (
            server.url(SPELLED, "?sslmode=require"),
            "does not speak TLS",
        ),
        (server.url(SPELLED, "?charset=x"), "charset is unknown"),
    ] {
        let told = refusal(&world, &url).await;
        assert!(told.contains(reason), "{told}");
    }
    // Something else listens there.
    let postgres = url.replace(&server.port.to_string(), "5432");
    let told = refusal(&world, &postgres).await;
    assert!(
        ["no SQL Server", "hung up", "reached"]
            .iter()
            .any(|part| told.contains(part)),
        "{told}"
    );
}

#[expect(
    clippy::disallowed_types,
    reason = "the certificate is made beside the tests"
)]
fn certificate(folder: &TempDir) -> Arc<ServerConfig> {
    let make = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
        -subj /CN=test -addext subjectAltName=IP:127.0.0.1 \
        -addext basicConstraints=critical,CA:FALSE -keyout key.pem -out certificate.pem 2>/dev/null";
    let made = std::process::Command::new("sh")
        .args(["-c", make])
        .current_dir(folder.path())
        .status();
    assert!(made.unwrap().success());
    let file = |name: &str| folder.path().join(name);
    let certificates = CertificateDer::pem_file_iter(file("certificate.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(file("key.pem")).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(certificates.map(Result::unwrap).collect(), key);
    Arc::new(config.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn encrypted_the_server_is_who_it_says() {
    let folder = TempDir::new().unwrap();
    let server = Tds::start(Some(certificate(&folder)));
    let world = world().await;
    let trusted = format!("?sslrootcert={}/certificate.pem", folder.path().display());
    put(
        &world,
        "main",
        "sqlserver",
        &server.url(SPELLED, &trusted),
        "write",
    )
    .await;
    let db = Db::new(&world).await;
    let long = "é".repeat(40_000);
    let rows = db.query("SELECT ?", &[text(&long)]).await.unwrap();
    assert!(rows == [text(&long)]);
    let untrusted = refusal(&world, &server.url(SPELLED, "?sslmode=require")).await;
    assert!(
        untrusted.contains("certificate was not accepted"),
        "{untrusted}"
    );
    let another = server
        .url(SPELLED, &trusted)
        .replace("127.0.0.1", "localhost");
    let another = refusal(&world, &another).await;
    assert!(
        another.contains("certificate was not accepted"),
        "{another}"
    );
    let plain = refusal(&world, &server.url(SPELLED, "")).await;
    assert!(plain.contains("the server wants TLS"), "{plain}");
}

/// FreeTDS reads what the server of these tests says, so that it is not only our own reading.
#[test]
#[expect(
    clippy::disallowed_types,
    reason = "the client is started beside the tests"
)]
fn an_independent_client_understands_the_server_of_these_tests() {
    let server = Tds::start(None);
    let ask = |sql: &str| {
        std::process::Command::new("bash")
            .args([
                "-c",
                "printf '%s\\ngo\\nexit\\n' \"$1\" | TDSVER=7.4 LC_ALL=C.UTF-8 timeout 20 tsql -H 127.0.0.1 \
                -p \"$2\" -U owner -P \"$3\" -D shop -o hq -t '|' 2>&1",
                "bash",
            ])
            .args([sql, &server.port.to_string(), PASSWORD])
            .output()
            .map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
            .unwrap()
    };
    let one = ask("SELECT 1");
    if one.contains("not found") || one.contains("No such file") {
        eprintln!("not tested: tsql, of Debian's freetds-bin, is not installed");
        return;
    }
    assert!(one.contains('1'), "{one}");
    let all = ask("SELECT everything");
    for part in [
        "-9223372036854775808",
        "9007199254740991",
        "-123.45",
        "922337203685477.58",
        "Jan  1 1900 12:00AM",
        "Jan  2 1900 12:01AM",
        "Jan  1 1970 05:30AM",
        "Dec 31 9999 12:06AM",
        "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11",
        "aé€",
        "<a/>",
    ] {
        assert!(all.contains(part), "{part}: {all}");
    }
    let told = ask("SELECT conflict");
    assert!(
        told.contains("The conflict occurred") && told.contains("547"),
        "{told}"
    );
}

/// The types on a server that knows SQL, where there is one.
#[tokio::test(flavor = "multi_thread")]
async fn on_sqlserver_values_go_in_and_come_out_as_the_contract_says() {
    let Some(hosted) = SQLSERVER.open().await else {
        return;
    };
    let db = hosted.db().await;
    let long = "é😀".repeat(5000);
    let bytes = vec![7_u8; 20_000];
    for (kind, given, taken) in [
        ("int", Cell::Null, Cell::Null),
        ("varbinary(max)", Cell::Null, Cell::Null),
        ("date", Cell::Null, Cell::Null),
        ("bit", Cell::Bool(true), Cell::Bool(true)),
        ("tinyint", number(255), number(255)),
        ("smallint", Cell::Number(-32768.0), Cell::Number(-32768.0)),
        (
            "bigint",
            Cell::BigInt("9007199254740993".into()),
            text("9007199254740993"),
        ),
        (
            "bigint",
            Cell::Number(9_007_199_254_740_991.0),
            Cell::Number(9_007_199_254_740_991.0),
        ),
        ("real", Cell::Number(0.1), Cell::Number(0.1)),
        ("float", Cell::Number(1e300), Cell::Number(1e300)),
        (
            "decimal(38, 4)",
            text("1234567890123456789012345678901234.5"),
            text("1234567890123456789012345678901234.5000"),
        ),
        (
            "decimal(38, 0)",
            Cell::BigInt("99999999999999999999999999999999999999".into()),
            text("99999999999999999999999999999999999999"),
        ),
        (
            "money",
            text("-922337203685477.5808"),
            text("-922337203685477.5808"),
        ),
        ("smallmoney", text("1.2345"), text("1.2345")),
        (
            "date",
            Cell::Date(-5_359_651_200_000.0),
            Cell::Date(-5_359_651_200_000.0),
        ),
        (
            "datetime",
            Cell::Date(1_709_209_815_250.0),
            Cell::Date(1_709_209_815_250.0),
        ),
        (
            "smalldatetime",
            Cell::Date(1_709_209_800_000.0),
            Cell::Date(1_709_209_800_000.0),
        ),
        (
            "datetime2",
            Cell::Date(253_402_300_799_123.0),
            Cell::Date(253_402_300_799_123.0),
        ),
        (
            "datetimeoffset",
            text("2024-02-29 18:00:15.250 +05:30"),
            Cell::Date(1_709_209_815_250.0),
        ),
        ("time(3)", text("12:34:56.789"), text("12:34:56.789")),
        ("varchar(10)", text("aé"), text("aé")),
        ("nvarchar(10)", text(""), text("")),
        ("nvarchar(max)", text(&long), text(&long)),
        (
            "varbinary(10)",
            Cell::Bytes(vec![0, 255]),
            Cell::Bytes(vec![0, 255]),
        ),
        (
            "varbinary(max)",
            Cell::Bytes(bytes.clone()),
            Cell::Bytes(bytes),
        ),
        (
            "uniqueidentifier",
            text("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
            text("A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11"),
        ),
        (
            "nvarchar(99)",
            Cell::Json("{\"a\":1}".into()),
            text("{\"a\":1}"),
        ),
    ] {
        db.execute("DROP TABLE IF EXISTS v", &[]).await;
        db.execute(&format!("CREATE TABLE v (a {kind})"), &[]).await;
        db.query("INSERT INTO v VALUES (?)", std::slice::from_ref(&given))
            .await
            .unwrap_or_else(|error| panic!("{kind} {given:.50?}: {error:?}"));
        let rows = db.query("SELECT a FROM v", &[]).await.unwrap();
        assert!(rows == [taken], "{kind} {given:.50?}: {rows:.200?}");
    }
    hosted.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_sqlserver_what_a_statement_did_is_told_and_nothing_of_a_session_stays() {
    let Some(hosted) = SQLSERVER.open().await else {
        return;
    };
    let db = hosted.db().await;
    db.execute("CREATE TABLE c (id int IDENTITY PRIMARY KEY, n int)", &[])
        .await;
    assert_eq!(
        db.execute("INSERT INTO c (n) VALUES (?)", &[number(5)])
            .await,
        (1.0, Some(number(1)))
    );
    assert_eq!(
        db.execute("INSERT INTO c (n) VALUES (5), (6) -- two", &[])
            .await,
        (2.0, Some(number(3)))
    );
    assert_eq!(db.execute("UPDATE c SET n = 5", &[]).await, (3.0, None));
    assert_eq!(
        db.execute("DELETE FROM c WHERE id > ?", &[number(2)]).await,
        (1.0, None)
    );
    let returned = db
        .query_in(
            None,
            "INSERT INTO c (n) OUTPUT inserted.id VALUES (?)",
            &[number(1)],
        )
        .await
        .unwrap();
    assert_eq!(
        (returned.cells, returned.affected),
        (vec![number(4)], Some(1.0))
    );
    // A temporary table is there within its transaction, and gone behind it.
    let one = db.begin(None).await.unwrap();
    for sql in ["CREATE TABLE #t (n int)", "INSERT INTO #t VALUES (1)"] {
        db.query_in(Some(one), sql, &[]).await.unwrap();
    }
    let rows = db
        .query_in(Some(one), "SELECT n FROM #t WHERE n = ?", &[number(1)])
        .await;
    assert_eq!(rows.unwrap().cells, [number(1)]);
    db.commit(one).await.unwrap();
    for _ in 0..10 {
        tokio::time::sleep(Duration::from_millis(20)).await;
        db.refused("SELECT n FROM #t").await;
    }
    // What a transaction is, a procedure may not decide.
    db.execute("CREATE PROCEDURE p AS COMMIT TRANSACTION", &[])
        .await;
    let one = db.begin(None).await.unwrap();
    assert!(db.query_in(Some(one), "EXEC p", &[]).await.is_err());
    assert!(
        db.query_in(Some(one), "UPDATE c SET n = 0", &[])
            .await
            .is_err()
    );
    assert!(db.commit(one).await.is_err());
    hosted.close().await;
}
