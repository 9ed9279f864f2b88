/**
 * Where this process is in its life: its bundle is being loaded, or it runs its one invocation.
 * What a request brings (who calls, and the right to ask services) is not there while the bundle
 * loads, because the process that loads it serves many requests by forking.
 */

import { op_random } from "ext:core/ops";

type Phase = "load" | "invocation";

let phase: Phase = "load";

/** From here on it is the one invocation. */
export function beginInvocation(): void {
  phase = "invocation";
}

/** Back to before any bundle, after a rehearsal. */
export function endRehearsal(): void {
  phase = "load";
}

/** Throws while the bundle loads; `what` is named as tenant code writes it. */
export function needInvocation(what: string): void {
  if (phase === "invocation") return;
  throw new Error(
    `${what} is not there yet: module-level code runs once, before any request; use it inside a function`,
  );
}

/** Whether module-level code is running. */
export function isLoading(): boolean {
  return phase === "load";
}

/** Fills a view with bytes from the kernel. */
export function fillRandom(view: Uint8Array): void {
  op_random(view);
}
