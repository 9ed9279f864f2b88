/**
 * Takes shared memory out of WebAssembly. `SharedArrayBuffer` is no global here, since there is no
 * second thread to share memory with; a memory that is declared as shared would give one all the
 * same.
 */

import { core } from "ext:core/mod.js";

/** As much of it as is touched here; the libraries that are compiled against do not name it. */
interface WithWasm {
  readonly WebAssembly: { readonly Memory: { readonly prototype: object } };
}

const { apply, defineProperty, getOwnPropertyDescriptor } = Reflect;

function refuseShared(buffer: unknown): unknown {
  if (core.isSharedArrayBuffer(buffer)) {
    throw new TypeError("Shared memory is not available here: an invocation has one thread");
  }
  return buffer;
}

let isRemoved = false;

/** Has every way from a memory to its buffer refuse shared ones. Only the first call does. */
export function removeSharedMemory(): void {
  if (isRemoved) return;
  isRemoved = true;
  const { prototype } = (globalThis as unknown as WithWasm).WebAssembly.Memory;
  for (const name of ["buffer", "toFixedLengthBuffer", "toResizableBuffer"]) {
    const original = getOwnPropertyDescriptor(prototype, name);
    if (original === undefined) continue;
    const { get, value } = original;
    const guarded = (inner: (this: unknown, ...parameters: unknown[]) => unknown) =>
      ({
        [name](this: unknown, ...parameters: unknown[]) {
          return refuseShared(apply(inner, this, parameters));
        },
      })[name];
    defineProperty(
      prototype,
      name,
      get === undefined
        ? { ...original, value: guarded(value) }
        : { ...original, get: guarded(get) as () => unknown },
    );
  }
}
