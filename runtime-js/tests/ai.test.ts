import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { aiModule } from "../src/ai/ai.ts";
import { AIInvalidRequestError } from "../src/ai/errors.ts";
import type { AIChatParams } from "../src/ai/types.ts";
import { beginInvocation } from "../src/invocation/phase.ts";
import { host } from "./stubs/ops.ts";

beginInvocation();

const messages: AIChatParams["messages"] = [{ role: "user", content: "hello" }];

beforeEach(() => {
  host.calls = [];
  host.answer = () => ({
    Ok: {
      chat: {
        content: "hi",
        inputTokens: 3,
        outputTokens: 2,
        model: "haiku",
        stopReason: "end_turn",
      },
    },
  });
});

test("an answer has the text, what it cost, the alias and why it ended", async () => {
  const answer = await aiModule.chat({ messages, maxTokens: 5, temperature: 0, systemPrompt: "x" });
  assert.deepEqual(answer, {
    content: "hi",
    usage: { inputTokens: 3, outputTokens: 2 },
    model: "haiku",
    stopReason: "end_turn",
  });
  assert.deepEqual(host.calls, [
    {
      chat: {
        model: undefined,
        messages,
        maxTokens: 5,
        temperature: 0,
        systemPrompt: "x",
      },
    },
  ]);
});

test("parameters of the wrong kind are invalid requests that name the parameter", async () => {
  const cases: [unknown, RegExp][] = [
    [undefined, /takes an object, not undefined/],
    [{}, /messages must be an array, not undefined/],
    [{ messages: [null] }, /messages\[0\]\.role/],
    [{ messages: [{ role: "system", content: "x" }] }, /messages\[0\]\.role/],
    [{ messages: [...messages, { role: "user" }] }, /messages\[1\]\.content must be a string/],
    [{ messages, model: 7 }, /model must be a string, not number/],
    [{ messages, maxTokens: "1" }, /maxTokens must be a number, not string/],
    [{ messages, temperature: {} }, /temperature must be a number, not object/],
    [{ messages, systemPrompt: [] }, /systemPrompt must be a string, not object/],
  ];
  for (const [params, reason] of cases) {
    const error = await aiModule.chat(params as AIChatParams).catch((thrown: unknown) => thrown);
    assert.ok(error instanceof AIInvalidRequestError);
    assert.match(error.reason, reason);
  }
  assert.deepEqual(host.calls, []);
});
