import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { logger } from "../src/console/console.ts";
import { dataOf } from "../src/console/data.ts";
import { host } from "./stubs/ops.ts";

beforeEach(() => {
  host.log.length = 0;
});

const shown = (...values: unknown[]): unknown => {
  const data = dataOf(values);
  return data === "" ? undefined : JSON.parse(data);
};

test("objects go along as data beside the text that shows them", () => {
  logger.info("order", { id: 7 }, "and", [1, 2]);
  logger.warn("only text", 7, null);
  assert.deepEqual(host.log, [
    ["info", "order { id: 7 } and [ 1, 2 ]", '[{"id":7},[1,2]]'],
    ["warn", "only text 7 null"],
  ]);
});

test("data is what JSON makes of a value, and says of errors and bytes what matters", () => {
  const failure = Object.assign(new TypeError("no"), { code: "E7" });
  assert.deepEqual(shown(failure), [{ name: "TypeError", message: "no", code: "E7" }]);
  assert.deepEqual(shown({ at: new Date(0), big: 7n, none: undefined, nan: Number.NaN }), [
    { at: "1970-01-01T00:00:00.000Z", big: "7", nan: null },
  ]);
  assert.deepEqual(shown({ content: Buffer.from("abc"), raw: new ArrayBuffer(2) }), [
    { content: { bytes: 3 }, raw: { bytes: 2 } },
  ]);
  assert.deepEqual(shown({ toJSON: () => ({ own: true }) }), [{ own: true }]);
  assert.deepEqual(shown(JSON.parse('{"__proto__":{"x":1}}')), [
    JSON.parse('{"__proto__":{"x":1}}'),
  ]);
});

test("what is no data is shown as text only", () => {
  const circle: { self?: object } = {};
  circle.self = circle;
  const throwing = {
    get it(): never {
      throw new Error("no");
    },
  };
  for (const value of [circle, throwing, "x", 1, null, undefined, () => 1]) {
    assert.equal(dataOf([value]), "");
  }
});

test("large values are given up early", () => {
  let looked = 0;
  const rows = new Proxy(new Array(1_000_000).fill(0), {
    get(target, key, receiver) {
      looked += 1;
      return Reflect.get(target, key, receiver);
    },
  });
  assert.equal(dataOf([rows]), "");
  assert.ok(looked < 100_000, `${looked}`);
  assert.equal(dataOf(["x".repeat(40_000), { text: "x".repeat(40_000) }]), "");
});
