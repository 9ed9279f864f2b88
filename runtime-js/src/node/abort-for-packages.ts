/** `abort-controller` as npm packages require it. */

export { AbortController, AbortSignal } from "../web/abort.ts";
