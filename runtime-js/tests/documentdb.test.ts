import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { documentDbModule } from "../src/documentdb/documentdb.ts";
import { DocumentDbValidationError } from "../src/documentdb/errors.ts";
import { BadItem, itemJson } from "../src/documentdb/item.ts";
import { beginInvocation } from "../src/invocation/phase.ts";
import { host } from "./stubs/ops.ts";

let replies: Record<string, object> = {};

beginInvocation();

beforeEach(() => {
  replies = { connect: { permissions: ["read", "write"] } };
  host.answer = (_service, call) => {
    const [variant = ""] = Object.keys(call);
    return { Ok: { [variant]: replies[variant] ?? {} } };
  };
});

async function connect() {
  const database = await documentDbModule.connect("docs");
  host.calls = [];
  return database;
}

test("a connection knows its code and its permissions, and neither can be changed", async () => {
  const database = await connect();
  assert.equal(database.code, "docs");
  assert.deepEqual([...database.permissions], ["read", "write"]);
  assert.throws(() => (database.permissions as Set<string>).add("admin"), TypeError);
  assert.throws(() => {
    (database as { code: string }).code = "other";
  }, TypeError);
});

test("calls go out as the gateway takes them", async () => {
  const database = await connect();
  replies.list = { items: ['{"a":""}', "{}"], cursor: "next" };
  replies.query = { items: [], cursor: null };
  replies.get = { item: '{"__proto__":1,"b":[]}' };
  await database.put("P", "S", { a: [1, "", null] }, { indexKey: { pk: "I", sk: "J" }, ttl: 9 });
  await database.put("P", "S", { at: new Date(0) });
  assert.deepEqual(JSON.stringify(await database.get("P", "S")), '{"__proto__":1,"b":[]}');
  assert.deepEqual(await database.list("P", { skPrefix: "S", limit: 5_000, scanForward: false }), {
    items: [{ a: "" }, {}],
    count: 2,
    cursor: "next",
  });
  assert.deepEqual(await database.query("I", { cursor: "c" }), { items: [], count: 0 });
  await database.delete("P", "S");
  replies.get = { item: null };
  assert.equal(await database.get("P", "S"), null);
  const plain = JSON.parse(JSON.stringify(host.calls)) as object[];
  const key = { database: "docs", pk: "P", sk: "S" };
  assert.deepEqual(plain, [
    { put: { ...key, item: '{"a":[1,"",null]}', indexKey: { pk: "I", sk: "J" }, ttl: 9 } },
    { put: { ...key, item: '{"at":"1970-01-01T00:00:00.000Z"}' } },
    { get: key },
    {
      list: {
        database: "docs",
        pk: "P",
        options: { skPrefix: "S", limit: 1_000, scanForward: false },
      },
    },
    { query: { database: "docs", indexPk: "I", options: { cursor: "c" } } },
    { delete: key },
    { get: key },
  ]);
});

test("what JSON would drop or change is refused with its path", () => {
  const circle: Record<string, unknown> = { inner: {} };
  (circle.inner as Record<string, unknown>).back = circle;
  const cases: [unknown, string, RegExp][] = [
    [{ a: undefined }, "a", /undefined/],
    [{ a: { b: [1, undefined] } }, "a.b[1]", /undefined/],
    [{ lines: [{ price: Number.NaN }] }, "lines[0].price", /NaN/],
    [{ a: Number.NEGATIVE_INFINITY }, "a", /-Infinity/],
    [{ a: [{}, { b: 1n }] }, "a[1].b", /BigInt/],
    [{ a: () => 1 }, "a", /function/],
    [{ a: Symbol("x") }, "a", /symbol/],
    [circle, "inner.back", /refers back/],
    [[1], "", /not an array/],
    [null, "", /not null/],
    ["text", "", /not string/],
    [new Date(0), "", /becomes something else/],
  ];
  for (const [item, path, what] of cases) {
    assert.throws(
      () => itemJson(item),
      (error) => {
        assert.ok(error instanceof BadItem);
        assert.equal(error.path, path);
        assert.match(error.what, what);
        return true;
      },
    );
  }
});

test("a value that stands twice beside itself is no circle", () => {
  const shared = { a: 1 };
  assert.equal(
    itemJson({ x: shared, y: [shared, shared], z: { shared } }),
    '{"x":{"a":1},"y":[{"a":1},{"a":1}],"z":{"shared":{"a":1}}}',
  );
});

test("a bad argument is an error of the operation that names the field", async () => {
  const database = await connect();
  type Any = never;
  const cases: [() => Promise<unknown>, string, string][] = [
    [() => database.put(1 as Any, "s", {}), "put", "pk"],
    [() => database.put("p", undefined as Any, {}), "put", "sk"],
    [() => database.put("p", "\ud800", {}), "put", "sk"],
    [() => database.put("p", "s", [] as Any), "put", "item"],
    [() => database.put("p", "s", { a: { b: 1n } }), "put", "item.a.b"],
    [() => database.put("p", "s", {}, { ttl: 0 }), "put", "ttl"],
    [() => database.put("p", "s", {}, { ttl: "1" as Any }), "put", "ttl"],
    [() => database.put("p", "s", {}, { indexKey: { pk: "x" } as Any }), "put", "indexKey.sk"],
    [() => database.put("p", "s", {}, { indexKey: "x" as Any }), "put", "indexKey"],
    [() => database.put("p", "s", {}, 5 as Any), "put", "options"],
    [() => database.get("p", null as Any), "get", "sk"],
    [() => database.delete({} as Any, "s"), "delete", "pk"],
    [() => database.list("p", { limit: 0 }), "list", "limit"],
    [() => database.list("p", { limit: 1.5 }), "list", "limit"],
    [() => database.list("p", { limit: "9" as Any }), "list", "limit"],
    [() => database.list("p", { scanForward: 1 as Any }), "list", "scanForward"],
    [() => database.query(undefined as Any), "query", "indexPk"],
    [() => database.query("p", { skPrefix: 1 as Any }), "query", "skPrefix"],
    [() => database.query("p", { cursor: 1 as Any }), "query", "cursor"],
  ];
  for (const [act, operation, field] of cases) {
    await assert.rejects(act, (error) => {
      assert.ok(error instanceof DocumentDbValidationError, String(error));
      assert.deepEqual(
        [error.databaseCode, error.operation, error.field],
        ["docs", operation, field],
      );
      assert.ok(
        error.message.startsWith(field === "options" ? "the options" : field),
        error.message,
      );
      return true;
    });
  }
  assert.equal(host.calls.length, 0);
});

test("the tenant's own error from a getter or toJSON comes through", async () => {
  const database = await connect();
  const own = new Error("mine");
  const item = {
    toJSON() {
      throw own;
    },
  };
  await assert.rejects(database.put("p", "s", item), own);
});
