/**
 * The entry of the sandbox's runtime. The worker evaluates this bundle once, into a V8 start-up
 * snapshot: everything here runs at build time, and nothing may be pending when it ends.
 */

import { core } from "ext:core/mod.js";
import { hooks } from "./hooks.ts";
import { uncaught } from "./invocation/failure.ts";
import { installKetrics } from "./ketrics.ts";
import { sealOps } from "./seal-ops.ts";
import { installGlobals } from "./web/globals.ts";

sealOps();
core.setReportExceptionCallback(uncaught);
installGlobals();
installKetrics();
Object.defineProperty(globalThis, "__ketrics", { value: hooks, configurable: true });
