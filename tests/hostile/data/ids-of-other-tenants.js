exports.attack = async ({ victim }) => {
  const found = [];
  for (const code of [victim.volume, victim.tenant, victim.application, `${victim.tenant}/${victim.volume}`, `../${victim.tenant}/files`]) {
    for (const [name, attempt] of Object.entries({
      volume: () => ketrics.Volume.connect(code),
      job: () => ketrics.Job.getStatus(code),
      queued: () => ketrics.Job.runInBackground({ function: "attack", application: code, payload: null }),
    })) {
      try { const got = await attempt(); if (name !== "queued") found.push(`${name} ${code} ${typeof got}`); } catch {}
    }
  }
  const volume = await ketrics.Volume.connect("files");
  if (await volume.exists("victim.txt")) found.push("the other tenant's file of the same code");
  return found.length === 0 ? "held" : found;
};
