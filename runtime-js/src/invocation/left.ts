/**
 * The module `ketrics:limits`: what an invocation may still use. It stands beside `ketrics`, whose
 * published types say all that `ketrics` has.
 */

import { op_limits_left } from "ext:core/ops";
import { aliveTimers } from "../timers/timers.ts";
import { limits } from "./limits.ts";

/** What is left now. Nothing is below zero. */
export function left() {
  return { ...op_limits_left(), timers: Math.max(0, limits.timers - aliveTimers()) };
}
