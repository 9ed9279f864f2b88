/** ECDSA and ECDH on P-256, P-384 and P-521, and Ed25519. */

import {
  op_crypto_ec_check_point,
  op_crypto_ec_generate,
  op_crypto_ec_import_pkcs8,
  op_crypto_ec_import_scalar,
  op_crypto_ec_point,
  op_crypto_ec_scalar,
  op_crypto_ecdh,
  op_crypto_ecdsa_sign,
  op_crypto_ecdsa_verify,
  op_crypto_ed25519_generate,
  op_crypto_ed25519_public,
  op_crypto_ed25519_sign,
  op_crypto_ed25519_verify,
} from "ext:core/ops";
import { ED25519, join, POINT_PREFIX, unwrap } from "./der.ts";
import {
  type Algorithm,
  attempt,
  type Bytes,
  CryptoKey,
  checkJwk,
  checkUsages,
  copyBytes,
  fromBase64Url,
  hashName,
  hashOp,
  type JsonWebKey,
  type KeyType,
  makeKey,
  material,
  needUsages,
  refuse,
  toBase64Url,
  type Usage,
  wrongFormat,
} from "./key.ts";

/** Bytes of one number of a curve. */
const WIDTH: Readonly<Record<string, number>> = { "P-256": 32, "P-384": 48, "P-521": 66 };
const FORMATS = ["raw", "spki", "pkcs8", "jwk"];
/** The first byte of a point that is not compressed. */
const UNCOMPRESSED = 4;

function curveName(value: unknown): string {
  if (typeof value === "string" && Object.hasOwn(WIDTH, value)) return value;
  const known = Object.keys(WIDTH).join(", ");
  return refuse("NotSupportedError", `the curve '${String(value)}' is not supported; ${known} are`);
}

function curveOf(key: CryptoKey): string {
  return key.algorithm.namedCurve as string;
}

const BAD_KEY = "the data is no such key";

function point(curve: string, bytes: Bytes): Bytes {
  const width = WIDTH[curve] as number;
  const fits = bytes.length === 1 + 2 * width && bytes[0] === UNCOMPRESSED;
  if (fits && op_crypto_ec_check_point(curve, bytes)) return bytes;
  return refuse("DataError", `the data is no uncompressed point of ${curve}`);
}

function fromJwk(curve: string, jwk: JsonWebKey): [KeyType, Bytes] {
  if (jwk.crv !== curve) refuse("DataError", `'crv' of the JSON Web Key must be '${curve}'`);
  const [x, y] = [fromBase64Url(jwk, "x"), fromBase64Url(jwk, "y")];
  const given = point(curve, join(Uint8Array.of(UNCOMPRESSED), x, y));
  if (jwk.d === undefined) return ["public", given];
  const scalar = fromBase64Url(jwk, "d");
  const pkcs8 = attempt("DataError", BAD_KEY, () => op_crypto_ec_import_scalar(curve, scalar));
  const own = op_crypto_ec_point(curve, pkcs8);
  if (!own.every((byte, index) => byte === given[index])) {
    refuse("DataError", "the two halves of the JSON Web Key do not belong together");
  }
  return ["private", pkcs8];
}

function read(
  format: string,
  data: unknown,
  curve: string,
  extractable: boolean,
): [KeyType, Bytes] {
  if (format === "jwk") return fromJwk(curve, checkJwk(data, "EC", extractable));
  if (!FORMATS.includes(format)) wrongFormat(format, "a key of a curve", FORMATS);
  const bytes = copyBytes(data, `a key in the format '${format}'`);
  switch (format) {
    case "raw":
      return ["public", point(curve, bytes)];
    case "spki": {
      const prefix = POINT_PREFIX[curve] as Uint8Array;
      const length = 1 + 2 * (WIDTH[curve] as number);
      const inner = attempt("DataError", BAD_KEY, () => unwrap(bytes, prefix, length));
      return ["public", point(curve, inner)];
    }
    default:
      return [
        "private",
        attempt("DataError", BAD_KEY, () => op_crypto_ec_import_pkcs8(curve, bytes)),
      ];
  }
}

