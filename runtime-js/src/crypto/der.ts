/**
 * As much of DER as keys need: the wrappings around public and private keys, and the numbers of an
 * RSA key, which JSON Web Keys hold one by one.
 */

type Bytes = Uint8Array<ArrayBuffer>;

const SEQUENCE = 0x30;
const INTEGER = 0x02;
const OCTET_STRING = 0x04;
const BIT_STRING = 0x03;

/** The bytes of several arrays, one behind the other. */
export function join(...parts: Uint8Array[]): Bytes {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** The bytes that hexadecimal digits stand for. */
export function fromHex(digits: string): Bytes {
  const bytes = new Uint8Array(digits.length / 2);
  for (let index = 0; index < bytes.length; index += 1) {
    bytes[index] = Number.parseInt(digits.slice(index * 2, index * 2 + 2), 16);
  }
  return bytes;
}

function element(tag: number, ...content: Uint8Array[]): Bytes {
  const body = join(...content);
  const { length } = body;
  if (length < 0x80) return join(Uint8Array.of(tag, length), body);
  const digits = length < 0x100 ? [length] : [length >> 8, length & 0xff];
  return join(Uint8Array.of(tag, 0x80 | digits.length, ...digits), body);
}

/** A number of any size, that is not negative. */
function integer(bytes: Uint8Array): Bytes {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start += 1;
  const digits = bytes.subarray(start);
  const sign = (digits[0] ?? 0) & 0x80 ? Uint8Array.of(0) : new Uint8Array(0);
  return element(INTEGER, sign, digits);
}

/** Reads one element after the other; anything unexpected is an error. */
class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  #byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new RangeError("the DER ends too early");
    this.#at += 1;
    return byte;
  }

  read(tag: number): Uint8Array {
    if (this.#byte() !== tag) throw new RangeError("the DER holds something else");
    let length = this.#byte();
    if (length >= 0x80) {
      const digits = length & 0x7f;
      if (digits < 1 || digits > 2) throw new RangeError("the DER is too long");
      length = 0;
      for (let digit = 0; digit < digits; digit += 1) length = length * 256 + this.#byte();
    }
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new RangeError("the DER ends too early");
    const content = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return content;
  }

  integer(): Uint8Array {
    const digits = this.read(INTEGER);
    return digits[0] === 0 && digits.length > 1 ? digits.subarray(1) : digits;
  }
}

/** A public or private key that is nothing but bytes, in its standard wrapping. */
export interface Wrapping {
  readonly spki: Uint8Array;
  readonly pkcs8: Uint8Array;
}

/** Ed25519 (RFC 8410). */
export const ED25519: Wrapping = {
  spki: fromHex("302a300506032b6570032100"),
  pkcs8: fromHex("302e020100300506032b657004220420"),
};

/** What stands in front of an uncompressed point (RFC 5480), by curve. */
export const POINT_PREFIX: Readonly<Record<string, Uint8Array>> = {
  "P-256": fromHex("3059301306072a8648ce3d020106082a8648ce3d030107034200"),
  "P-384": fromHex("3076301006072a8648ce3d020106052b81040022036200"),
  "P-521": fromHex("30819b301006072a8648ce3d020106052b8104002303818600"),
};

/** What is behind a prefix; an error where there is another one. */
export function unwrap(bytes: Uint8Array, prefix: Uint8Array, length: number): Bytes {
  const fits = bytes.length === prefix.length + length;
  if (!fits || !prefix.every((byte, index) => bytes[index] === byte)) {
    throw new RangeError("the DER holds something else");
  }
  return bytes.slice(prefix.length) as Bytes;
}

const RSA = fromHex("300d06092a864886f70d0101010500");
const ZERO = Uint8Array.of(INTEGER, 1, 0);

/** The numbers of an RSA key, named as in a JSON Web Key. */
export type RsaNumbers = Record<string, Uint8Array>;

const PRIVATE_NUMBERS = ["n", "e", "d", "p", "q", "dp", "dq", "qi"];

/** The numbers in a private key's PKCS #8. */
export function rsaPrivateNumbers(pkcs8: Uint8Array): RsaNumbers {
  const info = new Reader(new Reader(pkcs8).read(SEQUENCE));
  info.integer();
  info.read(SEQUENCE);
  const key = new Reader(new Reader(info.read(OCTET_STRING)).read(SEQUENCE));
  key.integer();
  return Object.fromEntries(PRIVATE_NUMBERS.map((name) => [name, key.integer()]));
}

/** The PKCS #8 of these numbers. */
export function rsaPrivateKey(numbers: RsaNumbers): Bytes {
  const integers = PRIVATE_NUMBERS.map((name) => integer(numbers[name] as Uint8Array));
  const key = element(SEQUENCE, ZERO, ...integers);
  return element(SEQUENCE, ZERO, RSA, element(OCTET_STRING, key));
}

/** The numbers in a public key's SPKI. */
export function rsaPublicNumbers(spki: Uint8Array): RsaNumbers {
  const info = new Reader(new Reader(spki).read(SEQUENCE));
  info.read(SEQUENCE);
  // The first byte says how many bits are unused: none.
  const bits = info.read(BIT_STRING).subarray(1);
  const key = new Reader(new Reader(bits).read(SEQUENCE));
  return { n: key.integer(), e: key.integer() };
}

/** The SPKI of these numbers. */
export function rsaPublicKey({ n, e }: RsaNumbers): Bytes {
  const key = element(SEQUENCE, integer(n as Uint8Array), integer(e as Uint8Array));
  return element(SEQUENCE, RSA, element(BIT_STRING, Uint8Array.of(0), key));
}
