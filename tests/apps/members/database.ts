import { holds, same, thrown } from "./expect";

export async function database() {
  const { Database } = ketrics;
  const db = await Database.connect("main");
  same("code", [db.code, db.permissions.has("write")], ["main", true]);
  await db.execute("DROP TABLE IF EXISTS t");
  await db.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)");
  const made = await db.execute("INSERT INTO t (name) VALUES (?)", ["ada"]);
  same("execute", [made.affectedRows, made.insertId], [1, 1]);
  const total = await db.transaction(async (tx) => {
    await tx.execute("INSERT INTO t (name) VALUES ($1)", ["eve"]);
    return (await tx.query<{ n: number }>("SELECT count(*) AS n FROM t")).rows[0]?.n;
  });
  same("transaction", total, 2);
  const found = await db.query<{ id: number; name: string }>("SELECT * FROM t ORDER BY id");
  same("query", [found.rows, found.rowCount], [[{ id: 1, name: "ada" }, { id: 2, name: "eve" }], 2]);
  const written = await db.query("UPDATE t SET name = 'x'");
  same("affectedRows", written.affectedRows, 2);
  const wrong = await thrown(() => db.query("SELECT nothing FROM nowhere"));
  holds("QueryError", wrong instanceof Database.QueryError && wrong instanceof Database.Error);
  holds("guards", Database.isError(wrong) && Database.isErrorType(wrong, Database.QueryError));
  const closed = await thrown(() => db.transaction((tx) => tx.close()));
  holds("TransactionError", closed instanceof Database.TransactionError);
  await db.close();
  holds("ConnectionError", (await thrown(() => db.query("SELECT 1"))) instanceof Database.ConnectionError);
  holds("NotFoundError", (await thrown(() => Database.connect("no"))) instanceof Database.NotFoundError);
  holds("AccessDeniedError", (await thrown(() => Database.connect("foreign"))) instanceof Database.AccessDeniedError);
  const old = await ketrics.DatabaseConnection.connect("main");
  await old.close();
}