function write(format: string, key: CryptoKey): Bytes | JsonWebKey {
  const curve = curveOf(key);
  const isPrivate = key.type === "private";
  if (format === "pkcs8" && isPrivate) return material(key).slice();
  if (format === "raw" && !isPrivate) return material(key).slice();
  if (format === "spki" && !isPrivate)
    return join(POINT_PREFIX[curve] as Uint8Array, material(key));
  if (format !== "jwk") {
    wrongFormat(format, `a ${key.type} key`, isPrivate ? ["pkcs8", "jwk"] : ["raw", "spki", "jwk"]);
  }
  const coordinates = isPrivate ? op_crypto_ec_point(curve, material(key)) : material(key);
  const width = WIDTH[curve] as number;
  const jwk: JsonWebKey = {
    kty: "EC",
    crv: curve,
    x: toBase64Url(coordinates.subarray(1, 1 + width)),
    y: toBase64Url(coordinates.subarray(1 + width)),
    key_ops: [...key.usages],
    ext: key.extractable,
  };
  if (isPrivate) jwk.d = toBase64Url(op_crypto_ec_scalar(curve, material(key)));
  return jwk;
}

/** The part that ECDSA and ECDH share: their keys. */
function onCurve(
  name: string,
  possible: { private: readonly Usage[]; public: readonly Usage[] },
): Algorithm {
  return {
    generateKey({ namedCurve }, extractable, usages) {
      const curve = curveName(namedCurve);
      checkUsages(usages, [...possible.private, ...possible.public]);
      const own = usages.filter((usage) => possible.private.includes(usage));
      needUsages(own);
      const algorithm = { name, namedCurve: curve };
      const pkcs8 = op_crypto_ec_generate(curve);
      return {
        privateKey: makeKey("private", extractable, algorithm, own, pkcs8),
        publicKey: makeKey(
          "public",
          true,
          algorithm,
          usages.filter((usage) => possible.public.includes(usage)),
          op_crypto_ec_point(curve, pkcs8),
        ),
      };
    },
    importKey(format, data, { namedCurve }, extractable, usages) {
      const curve = curveName(namedCurve);
      const [type, bytes] = read(format, data, curve, extractable);
      checkUsages(usages, type === "private" ? possible.private : possible.public);
      if (type === "private") needUsages(usages);
      return makeKey(type, extractable, { name, namedCurve: curve }, usages, bytes);
    },
    exportKey: write,
  };
}

const ECDSA_HASHES: Readonly<Record<string, readonly string[]>> = {
  "P-256": ["SHA-256"],
  "P-384": ["SHA-384"],
  "P-521": ["SHA-256", "SHA-384", "SHA-512"],
};

function ecdsaHash(curve: string, value: unknown): string {
  const hash = hashName(value);
  const known = ECDSA_HASHES[curve] as readonly string[];
  if (known.includes(hash)) return hashOp(hash);
  const message = `ECDSA on ${curve} is supported with ${known.join(", ")}, not with ${hash}`;
  return refuse("NotSupportedError", message);
}

/** ECDSA. */
export const ecdsa: Algorithm = {
  ...onCurve("ECDSA", { private: ["sign"], public: ["verify"] }),
  sign({ hash }, key, data) {
    const curve = curveOf(key);
    const hashed = ecdsaHash(curve, hash);
    return attempt("OperationError", "the data cannot be signed", () =>
      op_crypto_ecdsa_sign(curve, hashed, material(key), data),
    );
  },
  verify({ hash }, key, signature, data) {
    const curve = curveOf(key);
    return op_crypto_ecdsa_verify(curve, ecdsaHash(curve, hash), material(key), signature, data);
  },
};

