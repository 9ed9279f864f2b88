// The flat names of SDK 0.7 to 0.9, which ours keeps beside the grouped ones.

export async function handler(): Promise<string> {
  try {
    const db = await ketrics.DatabaseConnection.connect("main");
    await db.close();
    const volume = await ketrics.Volume.connect("uploads");
    const { url } = await volume.downloadUrl("a", { expiresIn: 5 });
    await volume.uploadUrl("a");
    const csv = await ketrics.Excel.create().writeFile();
    return url + csv.length;
  } catch (error) {
    if (error instanceof ketrics.VolumeNotFoundError) return error.volumeCode;
    if (ketrics.isDatabaseError(error)) return error.databaseCode;
    if (ketrics.isVolumeErrorType(error, "FileNotFoundError")) return error.message;
    if (ketrics.isVolumeErrorType(error, ketrics.FileNotFoundError)) return error.key;
    if (error instanceof ketrics.JobExecutionError) return error.errorCode;
    throw error;
  }
}
