import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { fromCell, toCells, toRows } from "../src/database/cells.ts";
import { databaseModule } from "../src/database/database.ts";
import { beginInvocation } from "../src/invocation/phase.ts";
import { Buffer } from "../src/node/buffer.ts";
import { host } from "./stubs/ops.ts";

let transactions = 0;
/** Variants that fail. */
let failing: string[] = [];

beginInvocation();

beforeEach(() => {
  transactions = 0;
  failing = [];
  host.answer = (_service, call) => {
    const [variant = ""] = Object.keys(call);
    if (failing.includes(variant)) {
      const args = [{ text: "main" }, { text: "refused" }, { bool: false }];
      return { Err: { class: "DatabaseTransactionError", arguments: args } };
    }
    const replies: Record<string, object> = {
      connect: { connection: 1, permissions: ["read"] },
      begin: { transaction: ++transactions },
      query: { columns: ["a"], cells: [1], rowCount: 1, affectedRows: null },
      execute: { affectedRows: 2, insertId: { bigint: "9007199254740993" } },
    };
    return { Ok: { [variant]: replies[variant] ?? {} } };
  };
});

async function connect() {
  const connection = await databaseModule.connect("main");
  host.calls = [];
  transactions = 0;
  return connection;
}

/** The calls, as variant and transaction. */
function calls(): string[] {
  return host.calls.map((call) => {
    const [[variant, fields] = ["", {}]] = Object.entries(
      call as Record<string, { transaction?: number; parent?: number }>,
    );
    return `${variant} ${fields.transaction ?? fields.parent ?? "-"}`;
  });
}

test("values go out as cells", () => {
  const view = new DataView(new Uint8Array([1, 2, 3]).buffer, 1, 2);
  assert.deepEqual(
    toCells([
      null,
      true,
      -1.5,
      "x",
      10n ** 20n,
      new Date(5),
      new Uint8Array([1]),
      view,
      { a: 1 },
      [1],
    ]),
    [
      null,
      true,
      -1.5,
      "x",
      { bigint: "100000000000000000000" },
      { date: 5 },
      { bytes: new Uint8Array([1]) },
      { bytes: new Uint8Array([2, 3]) },
      { json: '{"a":1}' },
      { json: "[1]" },
    ],
  );
  assert.deepEqual(toCells(undefined), []);
});

test("a value that SQL has no form for is refused with its position", () => {
  const cases: [unknown, RegExp][] = [
    [undefined, /parameter 2 is undefined/],
    [Number.NaN, /parameter 2 is NaN/],
    [Number.POSITIVE_INFINITY, /parameter 2 is Infinity/],
    [new Date(Number.NaN), /parameter 2 is an invalid Date/],
    [() => 1, /parameter 2 is a function/],
    [Symbol("s"), /parameter 2 is a symbol/],
    [Promise.resolve(), /parameter 2 is a Promise/],
    [new Map(), /parameter 2 is a Map/],
    [{ big: 1n }, /parameter 2 is an object that JSON cannot hold/],
  ];
  for (const [value, message] of cases) assert.throws(() => toCells([1, value]), { message });
  const sparse: unknown[] = [];
  sparse[1] = 1;
  assert.throws(() => toCells(sparse), { message: /parameter 1 is undefined/ });
});

test("cells come in as values", () => {
  assert.equal(fromCell({ bigint: "9007199254740993" }), "9007199254740993");
  assert.deepEqual(fromCell({ date: 5 }), new Date(5));
  assert.deepEqual(fromCell({ json: '{"a":[1]}' }), { a: [1] });
  assert.ok(Buffer.isBuffer(fromCell(new Uint8Array([1]))));
});

test("rows keep the order of columns, and of equal names the last", () => {
  const rows = toRows(["b", "a", "b"], [1, 2, 3, 4, 5, 6]);
  assert.deepEqual(rows, [
    { b: 3, a: 2 },
    { b: 6, a: 5 },
  ]);
  assert.deepEqual(Object.keys(rows[0] ?? {}), ["b", "a"]);
});

test("a column named __proto__ is a column", () => {
  const [row] = toRows(["__proto__"], ["x"]);
  assert.deepEqual(Object.entries(row ?? {}), [["__proto__", "x"]]);
});

test("absent fields of a result are absent, and an insert ID keeps its digits", async () => {
  const db = await connect();
  assert.deepEqual(await db.query("SELECT 1"), { rows: [{ a: 1 }], rowCount: 1 });
  assert.deepEqual(await db.execute("INSERT"), { affectedRows: 2, insertId: "9007199254740993" });
});

test("a bad parameter is a query error with the SQL cut to 200 characters", async () => {
  const db = await connect();
  const error = await db.query("x".repeat(500), [undefined]).catch((thrown: Error) => thrown);
  assert.equal((error as Error).name, "DatabaseQueryError");
  assert.equal((error as { sql?: string }).sql?.length, 200);
  assert.equal(host.calls.length, 0);
});

test("a transaction commits what its function did, and gives its result", async () => {
  const db = await connect();
  const result = await db.transaction(async (tx) => {
    await tx.execute("UPDATE");
    return "done";
  });
  assert.equal(result, "done");
  assert.deepEqual(calls(), ["begin -", "execute 1", "commit 1"]);
});

test("a transaction whose function throws is rolled back, and throws the same", async () => {
  const db = await connect();
  const mine = new RangeError("mine");
  failing = ["rollback"];
  const thrown = await db.transaction(() => Promise.reject(mine)).catch((error: unknown) => error);
  assert.equal(thrown, mine);
  assert.deepEqual(calls(), ["begin -", "rollback 1"]);
});

test("a transaction within one is a savepoint of it", async () => {
  const db = await connect();
  await db.transaction(async (outer) => {
    const failed = outer.transaction(async (inner) => {
      await inner.query("SELECT 1");
      throw new Error("inner");
    });
    await assert.rejects(failed, { message: "inner" });
    await outer.query("SELECT 2");
  });
  assert.deepEqual(calls(), ["begin -", "begin 1", "query 2", "rollback 2", "query 1", "commit 1"]);
});

test("a commit that fails is the transaction's error", async () => {
  const db = await connect();
  failing = ["commit"];
  await assert.rejects(
    db.transaction(async () => 1),
    {
      name: "DatabaseTransactionError",
      message: "Transaction failed: refused",
      rolledBack: false,
    },
  );
});

test("a transaction that has ended takes no more statements", async () => {
  const db = await connect();
  const kept = await db.transaction(async (tx) => tx);
  await assert.rejects(kept.query("SELECT 1"), { message: /the transaction was committed/ });
  assert.deepEqual(calls(), ["begin -", "commit 1"]);
});

test("a closed connection takes no more statements, and closing again is no error", async () => {
  const db = await connect();
  await db.close();
  await db.close();
  assert.deepEqual(calls(), ["close -"]);
  for (const use of [db.query("x"), db.execute("x"), db.transaction(async () => 1)]) {
    await assert.rejects(use, {
      name: "DatabaseConnectionError",
      message: /the connection is closed/,
    });
  }
});

test("what is no SQL and no parameters is refused", async () => {
  const db = await connect();
  await assert.rejects(db.query(""), { name: "DatabaseQueryError" });
  await assert.rejects(db.query("x", "y" as never), { message: /must be an array, got string/ });
  await assert.rejects(db.transaction("x" as never), { name: "TypeError" });
  await assert.rejects(databaseModule.connect(""), { message: /must not be empty/ });
});
