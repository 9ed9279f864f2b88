// Error classes and guards imported from the package, which is left for the platform to resolve.

import { FileNotFoundError, isVolumeErrorType, VolumeError } from "@ketrics/sdk-backend";

export async function run(payload: { key: string }) {
  const volume = await ketrics.Volume.connect("files");
  await volume.put(payload.key, "x");
  try {
    await volume.get("nothing");
    return "found";
  } catch (error) {
    return {
      thrown: [error instanceof FileNotFoundError, error instanceof VolumeError, isVolumeErrorType(error, FileNotFoundError)],
      same: FileNotFoundError === ketrics.Volume.FileNotFoundError,
      made: new FileNotFoundError("files", "k") instanceof ketrics.Volume.Error,
      json: new FileNotFoundError("files", "k").toJSON().key,
    };
  }
}
