/** RSA: RSASSA-PKCS1-v1_5, RSA-PSS and RSA-OAEP. */

import {
  op_crypto_oaep_decrypt,
  op_crypto_oaep_encrypt,
  op_crypto_rsa_check_private,
  op_crypto_rsa_check_public,
  op_crypto_rsa_generate,
  op_crypto_rsa_public,
  op_crypto_rsa_sign,
  op_crypto_rsa_verify,
} from "ext:core/ops";
import { rsaPrivateKey, rsaPrivateNumbers, rsaPublicKey, rsaPublicNumbers } from "./der.ts";
import {
  type Algorithm,
  attempt,
  type Bytes,
  type CryptoKey,
  checkJwk,
  checkUsages,
  copyBytes,
  fromBase64Url,
  hashName,
  hashOp,
  type JsonWebKey,
  type KeyType,
  keyHash,
  makeKey,
  material,
  needUsages,
  type Parameters,
  refuse,
  toBase64Url,
  type Usage,
  wrongFormat,
} from "./key.ts";

const FORMATS = ["spki", "pkcs8", "jwk"];
const SIZES = [2048, 3072, 4096];
const PRIVATE_MEMBERS = ["n", "e", "d", "p", "q", "dp", "dq", "qi"];
const BAD_KEY = "the data is no RSA key of 2048 to 8192 bits";
/** 65537, the exponent that everybody uses. */
const EXPONENT = [1, 0, 1];

const HASH_BYTES: Readonly<Record<string, number>> = {
  "SHA-256": 32,
  "SHA-384": 48,
  "SHA-512": 64,
};

function members(jwk: JsonWebKey, names: readonly string[]): Record<string, Bytes> {
  return Object.fromEntries(names.map((name) => [name, fromBase64Url(jwk, name)]));
}

function read(format: string, data: unknown, extractable: boolean): [KeyType, Bytes] {
  if (format === "jwk") {
    const jwk = checkJwk(data, "RSA", extractable);
    if (jwk.oth !== undefined)
      refuse("NotSupportedError", "keys of more than two primes are not supported");
    return jwk.d === undefined
      ? ["public", rsaPublicKey(members(jwk, ["n", "e"]))]
      : ["private", rsaPrivateKey(members(jwk, PRIVATE_MEMBERS))];
  }
  if (!FORMATS.includes(format)) wrongFormat(format, "an RSA key", FORMATS);
  const bytes = copyBytes(data, `a key in the format '${format}'`);
  return [format === "spki" ? "public" : "private", bytes];
}

function describe(name: string, hash: string, bits: number, spki: Bytes): Parameters {
  const publicExponent = new Uint8Array(rsaPublicNumbers(spki).e as Uint8Array);
  return { name, modulusLength: bits, publicExponent, hash: { name: hash } };
}

function write(format: string, key: CryptoKey, alg: (hash: string) => string): Bytes | JsonWebKey {
  const isPrivate = key.type === "private";
  if (format === (isPrivate ? "pkcs8" : "spki")) return material(key).slice();
  if (format !== "jwk")
    wrongFormat(format, `a ${key.type} key`, [isPrivate ? "pkcs8" : "spki", "jwk"]);
  const numbers = isPrivate ? rsaPrivateNumbers(material(key)) : rsaPublicNumbers(material(key));
  const jwk: JsonWebKey = { kty: "RSA", alg: alg(keyHash(key)) };
  for (const [name, number] of Object.entries(numbers)) jwk[name] = toBase64Url(number);
  return { ...jwk, key_ops: [...key.usages], ext: key.extractable };
}

