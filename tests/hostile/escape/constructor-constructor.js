exports.attack = async () => {
  const found = [];
  const objects = [ketrics, ketrics.Volume, ketrics.Volume.connect, ketrics.tenant, console, console.log, process, setTimeout,
    setTimeout(() => {}, 0), Buffer, new URL("http://a/"), crypto, await ketrics.Volume.connect("files"), require, exports, module,
    async () => {}, function* () {}, async function* () {}, new Proxy(() => {}, {})];
  for (const object of objects) {
    let at = object;
    for (let depth = 0; depth < 4 && at; depth++) {
      at = at.constructor;
      try { found.push(at("return globalThis")()); } catch {}
      try { found.push(new at("return 1")()); } catch {}
    }
  }
  const names = found.filter((value) => value === globalThis || value === 1);
  return names.length === 0 ? "held" : `${names.length} functions made from strings`;
};
