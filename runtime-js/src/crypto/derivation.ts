/** PBKDF2 and HKDF: keys from which only other keys are made. */

import { op_crypto_hkdf, op_crypto_pbkdf2 } from "ext:core/ops";
import {
  type Algorithm,
  attempt,
  type Bytes,
  type CryptoKey,
  checkUsages,
  copyBytes,
  hashName,
  hashOp,
  makeKey,
  material,
  needUsages,
  type Parameters,
  refuse,
  type Usage,
  wrongFormat,
} from "./key.ts";

const USAGES: readonly Usage[] = ["deriveKey", "deriveBits"];
const MOST_ITERATIONS = 2 ** 31 - 1;

function wholeBytes(bits: number | null): number {
  if (bits !== null && bits >= 0 && bits % 8 === 0) return bits / 8;
  return refuse(
    "OperationError",
    `the number of bits must be a multiple of 8, got ${String(bits)}`,
  );
}

function derivation(
  name: string,
  derive: (parameters: Parameters, key: CryptoKey, length: number) => Bytes,
): Algorithm {
  return {
    importKey(format, data, _parameters, extractable, usages) {
      if (format !== "raw") wrongFormat(format, `a key for ${name}`, ["raw"]);
      if (extractable) refuse("SyntaxError", `a key for ${name} cannot be extractable`);
      checkUsages(usages, USAGES);
      needUsages(usages);
      const bytes = copyBytes(data, "a key in the format 'raw'");
      return makeKey("secret", false, { name }, usages, bytes);
    },
    deriveBits: (parameters, key, bits) => derive(parameters, key, wholeBytes(bits)),
    keyLength: () => null,
  };
}

/** PBKDF2. */
export const pbkdf2 = derivation("PBKDF2", ({ hash, salt, iterations }, key, length) => {
  const rounds = Number(iterations);
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > MOST_ITERATIONS) {
    refuse(
      "OperationError",
      `iterations must be 1 to ${MOST_ITERATIONS}, got ${String(iterations)}`,
    );
  }
  const grains = copyBytes(salt, "salt");
  const hashed = hashOp(hashName(hash));
  return attempt("OperationError", "the bits cannot be derived", () =>
    op_crypto_pbkdf2(hashed, material(key), grains, rounds, length),
  );
});

/** HKDF. */
export const hkdf = derivation("HKDF", ({ hash, salt, info }, key, length) => {
  const [grains, context] = [copyBytes(salt, "salt"), copyBytes(info, "info")];
  const hashed = hashOp(hashName(hash));
  return attempt("OperationError", "HKDF gives at most 255 times the length of its hash", () =>
    op_crypto_hkdf(hashed, material(key), grains, context, length),
  );
});
