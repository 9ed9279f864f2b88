/** Our Node modules against Node's own. */

import nodeAssert from "node:assert";
import assert from "node:assert/strict";
import nodeQuerystring from "node:querystring";
import { test } from "node:test";
import nodeUrl from "node:url";
import nodeUtil from "node:util";
import { console as ours } from "../src/console/console.ts";
import { format } from "../src/console/inspect.ts";
import { assert as ourAssert } from "../src/node/assert.ts";
import { deepEqual } from "../src/node/deep-equal.ts";
import { querystring } from "../src/node/querystring.ts";
import { url } from "../src/node/url.ts";
import { util } from "../src/node/util.ts";
import { random, seedRandom } from "../src/web/random.ts";
import { host } from "./stubs/ops.ts";

test("format fills placeholders as Node's does", () => {
  const cases: unknown[][] = [
    [],
    ["plain"],
    ["%s is %d and %i of %f", "x", "42.5", "42.5", "42.5"],
    ["%s", null],
    ["%s", undefined],
    ["%s", -0],
    ["%s", 10n],
    ["%s", Symbol("s")],
    ["%s", { a: { b: 1 } }],
    ["%s", [1, [2]]],
    ["%d", 10n],
    ["%d", Symbol("s")],
    ["%j", { a: 1 }],
    ["%o", [1]],
    ["%O", { a: { b: { c: { d: 1 } } } }],
    ["%%s %s", "x"],
    ["%s %s", "only one"],
    ["100%", "x"],
    ["%x %s", "a", "b"],
    ["%c styled", "color: red"],
    ["a", "b", 3, { c: 4 }],
    [1, "two", { three: 3 }],
    [{ a: 1 }, "b"],
    ["%s", class Thing {}],
    [
      "%s",
      new (class Thing {
        toString() {
          return "as text";
        }
      })(),
    ],
  ];
  for (const values of cases) {
    assert.equal(format(...values), nodeUtil.format(...values), nodeUtil.inspect(values));
  }
});

test("logging what throws when it is looked at does not fail the code that logs", () => {
  host.log = [];
  const hostile = {
    [nodeUtil.inspect.custom]: () => {
      throw new Error("gotcha");
    },
  };
  ours.log("look", hostile);
  ours.warn("%d", {
    valueOf: () => 1,
    toString: () => {
      throw new Error("gotcha");
    },
  });
  assert.deepEqual(
    host.log.map(([level]) => level),
    ["info", "warn"],
  );
});

test("groups indent every line, and counts count", () => {
  host.log = [];
  ours.group("outer");
  ours.log("one\ntwo");
  ours.groupEnd();
  ours.count();
  ours.count();
  ours.assert(true, "not said");
  ours.assert(false, "%s is off", "it");
  assert.deepEqual(host.log, [
    ["info", "outer"],
    ["info", "  one\n  two"],
    ["info", "default: 1"],
    ["info", "default: 2"],
    ["warn", "Assertion failed: it is off"],
  ]);
});

const sparse: unknown[] = [];
sparse[1] = 1;

const values: unknown[] = [
  1,
  "1",
  0,
  -0,
  Number.NaN,
  null,
  undefined,
  true,
  1n,
  {},
  [],
  { a: 1 },
  { a: "1" },
  { a: undefined },
  { b: undefined },
  [1, 2],
  [1, "2"],
  sparse,
  [undefined, 1],
  { 0: 1, 1: 2, length: 2 },
  new Date(5),
  new Date(6),
  /a/g,
  /a/i,
  new Set([1, { a: 1 }]),
  new Set([{ a: 1 }, 1]),
  new Set([1, { a: 2 }]),
  new Map<unknown, unknown>([[{ k: 1 }, "v"]]),
  new Map<unknown, unknown>([[{ k: 1 }, "w"]]),
  new Uint8Array([1, 2]),
  new Uint8Array([1, 3]),
  new Int8Array([1, 2]),
  new Uint8Array([1, 2]).buffer,
  new Error("x"),
  new Error("y"),
  new TypeError("x"),
  Object.create(null),
  new (class A {
    a = 1;
  })(),
  new String("a"),
  new Number(1),
];

test("deep strict equality is Node's, pair by pair", () => {
  for (const [index, one] of values.entries()) {
    for (const [second, other] of values.entries()) {
      const expected = nodeUtil.isDeepStrictEqual(one, other);
      assert.equal(
        deepEqual(one, other, "strict"),
        expected,
        `${index} and ${second}: ${nodeUtil.inspect([one, other])}`,
      );
    }
  }
});

test("circular values are compared to their end", () => {
  const make = (end: number) => {
    const value: Record<string, unknown> = { end };
    value.self = value;
    return value;
  };
  assert.equal(deepEqual(make(1), make(1), "strict"), true);
  assert.equal(deepEqual(make(1), make(2), "strict"), false);
});

