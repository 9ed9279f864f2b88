const inside = "others/victim.txt";
const keys = ["../x", "..", ".", "a/../../x", "a/..", "./a", "/etc/passwd", "//etc/passwd", "a//b", "..\\x", "a\\..\\x", "..%2fx", "%2e%2e/x", "%2e%2e%2fx",
  "..%252fx", "a\0.txt", "\0", "..\u2215x", "\uff0e\uff0e/x", "\u2024\u2024/x", "..;/x", ".../x", "a/./b", "a/", "/", "", " ", "~root", "$HOME", "C:\\x", "con",
  "a\n../x", "\u202e../x", "x".repeat(2_000), "a/".repeat(600), "\ud800", "../../../../../../etc/passwd", "....//....//x", inside];
exports.attack = async () => {
  const volume = await ketrics.Volume.connect("files");
  const found = [];
  for (const key of keys) {
    for (const attempt of [() => volume.get(key), () => volume.getMetadata(key), () => volume.copy(key, "stolen.txt")]) {
      try {
        const file = await attempt();
        const text = JSON.stringify(file) + String(file && file.content);
        if (/root:|BEGIN|SQLite/.test(text)) found.push(key);
      } catch {}
    }
    try { await volume.put(key, "mine"); } catch {}
  }
  // What was taken as a key is a key of this volume, under exactly that name; half a character is
  // written as U+FFFD, as UTF-8 has it.
  const listed = (await volume.list({ maxResults: 1_000 })).files.map((file) => file.key);
  const strange = listed.filter((key) => !keys.includes(key) && key !== "\ufffd" && !/^(iterated|bulk|mine|stolen|[ab]\.|f\d\.)/.test(key));
  return found.length === 0 && strange.length === 0 ? "held" : { found, strange };
};
