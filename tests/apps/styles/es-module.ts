// An ES module.

import { Buffer } from "node:buffer";
import path from "node:path";

const loadedWith = ketrics.environment.LEVEL ?? "none";

export async function run(payload: { key: string }) {
  const volume = await ketrics.Volume.connect("files");
  await volume.put(payload.key, Buffer.from("module"));
  return { loadedWith, extension: path.extname(payload.key), exists: await volume.exists(payload.key) };
}
