exports.attack = async () => {
  const volume = await ketrics.Volume.connect("files");
  for (const name of ["f1.txt", "f2.txt", "f3.txt"]) await volume.put(name, "x");
  const first = await volume.list({ maxResults: 1 });
  const cursor = first.continuationToken ?? first.nextContinuationToken ?? first.cursor ?? "";
  const forged = ["x", "AAAA", `${cursor}A`, cursor.slice(0, -2), cursor.split("").reverse().join(""), cursor.toUpperCase(), "../../others", Buffer.from("{}").toString("base64")];
  const found = [];
  for (const token of forged.filter((token) => token !== "" && token !== cursor)) {
    for (const name of ["continuationToken", "cursor"]) {
      try {
        const page = await volume.list({ maxResults: 10, [name]: token });
        const foreign = page.files.filter((file) => /victim/.test(file.key));
        if (foreign.length > 0) found.push(token);
      } catch {}
    }
  }
  return found.length === 0 ? "held" : found;
};
