exports.attack = async () => {
  const found = [];
  const attempts = {
    global: () => new SharedArrayBuffer(8),
    memory: () => new WebAssembly.Memory({ initial: 1, maximum: 2, shared: true }).buffer,
    fixed: () => new WebAssembly.Memory({ initial: 1, maximum: 2, shared: true }).toFixedLengthBuffer(),
    resizable: () => new WebAssembly.Memory({ initial: 1, maximum: 2, shared: true }).toResizableBuffer(),
    // (module (memory (export "m") 1 1 shared))
    module: () => {
      const bytes = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 5, 4, 1, 3, 1, 1, 7, 5, 1, 1, 109, 2, 0]);
      return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports.m.buffer;
    },
    getter: () => {
      const memory = new WebAssembly.Memory({ initial: 1, maximum: 2, shared: true });
      return Reflect.getOwnPropertyDescriptor(WebAssembly.Memory.prototype, "buffer").get.call(memory);
    },
  };
  for (const [name, attempt] of Object.entries(attempts)) {
    try { found.push(`${name}: ${Object.prototype.toString.call(attempt())}`); } catch {}
  }
  if (typeof Atomics.wait === "function" || typeof Atomics.waitAsync === "function") found.push("Atomics.wait");
  return found.length === 0 ? "held" : found;
};