test("assert passes and fails where Node's does, with the same kind of error", async () => {
  const uses: ((a: typeof ourAssert) => unknown)[] = [
    (a) => a(1),
    (a) => a(0),
    (a) => a.ok("", "said"),
    (a) => a.equal(1, "1"),
    (a) => a.equal(1, 2),
    (a) => a.strictEqual(1, "1"),
    (a) => a.notStrictEqual(1, "1"),
    (a) => a.deepEqual({ a: 1 }, { a: "1" }),
    (a) => a.deepStrictEqual({ a: 1 }, { a: "1" }),
    (a) => a.notDeepStrictEqual({ a: 1 }, { a: "1" }),
    (a) => a.match("abc", /b/),
    (a) => a.match("abc", /x/),
    (a) => a.doesNotMatch("abc", /b/),
    (a) =>
      a.throws(() => {
        throw new TypeError("x");
      }),
    (a) =>
      a.throws(() => {
        throw new TypeError("x");
      }, TypeError),
    (a) =>
      a.throws(() => {
        throw new TypeError("x");
      }, RangeError),
    (a) =>
      a.throws(() => {
        throw new TypeError("x");
      }, /x/),
    (a) =>
      a.throws(() => {
        throw new TypeError("x");
      }, /y/),
    (a) =>
      a.throws(
        () => {
          throw new TypeError("x");
        },
        { name: "TypeError", message: /x/ },
      ),
    (a) =>
      a.throws(
        () => {
          throw new TypeError("x");
        },
        { name: "RangeError" },
      ),
    (a) =>
      a.throws(
        () => {
          throw new TypeError("x");
        },
        () => true,
      ),
    (a) => a.throws(() => undefined),
    (a) =>
      a.doesNotThrow(() => {
        throw new Error("x");
      }),
    (a) => a.rejects(Promise.reject(new Error("x")), { message: "x" }),
    (a) => a.rejects(async () => 1),
    (a) => a.doesNotReject(async () => 1),
    (a) => a.ifError(null),
    (a) => a.ifError(new Error("x")),
    (a) => a.fail("said"),
    (a) => a.strict.equal(1, "1"),
    (a) => a.strict.deepEqual([1], [1]),
  ];
  const attempt = async (use: () => unknown): Promise<unknown> => {
    try {
      await use();
      return "passed";
    } catch (error) {
      return [(error as Error).name, (error as { code?: string }).code];
    }
  };
  for (const use of uses) {
    const theirs = await attempt(() => use(nodeAssert as unknown as typeof ourAssert));
    assert.deepEqual(await attempt(() => use(ourAssert)), theirs, String(use));
  }
});

test("query strings are Node's", () => {
  for (const text of [
    "",
    "a=1&b=2",
    "a=1&a=2&a",
    "a=%20+x&=y&z=",
    "a=%zz&b=%E4",
    "a=b=c",
    "&&a&",
  ]) {
    assert.deepEqual({ ...querystring.parse(text) }, { ...nodeQuerystring.parse(text) }, text);
  }
  for (const query of [
    {},
    { a: "ä b", c: [1, "x", true] },
    { n: null, u: undefined, f: 1.5, i: Infinity, b: 1n },
  ]) {
    assert.equal(querystring.stringify(query), nodeQuerystring.stringify(query as never));
  }
  assert.equal(querystring.stringify({ a: 1, b: 2 }, ";", ":"), "a:1;b:2");
});

test("URLs are taken apart and put together as Node's legacy functions do", () => {
  const texts = [
    "https://user:pa%20ss@Example.com:8080/a/b?x=1&y=2#part",
    "http://example.com",
    "/path?q=1#h",
    "path/only",
    "?just=query",
    "mailto:a@b.c",
    "http://[::1]:80/x",
    "",
  ];
  for (const text of texts) {
    const theirs = nodeUrl.parse(text, true);
    const parsed = url.parse(text, true);
    assert.deepEqual(
      { ...parsed, query: { ...(parsed.query as object) } },
      { ...theirs, query: { ...theirs.query } },
      text,
    );
    assert.equal(url.format(url.parse(text)), nodeUrl.format(nodeUrl.parse(text)), text);
  }
  for (const [from, to] of [
    ["/one/two", "three"],
    ["/one", "/two"],
    ["http://a.b/c", "../d"],
    ["http://a.b/", "http://x.y"],
  ] as const) {
    assert.equal(url.resolve(from, to), nodeUrl.resolve(from, to));
  }
  assert.equal(url.fileURLToPath("file:///a%20b"), "/a b");
  assert.equal(url.pathToFileURL("/a b#c?d%").href, nodeUrl.pathToFileURL("/a b#c?d%").href);
});

test("promisify and callbackify turn one into the other", async () => {
  const callback = (value: number, done: (error: unknown, result?: number) => void) =>
    value > 0 ? done(null, value * 2) : done(new RangeError("not positive"));
  const promise = util.promisify(callback as never) as (value: number) => Promise<number>;
  assert.equal(await promise(2), 4);
  await assert.rejects(promise(-1), RangeError);
  const back = util.callbackify(promise as never) as (
    value: number,
    done: (...all: unknown[]) => void,
  ) => void;
  assert.deepEqual(await new Promise((resolve) => back(2, (...all) => resolve(all))), [null, 4]);
});

test("random numbers differ with the seed and cover the unit interval", () => {
  const draw = (): number[] => {
    seedRandom();
    return Array.from({ length: 10_000 }, random);
  };
  const [one, other] = [draw(), draw()];
  assert.notDeepEqual(one.slice(0, 3), other.slice(0, 3));
  assert.ok(one.every((value) => value >= 0 && value < 1));
  const tenths = new Set(one.map((value) => Math.floor(value * 10)));
  assert.equal(tenths.size, 10);
  assert.equal(new Set(one).size, one.length);
});
