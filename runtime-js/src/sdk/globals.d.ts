/**
 * The sandbox's globals besides `ketrics`, for applications without `@types/node`:
 * `"types": ["@ketrics/sdk-backend", "@ketrics/sdk-backend/globals"]` in `tsconfig.json`. With
 * `@types/node`, or with the library `DOM`, leave it out: they declare the same names.
 */

export {};

type BufferEncoding =
  | "utf8"
  | "utf-8"
  | "hex"
  | "base64"
  | "base64url"
  | "ascii"
  | "latin1"
  | "binary"
  | "ucs2"
  | "ucs-2"
  | "utf16le"
  | "utf-16le";
type Bytes = ArrayBufferView | ArrayBuffer;

interface SandboxConsole {
  /** Writes a line of level `info`. */
  log(...values: unknown[]): void;
  /** Writes a line of level `info`. */
  info(...values: unknown[]): void;
  /** Writes a line of level `warn`. */
  warn(...values: unknown[]): void;
  /** Writes a line of level `error`. */
  error(...values: unknown[]): void;
  /** Writes a line of level `debug`. */
  debug(...values: unknown[]): void;
  /** Writes where it was called from, of level `error`. */
  trace(...values: unknown[]): void;
  /** Writes what an object holds. */
  dir(value: unknown, options?: object): void;
  /** Writes rows as a table. */
  table(rows: unknown, columns?: string[]): void;
  /** Writes a line of level `warn` where the condition does not hold. */
  assert(condition: unknown, ...values: unknown[]): void;
  /** Writes how often it was called with this label. */
  count(label?: string): void;
  /** Starts that count anew. */
  countReset(label?: string): void;
  /** Starts a clock. */
  time(label?: string): void;
  /** Writes what the clock says. */
  timeLog(label?: string, ...values: unknown[]): void;
  /** Writes what the clock says, and ends it. */
  timeEnd(label?: string): void;
  /** Indents the lines that follow. */
  group(...values: unknown[]): void;
  /** Undoes one `group`. */
  groupEnd(): void;
}

interface SandboxTimer {
  ref(): this;
  unref(): this;
  hasRef(): boolean;
}

interface SandboxEvent {
  readonly type: string;
  readonly defaultPrevented: boolean;
  readonly cancelable: boolean;
  preventDefault(): void;
  stopPropagation(): void;
}

type Listener = (event: SandboxEvent) => void;

interface SandboxEventTarget {
  addEventListener(
    type: string,
    listener: Listener,
    options?: { once?: boolean; signal?: AbortSignal },
  ): void;
  removeEventListener(type: string, listener: Listener): void;
  dispatchEvent(event: SandboxEvent): boolean;
}

