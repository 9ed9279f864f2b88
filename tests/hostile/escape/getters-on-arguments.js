// An argument that is one thing when it is checked and another when it is used.
exports.attack = async () => {
  const volume = await ketrics.Volume.connect("files");
  let reads = 0;
  const key = { toString() { reads += 1; return reads === 1 ? "a.txt" : "../../../etc/passwd"; } };
  const outcomes = [];
  for (const attempt of [
    () => volume.get(key),
    () => volume.put("b.txt", { get length() { return 2 ** 40; }, 0: 1 }),
    () => volume.list({ get prefix() { throw new Error("mine"); } }),
    () => volume.list({ get maxResults() { for (const _ of [1]) return -1; } }),
    () => ketrics.http.get({ toString() { return "http://169.254.169.254/"; } }),
  ]) {
    try { outcomes.push(JSON.stringify(await attempt())); } catch {}
  }
  return outcomes.some((text) => text && (text.includes("root:") || text.includes("ami-id"))) ? outcomes : "held";
};
