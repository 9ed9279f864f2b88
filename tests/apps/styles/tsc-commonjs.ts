// Compiled by `tsc` alone, without a bundler.

import assert from "node:assert";
import { EventEmitter } from "node:events";

export async function run(payload: { key: string }): Promise<unknown> {
  const emitter = new EventEmitter();
  const heard: string[] = [];
  emitter.on("stored", (key: string) => heard.push(key));
  const volume = await ketrics.Volume.connect("files");
  const { key } = await volume.put(payload.key, "tsc");
  emitter.emit("stored", key);
  assert.deepStrictEqual(heard, [payload.key]);
  return { heard, same: volume?.code ?? "none" };
}

export default run;
