exports.attack = async () => {
  const seen = [];
  class Spy extends Array {
    static get [Symbol.species]() { return class extends Array { constructor(...given) { super(...given); seen.push(...given); } }; }
  }
  class SpyPromise extends Promise {
    static get [Symbol.species]() { return class extends Promise { constructor(run) { super((a, b) => { seen.push(a, b); run(a, b); }); } }; }
  }
  for (const value of [Spy.from(["a", "b"]), new SpyPromise((resolve) => resolve("files"))]) {
    try { await ketrics.Volume.connect(value); } catch {}
    try { console.log(value); } catch {}
    try { await ketrics.Job.list(value); } catch {}
  }
  const ops = seen.filter((value) => typeof value === "function" && /op_/.test(value.name));
  return ops.length === 0 ? "held" : ops.map((op) => op.name);
};
