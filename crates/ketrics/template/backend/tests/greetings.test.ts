import assert from "node:assert/strict";
import { test } from "node:test";
import { greet, listGreetings } from "../src/index";
import { mockKetrics } from "./ketrics";

test("a greeting is given and remembered", async () => {
  const { documents } = mockKetrics(["read", "write"]);
  assert.deepEqual(await greet({ name: " Ada " }), { greeting: "Hi, Ada!" });
  assert.equal(documents.size, 1);
  const [latest] = await listGreetings();
  assert.equal(latest?.name, "Ada");
});

test("nobody is greeted without a name", async () => {
  mockKetrics(["*"]);
  await assert.rejects(greet(null), /must have a name/);
});

test("who may only read cannot greet", async () => {
  mockKetrics(["read"]);
  await assert.rejects(greet({ name: "Ada" }), /needs the permission "write"/);
});
