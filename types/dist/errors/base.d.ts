// Made from runtime-js/src by `make types`. Change it there.
/**
 * What all error classes of the SDK share: an own, enumerable `name` and fields in a fixed order,
 * and a stack that starts where the error was made rather than in its constructor.
 *
 * The fields are defined, not assigned: the classes and their prototypes are frozen once the SDK is
 * built, and a definition can't be caught by a setter that tenant code put on `Error.prototype`.
 */
/** Any error class, for `instanceof`. */
export type ErrorClass = abstract new (...parameters: never[]) => Error;
/** A guard for one class of a module: takes the class, or its full name. */
export interface ErrorTypeGuard<Base extends Error> {
    <Wanted extends Base>(error: unknown, errorClass: abstract new (...parameters: never[]) => Wanted): error is Wanted;
    (error: unknown, className: string): error is Base;
}
