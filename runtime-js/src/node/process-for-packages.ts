/** `process` as npm packages require it: by properties of the module. */

import { process } from "./process.ts";

export const { nextTick, env, version, versions, platform, stdout, stderr, emitWarning, on } =
  process;
