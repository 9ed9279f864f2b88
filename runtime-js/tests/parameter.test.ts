import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { beginInvocation } from "../src/invocation/phase.ts";
import {
  ParameterAccessDeniedError,
  ParameterInvalidJsonError,
  ParameterNotFoundError,
} from "../src/parameter/errors.ts";
import { parameterModule } from "../src/parameter/parameter.ts";
import { host } from "./stubs/ops.ts";

/** Code of a parameter → its JSON, or the class of the error. */
let stored: Record<string, { json: string } | { failure: string }> = {};

beginInvocation();

beforeEach(() => {
  host.calls = [];
  host.answer = (_service, call) => {
    const { parameter } = (call as Record<string, { parameter: string }>).get ?? { parameter: "" };
    const found = stored[parameter] ?? { failure: "ParameterNotFoundError" };
    if ("json" in found) return { Ok: { get: found } };
    const args = [{ text: parameter }, { text: "it is an array" }];
    return { Err: { class: found.failure, arguments: args } };
  };
});

test("a value is parsed, frozen to its last leaf, and the same object again", async () => {
  stored = { billing: { json: '{"a":{"b":[{"c":1}]},"__proto__":{"d":{}}}' } };
  const value = await parameterModule.get<{ a: { b: { c: number }[] } }>("billing");
  assert.equal(value.a.b[0]?.c, 1);
  const own = Object.values(value)[1] as unknown as { d: object };
  for (const part of [value, value.a, value.a.b, value.a.b[0], own, own?.d]) {
    assert.ok(Object.isFrozen(part));
  }
  assert.throws(() => {
    (value.a.b[0] as { c: number }).c = 2;
  }, TypeError);
  stored = {};
  assert.equal(await parameterModule.get("billing"), value);
  assert.equal(await parameterModule.exists("billing"), true);
  assert.equal(host.calls.length, 1);
});

test("reads at once give one object, and exists then costs get nothing", async () => {
  stored = { "at-once": { json: "{}" }, seen: { json: "{}" } };
  const [one, two] = await Promise.all([
    parameterModule.get("at-once"),
    parameterModule.get("at-once"),
  ]);
  assert.equal(one, two);
  host.calls = [];
  assert.equal(await parameterModule.exists("seen"), true);
  await parameterModule.get("seen");
  assert.equal(host.calls.length, 1);
});

test("a failure is not kept", async () => {
  stored = { late: { failure: "ParameterAccessDeniedError" } };
  await assert.rejects(parameterModule.get("late"), ParameterAccessDeniedError);
  assert.equal(await parameterModule.exists("late"), false);
  stored = {};
  await assert.rejects(parameterModule.get("late"), ParameterNotFoundError);
  assert.equal(await parameterModule.exists("late"), false);
  stored = { late: { failure: "ParameterInvalidJsonError" } };
  await assert.rejects(parameterModule.get("late"), ParameterInvalidJsonError);
  assert.equal(await parameterModule.exists("late"), true);
  stored = { late: { json: '{"here":true}' } };
  assert.deepEqual(await parameterModule.get("late"), { here: true });
});

test("exists does not hide what is no answer", async () => {
  stored = { broken: { failure: "Error" } };
  await assert.rejects(parameterModule.exists("broken"), Error);
  await assert.rejects(parameterModule.get(""), /must not be empty/);
  await assert.rejects(parameterModule.exists(7 as unknown as string), /must be a string/);
});

test("a value that is nested deeper than the stack is frozen", async () => {
  const depth = 30_000;
  stored = { deep: { json: `{"a":${"[".repeat(depth)}${"]".repeat(depth)}}` } };
  let part = ((await parameterModule.get("deep")) as { a: unknown[] }).a;
  while (part.length > 0) part = part[0] as unknown[];
  assert.ok(Object.isFrozen(part));
});
