// SDK 0.11: grouped modules, jobs of other applications.

export async function run(payload: { key: string }) {
  const volume = await ketrics.Volume.connect("files");
  const stored = await volume.put(payload.key, Buffer.from("grouped"));
  const caught: unknown[] = [];
  try {
    await ketrics.Job.runInBackground({ application: "nothing", function: "total" });
  } catch (error) {
    caught.push(ketrics.Job.isError(error), (error as Error).name);
  }
  try {
    await ketrics.Volume.connect("nothing");
  } catch (error) {
    caught.push(error instanceof ketrics.Volume.NotFoundError);
  }
  return { size: stored.size, caught };
}
