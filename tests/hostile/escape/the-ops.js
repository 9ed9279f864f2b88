// Every path from the globals, symbols, prototypes and errors included, a few steps deep.
exports.attack = async () => {
  const seen = new Set(), found = [];
  const volume = await ketrics.Volume.connect("files");
  const error = await ketrics.Volume.connect("none").catch((reason) => reason);
  const queue = [[globalThis, "", 0], [volume, "volume", 0], [error, "error", 0], [require, "require", 0], [(async () => {})(), "promise", 0]];
  for (let next = queue.shift(); next !== undefined && seen.size < 20_000; next = queue.shift()) {
    const [object, path, depth] = next;
    if (object === null || (typeof object !== "object" && typeof object !== "function") || seen.has(object)) continue;
    seen.add(object);
    if (typeof object === "function" && /^(async_)?op_/.test(object.name)) found.push(path);
    if (depth > 5) continue;
    for (const key of Reflect.ownKeys(object)) {
      if (/^(ops|Deno|__bootstrap|__ketrics|core)$/.test(String(key))) found.push(`${path}.${String(key)}`);
      const { value, get, set } = Reflect.getOwnPropertyDescriptor(object, key) ?? {};
      for (const inner of [value, get, set]) queue.push([inner, `${path}.${String(key)}`, depth + 1]);
    }
    queue.push([Reflect.getPrototypeOf(object), `${path}.__proto__`, depth + 1]);
  }
  return found.length === 0 && seen.size > 500 ? "held" : { found, seen: seen.size };
};
