//! SQL databases as a function uses them: the same function on each engine.

use ketrics_tests::App;
use ketrics_tests::AppSpec;
use ketrics_tests::Setup;
use ketrics_tests::servers::mysql;
use ketrics_tests::servers::postgres;
use serde_json::json;
use uuid::Uuid;

const SOURCE: &str = "
const open = () => ketrics.Database.connect('db');
const names = async (db, table) => (await db.query(`SELECT name FROM ${table} ORDER BY name`)).rows.map((row) => row.name);
exports.setUp = async ({ table, types }) => {
  const db = await open();
  await db.execute(`CREATE TABLE ${table} (id ${types.id}, name VARCHAR(40) UNIQUE, data ${types.bytes}, doc ${types.json}, made ${types.time}, big BIGINT, exact ${types.exact})`);
  return [db.code, [...db.permissions].sort()];
};
exports.write = async ({ table }) => {
  const db = await open();
  const one = await db.execute(`INSERT INTO ${table} (name, data, doc, made, big, exact) VALUES (?, ?, ?, ?, ?, ?)`,
    ['a?', Buffer.from([0, 2, 255]), { x: [1, null, 'é'] }, new Date('2024-02-29T12:30:15.250Z'), 9007199254740993n, '12345678901234567890.10']);
  const two = await db.query(`INSERT INTO ${table} (name) VALUES ($1) RETURNING name`, ['']);
  await db.close();
  return [one.affectedRows, one.insertId ?? 'none', two.rows, two.rowCount, two.affectedRows];
};
exports.read = async ({ table }) => {
  const db = await open();
  const { rows } = await db.query(`SELECT name, data, doc, made, big, exact FROM ${table} WHERE name IN ($1, $2, $1) ORDER BY name`, ['a?', '']);
  const [empty, full] = rows;
  return [Object.keys(full), full.name, full.data instanceof Buffer, [...full.data], full.doc, full.made instanceof Date, full.made, full.big, full.exact, empty];
};
exports.undo = async ({ table }) => {
  const db = await open();
  const mine = new RangeError('mine');
  let caught;
  try {
    await db.transaction(async (tx) => {
      await tx.execute(`INSERT INTO ${table} (name) VALUES ('undone')`);
      throw mine;
    });
  } catch (error) { caught = error; }
  await db.transaction(async (tx) => {
    await tx.execute(`INSERT INTO ${table} (name) VALUES ('kept')`);
    await tx.transaction(async (inner) => {
      await inner.execute(`INSERT INTO ${table} (name) VALUES ('inner')`);
      await inner.execute(`INSERT INTO ${table} (name) VALUES ('kept')`);
    }).catch((error) => { caught = [caught === mine, error.name, error instanceof ketrics.Database.QueryError]; });
  });
  return [caught, await names(db, table)];
};
exports.abandon = async ({ table }) => {
  const db = await open();
  db.transaction(async (tx) => { await tx.execute(`DELETE FROM ${table}`); await new Promise(() => {}); });
  await new Promise((done) => setTimeout(done, 100));
  return 'left open';
};
exports.fail = async ({ table }) => {
  const db = await open();
  await db.transaction(async (tx) => { await tx.execute(`DELETE FROM ${table}`); throw new Error('not today'); });
};
exports.change = async ({ table }) => (await (await open()).execute(`UPDATE ${table} SET big = 5`)).affectedRows;
exports.wrong = async () => {
  const db = await open();
  const told = async (work) => { try { await work(); return 'no error'; } catch (error) { return [error.name, ketrics.isDatabaseErrorType(error, error.name), error.databaseCode, error.operation]; } };
  return [
    await told(() => db.query('SELEKT')),
    await told(() => db.query('SELECT ?', [undefined])),
    await told(() => db.query('SELECT ?')),
    await told(() => ketrics.Database.connect('other')),
    await told(async () => { await db.close(); await db.query('SELECT 1'); }),
  ];
};
exports.read_only = async ({ table }) => {
  const db = await ketrics.Database.connect('reader');
  const count = (await db.query(`SELECT COUNT(*) AS n FROM ${table}`)).rows[0].n;
  return [[...db.permissions], count, await db.execute(`DELETE FROM ${table}`).then(() => 'deleted', (error) => error.name)];
};
exports.tearDown = async ({ table }) => { await (await open()).execute(`DROP TABLE ${table}`); };
exports.unreachable = () => ketrics.Database.connect('db').then(() => 'connected', (error) => [error.name, error.message, JSON.stringify(error)]);
";

