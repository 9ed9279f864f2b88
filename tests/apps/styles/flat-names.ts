// SDK 0.7 to 0.9: flat names on `ketrics`, URLs by their old names.

export async function run(payload: { key: string }) {
  const volume = await ketrics.Volume.connect("files");
  await volume.put(payload.key, "flat");
  const { url, method } = await volume.downloadUrl(payload.key, { expiresIn: 60 });
  const upload = await volume.uploadUrl("in.txt", { contentType: "text/plain" });
  const caught: unknown[] = [];
  try {
    await volume.get("nothing");
  } catch (error) {
    if (error instanceof ketrics.FileNotFoundError) caught.push(error.key);
    caught.push(ketrics.isVolumeError(error), ketrics.isVolumeErrorType(error, "FileNotFoundError"));
  }
  try {
    await ketrics.DatabaseConnection.connect("nothing");
  } catch (error) {
    caught.push(error instanceof ketrics.DatabaseNotFoundError, ketrics.isDatabaseError(error));
  }
  return { url: url.startsWith("http"), method, upload: upload.method, caught };
}
