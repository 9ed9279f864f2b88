// Imports that call back, a start function, and a module that traps: nothing of it leaves the isolate.
exports.attack = async () => {
  const bytes = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 2, 7, 1, 1, 97, 1, 98, 0, 0, 8, 1, 0]);
  let called = 0;
  await WebAssembly.instantiate(bytes, { a: { b() { called += 1; throw new Error("from the import"); } } }).catch(() => {});
  const trap = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0, 10, 5, 1, 3, 0, 0, 11]);
  const { instance } = await WebAssembly.instantiate(trap);
  let message = "";
  try { instance.exports.f(); } catch (error) { message = error.message; }
  try { new WebAssembly.Memory({ initial: 65_537 }); return "a memory over the limit"; } catch {}
  return called === 1 && message.includes("unreachable") ? "held" : { called, message };
};