declare global {
  /** A line of the application's log for each call; see `ketrics.console`. */
  const console: SandboxConsole;

  /** Calls a function once, later. An invocation may have 10,000 timers at once. */
  function setTimeout<Parameters extends unknown[]>(
    callback: (...parameters: Parameters) => void,
    milliseconds?: number,
    ...parameters: Parameters
  ): SandboxTimer;
  /** Calls a function again and again. It does not keep an invocation open. */
  function setInterval<Parameters extends unknown[]>(
    callback: (...parameters: Parameters) => void,
    milliseconds?: number,
    ...parameters: Parameters
  ): SandboxTimer;
  /** Calls a function as soon as what runs now has ended. */
  function setImmediate<Parameters extends unknown[]>(
    callback: (...parameters: Parameters) => void,
    ...parameters: Parameters
  ): SandboxTimer;
  /** Ends a timer. */
  function clearTimeout(timer: SandboxTimer | undefined): void;
  /** Ends a timer. */
  function clearInterval(timer: SandboxTimer | undefined): void;
  /** Ends a timer. */
  function clearImmediate(timer: SandboxTimer | undefined): void;
  /** Calls a function before anything else that waits. */
  function queueMicrotask(callback: () => void): void;
  /** A deep copy. */
  function structuredClone<Value>(value: Value, options?: { transfer?: unknown[] }): Value;
  /** Base64 of a text of bytes. */
  function btoa(text: string): string;
  /** The text of bytes that a Base64 text stands for. */
  function atob(text: string): string;

  /** Bytes, as in Node.js. */
  interface Buffer extends Uint8Array {
    toString(encoding?: BufferEncoding, start?: number, end?: number): string;
    toJSON(): { type: "Buffer"; data: number[] };
    equals(other: Uint8Array): boolean;
    compare(other: Uint8Array): -1 | 0 | 1;
    copy(
      target: Uint8Array,
      targetStart?: number,
      sourceStart?: number,
      sourceEnd?: number,
    ): number;
    write(text: string, encoding?: BufferEncoding): number;
    write(text: string, offset: number, encoding?: BufferEncoding): number;
    slice(start?: number, end?: number): Buffer & ReturnType<Uint8Array["slice"]>;
    subarray(start?: number, end?: number): Buffer & ReturnType<Uint8Array["subarray"]>;
    readUInt8(offset?: number): number;
    readUInt16BE(offset?: number): number;
    readUInt16LE(offset?: number): number;
    readUInt32BE(offset?: number): number;
    readUInt32LE(offset?: number): number;
    readInt32BE(offset?: number): number;
    readInt32LE(offset?: number): number;
    writeUInt8(value: number, offset?: number): number;
    writeUInt16BE(value: number, offset?: number): number;
    writeUInt16LE(value: number, offset?: number): number;
    writeUInt32BE(value: number, offset?: number): number;
    writeUInt32LE(value: number, offset?: number): number;
  }

  /** Makes `Buffer`s. */
  const Buffer: {
    from(text: string, encoding?: BufferEncoding): Buffer;
    from(bytes: Uint8Array | readonly number[]): Buffer;
    from(bytes: ArrayBuffer, offset?: number, length?: number): Buffer;
    alloc(size: number, fill?: string | number | Uint8Array, encoding?: BufferEncoding): Buffer;
    allocUnsafe(size: number): Buffer;
    concat(buffers: readonly Uint8Array[], length?: number): Buffer;
    isBuffer(value: unknown): value is Buffer;
    byteLength(text: string | Bytes, encoding?: BufferEncoding): number;
    compare(a: Uint8Array, b: Uint8Array): -1 | 0 | 1;
  };

  /** Text to UTF-8. */
  class TextEncoder {
    readonly encoding: "utf-8";
    encode(text?: string): Uint8Array;
    encodeInto(text: string, target: Uint8Array): { read: number; written: number };
  }

  /** Bytes to text. */
  class TextDecoder {
    constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
    readonly encoding: string;
    decode(bytes?: Bytes, options?: { stream?: boolean }): string;
  }

  /** The query of a URL (WHATWG URL Standard). */
  class URLSearchParams {
    constructor(
      init?: string | Record<string, string> | Iterable<[string, string]> | URLSearchParams,
    );
    readonly size: number;
    append(name: string, value: string): void;
    delete(name: string, value?: string): void;
    get(name: string): string | null;
    getAll(name: string): string[];
    has(name: string, value?: string): boolean;
    set(name: string, value: string): void;
    sort(): void;
    toString(): string;
    forEach(callback: (value: string, name: string) => void): void;
    entries(): IterableIterator<[string, string]>;
    keys(): IterableIterator<string>;
    values(): IterableIterator<string>;
    [Symbol.iterator](): IterableIterator<[string, string]>;
  }

  /** A URL (WHATWG URL Standard). */
  class URL {
    constructor(url: string | URL, base?: string | URL);
    static canParse(url: string | URL, base?: string | URL): boolean;
    static parse(url: string | URL, base?: string | URL): URL | null;
    hash: string;
    host: string;
    hostname: string;
    href: string;
    readonly origin: string;
    password: string;
    pathname: string;
    port: string;
    protocol: string;
    search: string;
    readonly searchParams: URLSearchParams;
    username: string;
    toString(): string;
    toJSON(): string;
  }

  /** Tells what listens that it is over. */
  class AbortSignal {
    static abort(reason?: unknown): AbortSignal;
    static timeout(milliseconds: number): AbortSignal;
    static any(signals: Iterable<AbortSignal>): AbortSignal;
    readonly aborted: boolean;
    readonly reason: unknown;
    onabort: Listener | null;
    throwIfAborted(): void;
    addEventListener: SandboxEventTarget["addEventListener"];
    removeEventListener: SandboxEventTarget["removeEventListener"];
    dispatchEvent: SandboxEventTarget["dispatchEvent"];
  }

  /** What makes an `AbortSignal` say so. */
  class AbortController {
    readonly signal: AbortSignal;
    abort(reason?: unknown): void;
  }

  /** Something that happened. */
  class Event implements SandboxEvent {
    constructor(type: string, options?: { bubbles?: boolean; cancelable?: boolean });
    readonly type: string;
    readonly defaultPrevented: boolean;
    readonly cancelable: boolean;
    preventDefault(): void;
    stopPropagation(): void;
  }

  /** What can be listened to. */
  class EventTarget implements SandboxEventTarget {
    addEventListener: SandboxEventTarget["addEventListener"];
    removeEventListener: SandboxEventTarget["removeEventListener"];
    dispatchEvent: SandboxEventTarget["dispatchEvent"];
  }

  /** Clocks. */
  const performance: {
    /** Milliseconds since the process of this invocation began. */
    now(): number;
    readonly timeOrigin: number;
  };

  /** Random values and Web Cryptography. */
  const crypto: {
    /** A random UUID (version 4). */
    randomUUID(): `${string}-${string}-${string}-${string}-${string}`;
    /** Fills an array with random values. */
    getRandomValues<Values extends ArrayBufferView>(values: Values): Values;
    /** Digests, signatures, encryption and derivation. */
    readonly subtle: {
      digest(algorithm: string | { name: string }, data: Bytes): Promise<ArrayBuffer>;
      importKey(
        format: string,
        key: Bytes | object,
        algorithm: string | object,
        extractable: boolean,
        usages: readonly string[],
      ): Promise<object>;
      exportKey(format: string, key: object): Promise<ArrayBuffer | object>;
      generateKey(
        algorithm: string | object,
        extractable: boolean,
        usages: readonly string[],
      ): Promise<object>;
      deriveKey(
        algorithm: object,
        key: object,
        derived: object,
        extractable: boolean,
        usages: readonly string[],
      ): Promise<object>;
      deriveBits(algorithm: object, key: object, length: number): Promise<ArrayBuffer>;
      encrypt(algorithm: object, key: object, data: Bytes): Promise<ArrayBuffer>;
      decrypt(algorithm: object, key: object, data: Bytes): Promise<ArrayBuffer>;
      sign(algorithm: string | object, key: object, data: Bytes): Promise<ArrayBuffer>;
      verify(
        algorithm: string | object,
        key: object,
        signature: Bytes,
        data: Bytes,
      ): Promise<boolean>;
    };
  };
}
