// An ES module that waits while it loads.

const ready = await new Promise<string>((resolve) => setTimeout(() => resolve("ready"), 1));
const { default: path } = await import("node:path");

export async function run(payload: { key: string }) {
  const volume = await ketrics.Volume.connect("files");
  await volume.put(payload.key, ready);
  return { ready, base: path.basename(payload.key) };
}
