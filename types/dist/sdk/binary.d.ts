// Made from runtime-js/src by `make types`. Change it there.
/**
 * Bytes in the SDK's signatures. With `@types/node` installed they are Node's `Buffer`; without
 * it, what a `Buffer` is by the standard alone.
 */
/** The `Buffer` of the sandbox: Node's type where `@types/node` is installed, else `Uint8Array`. */
export type SandboxBuffer = typeof globalThis extends {
    Buffer: {
        alloc(size: number): infer Bytes;
    };
} ? Bytes : Uint8Array;
