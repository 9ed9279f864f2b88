/** The limits that are held on this side, as the host sets them. */

import { op_limits } from "ext:core/ops";

/** The limits of now. */
export const limits = { timers: 10_000, resultBytes: 6 * 1024 * 1024 };

/** Asks the host: an application's limits differ, and a job's from a request's. */
export function readLimits(): void {
  const { timers, resultBytes } = op_limits();
  limits.timers = timers;
  limits.resultBytes = resultBytes;
}
