// Made from runtime-js/src by `make types`. Change it there.
/**
 * The application's log. Values are shown as Node.js shows them; the values of secrets are replaced
 * by `[secret:<code>]`. An invocation may write 256 lines of 32 KB; a last line says how many more
 * were dropped.
 */
export interface ConsoleLogger {
    /** Writes a line of level `info`. */
    log(...values: unknown[]): void;
    /** Writes a line of level `error`. */
    error(...values: unknown[]): void;
    /** Writes a line of level `warn`. */
    warn(...values: unknown[]): void;
    /** Writes a line of level `info`. */
    info(...values: unknown[]): void;
    /** Writes a line of level `debug`. */
    debug(...values: unknown[]): void;
}
