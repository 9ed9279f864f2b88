// Made from runtime-js/src by `make types`. Change it there.
export * from "./sdk/index.js";
