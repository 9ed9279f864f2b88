// Codes of resources and names of functions end up in the platform's own queries.
const texts = ["' OR '1'='1", "files'--", "files\"; DROP TABLE tenants; --", "files' UNION SELECT * FROM tenants --", "%", "_", "files\0", "\\", "FILES", " files", "files "];
exports.attack = async () => {
  const found = [];
  for (const text of texts) {
    for (const [name, attempt] of Object.entries({
      volume: () => ketrics.Volume.connect(text),
      database: () => ketrics.Database.connect(text),
      secret: () => ketrics.Secret.get(text),
      parameter: () => ketrics.Parameter.get(text),
      documents: () => ketrics.DocumentDb.connect(text),
      job: () => ketrics.Job.getStatus(text),
    })) {
      try { found.push(`${name} ${text}: ${JSON.stringify(await attempt())}`); } catch {}
    }
  }
  await ketrics.Volume.connect("files");
  return found.length === 0 ? "held" : found;
};