/** The part that all three share: their keys. */
function rsa(
  name: string,
  possible: { private: readonly Usage[]; public: readonly Usage[] },
  alg: (hash: string) => string,
): Algorithm {
  return {
    generateKey({ modulusLength, publicExponent, hash }, extractable, usages) {
      const hashed = hashName(hash);
      if (!SIZES.includes(modulusLength as number)) {
        const message = `RSA keys are generated with ${SIZES.join(", ")} bits, not ${String(modulusLength)}`;
        refuse("NotSupportedError", message);
      }
      const exponent = copyBytes(publicExponent, "publicExponent");
      if (exponent.join() !== EXPONENT.join()) {
        refuse("NotSupportedError", "RSA keys are generated with the exponent 65537");
      }
      checkUsages(usages, [...possible.private, ...possible.public]);
      const own = usages.filter((usage) => possible.private.includes(usage));
      needUsages(own);
      const pkcs8 = op_crypto_rsa_generate(modulusLength as number);
      const spki = op_crypto_rsa_public(pkcs8);
      const algorithm = describe(name, hashed, modulusLength as number, spki);
      const theirs = usages.filter((usage) => possible.public.includes(usage));
      return {
        privateKey: makeKey("private", extractable, algorithm, own, pkcs8),
        publicKey: makeKey("public", true, algorithm, theirs, spki),
      };
    },
    importKey(format, data, { hash }, extractable, usages) {
      const hashed = hashName(hash);
      const [type, bytes] = read(format, data, extractable);
      const isPrivate = type === "private";
      checkUsages(usages, isPrivate ? possible.private : possible.public);
      if (isPrivate) needUsages(usages);
      const algorithm = attempt("DataError", BAD_KEY, () => {
        const bits = isPrivate
          ? op_crypto_rsa_check_private(bytes)
          : op_crypto_rsa_check_public(bytes);
        return describe(name, hashed, bits, isPrivate ? op_crypto_rsa_public(bytes) : bytes);
      });
      return makeKey(type, extractable, algorithm, usages, bytes);
    },
    exportKey: (format, key) => write(format, key, alg),
  };
}

function signing(
  name: string,
  scheme: string,
  alg: string,
  check: (parameters: Parameters, hash: string) => void,
): Algorithm {
  return {
    ...rsa(name, { private: ["sign"], public: ["verify"] }, (hash) => hash.replace("SHA-", alg)),
    sign(parameters, key, data) {
      const hash = keyHash(key);
      check(parameters, hash);
      if (hash === "SHA-1") refuse("NotSupportedError", `${name} does not sign with SHA-1`);
      return attempt("OperationError", "the data cannot be signed", () =>
        op_crypto_rsa_sign(scheme, hashOp(hash), material(key), data),
      );
    },
    verify(parameters, key, signature, data) {
      const hash = keyHash(key);
      check(parameters, hash);
      return attempt("NotSupportedError", `${name} is not supported with ${hash}`, () =>
        op_crypto_rsa_verify(scheme, hashOp(hash), material(key), signature, data),
      );
    },
  };
}

/** RSASSA-PKCS1-v1_5. */
export const rsaPkcs1 = signing("RSASSA-PKCS1-v1_5", "pkcs1", "RS", () => undefined);

/** RSA-PSS. */
export const rsaPss = signing("RSA-PSS", "pss", "PS", ({ saltLength }, hash) => {
  const length = HASH_BYTES[hash];
  if (saltLength === length) return;
  const message = `RSA-PSS with ${hash} is supported with a saltLength of ${String(length)}, not ${String(saltLength)}`;
  refuse("NotSupportedError", message);
});

function label(value: unknown): Bytes {
  return value === undefined ? new Uint8Array(0) : copyBytes(value, "label");
}

/** RSA-OAEP. */
export const rsaOaep: Algorithm = {
  ...rsa(
    "RSA-OAEP",
    { private: ["decrypt", "unwrapKey"], public: ["encrypt", "wrapKey"] },
    (hash) => (hash === "SHA-1" ? "RSA-OAEP" : hash.replace("SHA-", "RSA-OAEP-")),
  ),
  encrypt(parameters, key, data) {
    const tag = label(parameters.label);
    return attempt("OperationError", "the data is too long for the key", () =>
      op_crypto_oaep_encrypt(hashOp(keyHash(key)), material(key), tag, data),
    );
  },
  decrypt(parameters, key, data) {
    const tag = label(parameters.label);
    const message = "the data cannot be decrypted: the key or the data is not the right one";
    return attempt("OperationError", message, () =>
      op_crypto_oaep_decrypt(hashOp(keyHash(key)), material(key), tag, data),
    );
  },
};
