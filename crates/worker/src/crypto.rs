//! Cryptography for `node:crypto` and `crypto.subtle`.
deno_core::extension!(ketrics_crypto);
