// SDK 0.17: everything by its module.

import type { FileContent } from "ketrics-sdk-0.17";
import { createHash } from "node:crypto";

interface Payload {
  key: string;
}

export const run = async ({ key }: Payload) => {
  const volume = await ketrics.Volume.connect("files");
  await volume.put(key, "seventeen", { ifNotExists: false, metadata: { by: "test" } });
  const file: FileContent = await volume.get(key);
  const caught: unknown[] = [];
  try {
    await ketrics.Parameter.get("nothing");
  } catch (error) {
    caught.push(ketrics.Parameter.isErrorType(error, ketrics.Parameter.NotFoundError));
    if (ketrics.Parameter.isError(error)) caught.push(error.parameterCode);
  }
  const { length } = createHash("sha256").update(file.content).digest("hex");
  return { text: file.content.toString(), by: file.metadata?.by, length, caught };
};
