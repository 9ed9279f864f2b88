import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { applicationsModule } from "../src/applications/applications.ts";
import {
  ApplicationInvocationError,
  ApplicationNotFoundError,
} from "../src/applications/errors.ts";
import { beginInvocation } from "../src/invocation/phase.ts";
import { host } from "./stubs/ops.ts";

beginInvocation();

beforeEach(() => {
  host.calls = [];
  host.answer = (_service, call) => {
    if ("connect" in call) return { Ok: { connect: { applicationId: "id-1", name: "Billing" } } };
    return { Ok: { invoke: { result: '{"total":7}', executionTime: 1.5 } } };
  };
});

test("a connection says what it is connected to, and cannot be made or changed by hand", async () => {
  const billing = await applicationsModule.connect("billing");
  assert.deepEqual({ ...billing }, { code: "billing", name: "Billing", applicationId: "id-1" });
  assert.throws(() => {
    (billing as { code: string }).code = "other";
  }, TypeError);
  const make = billing.constructor as unknown as new (...parameters: unknown[]) => unknown;
  assert.throws(() => new make(undefined, "a", "b", "c"), /use ketrics\.Applications\.connect/);
});

test("a function's result comes in the envelope of a call over HTTP", async () => {
  const billing = await applicationsModule.connect("billing");
  const answer = await billing.invoke("total", { items: [1] });
  assert.deepEqual(answer, { success: true, result: { total: 7 }, executionTime: 1.5 });
  await billing.invoke("total");
  assert.deepEqual(host.calls.slice(1), [
    { invoke: { application: "billing", function: "total", payload: '{"items":[1]}' } },
    { invoke: { application: "billing", function: "total", payload: "null" } },
  ]);
});

test("what cannot be sent is an error that says why, and asks nothing of the host", async () => {
  const billing = await applicationsModule.connect("billing");
  host.calls = [];
  const circle: { self?: unknown } = {};
  circle.self = circle;
  await assert.rejects(billing.invoke("total", circle), /the payload cannot be sent as JSON/);
  await assert.rejects(billing.invoke("total", 1n), /the payload cannot be sent as JSON/);
  await assert.rejects(
    billing.invoke("total", () => 1),
    /it is a function/,
  );
  await assert.rejects(billing.invoke(""), /must not be empty/);
  await assert.rejects(applicationsModule.connect(""), /must not be empty/);
  await assert.rejects(applicationsModule.connect(7 as unknown as string), /must be a string/);
  assert.deepEqual(host.calls, []);
});

test("a failed call is the error that the host names", async () => {
  const billing = await applicationsModule.connect("billing");
  const text = (value: string) => ({ text: value });
  host.answer = () => ({
    Err: {
      class: "ApplicationInvocationError",
      arguments: ["billing", "total", "CALL_CYCLE", "round"].map(text),
    },
  });
  const failed = billing.invoke("total");
  await assert.rejects(failed, ApplicationInvocationError);
  const error = await failed.catch((reason: ApplicationInvocationError) => reason);
  assert.deepEqual(
    [applicationsModule.isError(error), (error as ApplicationInvocationError).errorCode],
    [true, "CALL_CYCLE"],
  );
  host.answer = () => ({
    Err: { class: "ApplicationNotFoundError", arguments: [text("nothing")] },
  });
  await assert.rejects(applicationsModule.connect("nothing"), ApplicationNotFoundError);
});
