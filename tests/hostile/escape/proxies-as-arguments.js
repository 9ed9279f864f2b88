// A Proxy in the place of every argument of every method of the SDK.
exports.attack = async () => {
  const seen = [];
  const spy = new Proxy(function () {}, {
    get(_, name, receiver) { if (receiver !== spy) seen.push(receiver); return name === "then" ? undefined : name === Symbol.toPrimitive ? () => "files" : spy; },
    apply(_, self, given) { seen.push(self, ...given); return spy; },
    has: () => true,
    ownKeys: () => ["length", "prototype"],
  });
  const clients = [await ketrics.Volume.connect("files")];
  let tried = 0;
  for (const owner of [...Object.values(ketrics), ...clients]) {
    if (owner === null || (typeof owner !== "object" && typeof owner !== "function")) continue;
    const prototype = Object.getPrototypeOf(owner);
    const names = new Set([...Object.getOwnPropertyNames(owner), ...Object.getOwnPropertyNames(prototype ?? {})]);
    for (const name of names) {
      let method;
      try { method = owner[name]; } catch { continue; }
      if (typeof method !== "function" || name === "constructor") continue;
      tried += 1;
      // Those that wait for an answer are not waited for long.
      const call = (async () => method.call(owner, spy, spy, spy))();
      await Promise.race([call.catch(() => {}), new Promise((resolve) => setTimeout(resolve, 5))]);
    }
  }
  const ops = seen.filter((value) => typeof value === "function" && /op_/.test(value.name));
  return tried > 20 && ops.length === 0 ? "held" : { tried, ops: ops.map((op) => op.name) };
};