async fn the_same_function_works(engine: &str, url: &str, types: serde_json::Value) {
    let setup = Setup::new().await;
    let app: App = setup.app(AppSpec::new(SOURCE)).await;
    for (code, permissions) in [
        ("db", &["read", "write", "admin"][..]),
        ("reader", &["read"]),
    ] {
        setup
            .database_on(&app, code, engine, url, permissions)
            .await;
    }
    let host = setup.start();
    let table = format!("t_{}", Uuid::new_v4().simple());
    let payload = json!({ "table": table, "types": types });
    let call = async |function: &str| host.call(&app, function, payload.clone()).await;
    // Where both codes are one file or one database.
    let shared = engine != "sqlite";
    assert_eq!(
        call("setUp").await.result(),
        json!(["db", ["admin", "read", "write"]])
    );
    let inserted = if engine == "postgresql" {
        json!("none")
    } else {
        json!(1)
    };
    assert_eq!(
        call("write").await.result(),
        json!([1, inserted, [{ "name": "" }], 1, 1])
    );
    let columns = ["name", "data", "doc", "made", "big", "exact"];
    let none =
        json!({ "name": "", "data": null, "doc": null, "made": null, "big": null, "exact": null });
    assert_eq!(
        call("read").await.result(),
        json!([
            columns,
            "a?",
            true,
            [0, 2, 255],
            { "x": [1, null, "é"] },
            true,
            "2024-02-29T12:30:15.250Z",
            "9007199254740993",
            "12345678901234567890.10",
            none
        ])
    );
    assert_eq!(
        call("undo").await.result(),
        json!([[true, "DatabaseQueryError", true], ["", "a?", "kept"]])
    );
    // Whatever an invocation left open, the next one finds nothing locked and nothing lost.
    assert_eq!(call("abandon").await.result(), "left open");
    assert_eq!(call("change").await.result(), 3);
    let (status, code, message) = call("fail").await.error();
    assert_eq!(
        (status, code.as_str(), message.as_str()),
        (422, "RUNTIME_ERROR", "not today")
    );
    assert_eq!(call("change").await.result(), 3);
    if shared {
        assert_eq!(
            call("read_only").await.result(),
            json!([["read"], 3, "DatabaseQueryError"])
        );
    }
    let query = json!(["DatabaseQueryError", true, "db", "query"]);
    assert_eq!(
        call("wrong").await.result(),
        json!([
            query,
            query,
            query,
            ["DatabaseNotFoundError", true, "other", "connect"],
            ["DatabaseConnectionError", true, "db", "connect"]
        ])
    );
    call("tearDown").await.result();
}

#[tokio::test]
async fn a_function_uses_sqlite() {
    let types = json!({ "id": "INTEGER PRIMARY KEY", "bytes": "BLOB", "json": "JSON", "time": "TIMESTAMP", "exact": "TEXT" });
    the_same_function_works("sqlite", "", types).await;
}

#[tokio::test]
async fn a_function_uses_postgres() {
    let types = json!({ "id": "SERIAL PRIMARY KEY", "bytes": "BYTEA", "json": "JSONB", "time": "TIMESTAMPTZ", "exact": "NUMERIC(30, 2)" });
    the_same_function_works("postgresql", &postgres(), types).await;
}

#[tokio::test]
async fn a_function_uses_mariadb() {
    let types = json!({ "id": "INTEGER PRIMARY KEY AUTO_INCREMENT", "bytes": "LONGBLOB", "json": "JSON", "time": "DATETIME(3)", "exact": "DECIMAL(30, 2)" });
    the_same_function_works("mysql", &mysql(), types).await;
}

#[tokio::test]
async fn wrong_settings_are_told_without_what_is_in_them() {
    for (engine, url, reason) in [
        (
            "postgresql",
            "postgres://ada:hunter2@127.0.0.1:1/shop",
            "the server cannot be reached",
        ),
        (
            "mysql",
            "mysql://ada:hunter2@127.0.0.1:1/shop",
            "the server cannot be reached",
        ),
        (
            "mysql",
            "postgres://ada:hunter2@127.0.0.1/shop",
            "a URL like mysql://",
        ),
        (
            "postgresql",
            "postgres://ada:hunter2@127.0.0.1/shop?pool=1",
            "the parameter pool is unknown",
        ),
        (
            "sqlserver",
            "sqlserver://ada:hunter2@127.0.0.1:1/shop",
            "the server cannot be reached",
        ),
        (
            "oracle",
            "oracle://ada:hunter2@127.0.0.1/shop",
            "the engine oracle is not available",
        ),
    ] {
        let setup = Setup::new().await;
        let app = setup.app(AppSpec::new(SOURCE)).await;
        setup.database_on(&app, "db", engine, url, &["read"]).await;
        let host = setup.start();
        let told = host.call(&app, "unreachable", json!(null)).await.result();
        assert_eq!(told[0], "DatabaseConnectionError");
        assert!(
            told[1].as_str().is_some_and(|text| text.contains(reason)),
            "{told}"
        );
        for hidden in ["ada", "hunter2", "127.0.0.1", "shop"] {
            assert!(!told.to_string().contains(hidden), "{told}");
        }
    }
}
