// Module-level code runs once, before any request, and may read the environment already.
const isVerbose = ketrics.environment.LOG_LEVEL === "debug";

/** Logs where the environment asks for details. */
export function debug(message: string, details: Record<string, unknown> = {}) {
  if (isVerbose) {
    ketrics.console.debug(message, details);
  }
}
