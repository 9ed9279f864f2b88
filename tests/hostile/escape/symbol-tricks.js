exports.attack = async () => {
  const found = [];
  const volume = await ketrics.Volume.connect("files");
  for (const object of [ketrics, ketrics.Volume, volume, ketrics.tenant, console, process]) {
    for (const symbol of Object.getOwnPropertySymbols(object)) {
      const value = object[symbol];
      if (typeof value === "function" && /op_/.test(value.name)) found.push(String(symbol));
      if (value && typeof value === "object") found.push(...Object.keys(value).filter((key) => /^op_/.test(key)));
    }
  }
  const hasInstance = { [Symbol.hasInstance]: () => true, [Symbol.toPrimitive]: () => "files", [Symbol.isConcatSpreadable]: true };
  try { await volume.get(hasInstance); } catch {}
  try { await ketrics.Volume.connect(Symbol("files")); found.push("a symbol connects"); } catch {}
  return found.length === 0 ? "held" : found;
};
