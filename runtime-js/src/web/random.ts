/**
 * Random numbers. V8 seeds `Math.random` once per context, so all forked processes would draw the
 * same numbers: it is replaced by a generator that every process seeds for itself.
 */

import { fillRandom } from "../invocation/phase.ts";

/** xoshiro128++ 1.0 by Blackman and Vigna (public domain). */
const state = new Uint32Array(4);

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function next(): number {
  const [a, b, c, d] = state as unknown as [number, number, number, number];
  const result = (rotate((a + d) | 0, 7) + a) >>> 0;
  state[2] = c ^ a;
  state[3] = d ^ b;
  state[1] = b ^ (c ^ a);
  state[0] = a ^ (d ^ b);
  state[2] = c ^ a ^ (b << 9);
  state[3] = rotate(d ^ b, 11);
  return result;
}

/** Seeds the generator from the kernel. */
export function seedRandom(): void {
  fillRandom(new Uint8Array(state.buffer));
  // All zeroes is the one state that the generator never leaves.
  if (state.every((word) => word === 0)) state[0] = 1;
}

/** `Math.random`: 53 bits. */
export function random(): number {
  return ((next() >>> 5) * 2 ** 26 + (next() >>> 6)) / 2 ** 53;
}

/** Puts it in the place of V8's. */
export function installRandom(): void {
  Object.defineProperty(Math, "random", {
    value: random,
    writable: true,
    enumerable: false,
    configurable: true,
  });
}
