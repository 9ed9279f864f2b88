// Every call leaves marks everywhere it can, and looks for those of the calls before it.
const mark = `mark-${"left"}-here`;
const list = [];
exports.attack = () => {
  const found = [];
  if (list.length > 0) found.push("module state");
  if (globalThis[mark]) found.push("global");
  if ({}[mark]) found.push("prototype");
  for (let i = 0; i < 200; i++) {
    if (Buffer.allocUnsafe(4_096).includes("secret-of-a-call") || Buffer.from(new ArrayBuffer(65_536)).includes("secret-of-a-call")) found.push("memory");
  }
  list.push(1);
  globalThis[mark] = true;
  Object.prototype[mark] = true;
  const kept = [];
  for (let i = 0; i < 200; i++) kept.push(Buffer.alloc(4_096, "secret-of-a-call"), Buffer.from("secret-of-a-call".repeat(200)));
  delete Object.prototype[mark];
  Array.prototype[mark] = kept.length;
  return found.length === 0 ? "held" : [...new Set(found)];
};