/** ECDH. */
export const ecdh: Algorithm = {
  ...onCurve("ECDH", { private: ["deriveKey", "deriveBits"], public: [] }),
  deriveBits({ public: peer }, key, bits) {
    if (!(peer instanceof CryptoKey) || peer.type !== "public") {
      throw new TypeError("'public' must be the public key of the other side");
    }
    if (peer.algorithm.name !== "ECDH" || curveOf(peer) !== curveOf(key)) {
      refuse("InvalidAccessError", "both keys must be for ECDH and on the same curve");
    }
    const secret = attempt("OperationError", "the two keys share no secret", () =>
      op_crypto_ecdh(curveOf(key), material(key), material(peer)),
    );
    if (bits === null) return secret;
    if (bits > secret.length * 8 || bits % 8 !== 0) {
      const message = `these keys give up to ${secret.length * 8} bits, in whole bytes; got ${bits}`;
      refuse("OperationError", message);
    }
    return secret.slice(0, bits / 8);
  },
};

const NAME = "Ed25519";
const SEED = 32;

function readEd25519(format: string, data: unknown, extractable: boolean): [KeyType, Bytes] {
  if (format === "jwk") {
    const jwk = checkJwk(data, "OKP", extractable);
    if (jwk.crv !== NAME) refuse("DataError", `'crv' of the JSON Web Key must be '${NAME}'`);
    return jwk.d === undefined
      ? ["public", fromBase64Url(jwk, "x")]
      : ["private", fromBase64Url(jwk, "d")];
  }
  if (!FORMATS.includes(format)) wrongFormat(format, `a key for ${NAME}`, FORMATS);
  const bytes = copyBytes(data, `a key in the format '${format}'`);
  if (format === "raw") return ["public", bytes];
  const type = format === "spki" ? "public" : "private";
  return [
    type,
    attempt("DataError", BAD_KEY, () => unwrap(bytes, ED25519[format as "spki"], SEED)),
  ];
}

/** Ed25519. */
export const ed25519: Algorithm = {
  generateKey(_parameters, extractable, usages) {
    checkUsages(usages, ["sign", "verify"]);
    const own = usages.filter((usage) => usage === "sign");
    needUsages(own);
    const seed = op_crypto_ed25519_generate();
    const algorithm = { name: NAME };
    const theirs = usages.filter((usage) => usage === "verify");
    return {
      privateKey: makeKey("private", extractable, algorithm, own, seed),
      publicKey: makeKey("public", true, algorithm, theirs, op_crypto_ed25519_public(seed)),
    };
  },
  importKey(format, data, _parameters, extractable, usages) {
    const [type, bytes] = readEd25519(format, data, extractable);
    if (bytes.length !== SEED) refuse("DataError", `a key for ${NAME} has ${SEED} bytes`);
    checkUsages(usages, type === "private" ? ["sign"] : ["verify"]);
    if (type === "private") needUsages(usages);
    return makeKey(type, extractable, { name: NAME }, usages, bytes);
  },
  exportKey(format, key) {
    const bytes = material(key);
    const isPrivate = key.type === "private";
    if (format === "raw" && !isPrivate) return bytes.slice();
    if (format === "spki" && !isPrivate) return join(ED25519.spki, bytes);
    if (format === "pkcs8" && isPrivate) return join(ED25519.pkcs8, bytes);
    if (format !== "jwk") {
      wrongFormat(
        format,
        `a ${key.type} key`,
        isPrivate ? ["pkcs8", "jwk"] : ["raw", "spki", "jwk"],
      );
    }
    const x = toBase64Url(isPrivate ? op_crypto_ed25519_public(bytes) : bytes);
    const jwk = { kty: "OKP", crv: NAME, x, key_ops: [...key.usages], ext: key.extractable };
    return isPrivate ? { ...jwk, d: toBase64Url(bytes) } : jwk;
  },
  sign: (_parameters, key, data) => op_crypto_ed25519_sign(material(key), data),
  verify: (_parameters, key, signature, data) =>
    op_crypto_ed25519_verify(material(key), signature, data),
};
