/**
 * What every invocation does, done once before the fork: code that is compiled and pages that are
 * written here are not paid for by each request. It leaves no state behind.
 */

import { warmConsole } from "../console/console.ts";
import { errorClasses } from "../errors/all.ts";
import { answerOf } from "../service/call.ts";
import { clearTimeout, setTimeout } from "../timers/timers.ts";
import { describeThrown } from "./failure.ts";
import { call } from "./invoke.ts";

const PAYLOAD = '{"text":"warm","list":[1,2,3],"nested":{"yes":true,"nothing":null}}';

async function handle(payload: unknown): Promise<unknown> {
  const reply = await answerOf(async () => ({ Ok: { exists: { exists: true } } }), { exists: {} });
  return { payload, reply, at: new Date(0) };
}

async function fail(): Promise<never> {
  const failure = { class: "FileNotFoundError", arguments: [{ text: "warm" }, { text: "warm" }] };
  return await answerOf(async () => ({ Err: failure }), { get: {} });
}

/** Does it all once. */
export async function warm(): Promise<void> {
  clearTimeout(setTimeout(() => undefined, 1));
  warmConsole();
  await call(handle, PAYLOAD);
  try {
    await fail();
  } catch (error) {
    describeThrown(error);
    JSON.stringify(error instanceof errorClasses.VolumeError ? error : null);
  }
  await new Promise<void>((resolve) => queueMicrotask(resolve));
}
