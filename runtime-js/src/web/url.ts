/** `URL` and `URLSearchParams`, without object URLs: nothing here could fetch one. */

import { core } from "ext:core/mod.js";

const script = core.loadExtScript("ext:deno_web/00_url.js");

/** The URL of the standard. */
export const URL = script.URL;
/** An instance of it. */
export type URL = InstanceType<typeof script.URL>;

/** The query parameters of the standard. */
export const URLSearchParams = script.URLSearchParams;
/** An instance of them. */
export type URLSearchParams = InstanceType<typeof script.URLSearchParams>;

/** Called once Blob is loaded, which adds these. */
export function removeObjectUrls(): void {
  Reflect.deleteProperty(URL, "createObjectURL");
  Reflect.deleteProperty(URL, "revokeObjectURL");
}
