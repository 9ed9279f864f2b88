// A URL for what is not one's own: by keys that lead elsewhere, by a volume that is another's, and
// another's URL or token where a key or a code is expected.
exports.attack = async ({ victim, signed }) => {
  const found = [];
  const volume = await ketrics.Volume.connect("files");
  const token = signed.split("/").pop();
  const keys = [`../../${victim.tenant}/files/victim.txt`, `/${victim.tenant}/files/victim.txt`, "..", signed, token, `volumes/${token}`, "victim.txt\0", "victim.txt?x="];
  for (const key of keys) {
    for (const make of ["generateDownloadUrl", "generateUploadUrl"]) {
      try {
        const { url } = await volume[make](key);
        if (url.includes(token)) found.push(`${make} ${key}`);
      } catch {}
    }
    try { await volume.get(key); found.push(`get ${key}`); } catch {}
    try { await ketrics.Volume.connect(key); found.push(`connect ${key}`); } catch {}
  }
  try { found.push(`${(await ketrics.http.get(signed)).status} of the host itself`); } catch {}
  return found.length === 0 ? "held" : found;
};
