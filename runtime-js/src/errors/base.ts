/**
 * What all error classes of the SDK share: an own, enumerable `name` and fields in a fixed order,
 * and a stack that starts where the error was made rather than in its constructor.
 *
 * The fields are defined, not assigned: the classes and their prototypes are frozen once the SDK is
 * built, and a definition can't be caught by a setter that tenant code put on `Error.prototype`.
 */

/** Any error class, for `instanceof`. */
export type ErrorClass = abstract new (...parameters: never[]) => Error;

/**
 * The classes of one module by their full names, as a guard looks them up.
 * @internal
 */
export type ErrorClasses = Readonly<Record<string, ErrorClass>>;

const { defineProperty, entries, hasOwn } = Object;
const captureStackTrace = Error.captureStackTrace;

/**
 * Defines plain own properties on an error, in order.
 * @internal
 */
export function own(error: Error, fields: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of entries(fields)) {
    defineProperty(error, name, { value, writable: true, enumerable: true, configurable: true });
  }
}

/**
 * The first lines of a base class's constructor: its name, its fields, the moment, the stack.
 * @internal
 */
export function begin(error: Error, fields: Readonly<Record<string, unknown>>): void {
  own(error, { name: error.constructor.name, ...fields, timestamp: new Date() });
  captureStackTrace(error, error.constructor);
}

/** A guard for one class of a module: takes the class, or its full name. */
export interface ErrorTypeGuard<Base extends Error> {
  <Wanted extends Base>(
    error: unknown,
    errorClass: abstract new (...parameters: never[]) => Wanted,
  ): error is Wanted;
  (error: unknown, className: string): error is Base;
}

/**
 * Makes the guard of a module: a class is taken as it is, a name is looked up.
 * @internal
 */
export function errorTypeGuard<Base extends Error>(classes: ErrorClasses): ErrorTypeGuard<Base> {
  return (error: unknown, wanted: ErrorClass | string): error is Base => {
    if (typeof wanted !== "string") return error instanceof wanted;
    const known = hasOwn(classes, wanted) ? classes[wanted] : undefined;
    return known !== undefined && error instanceof known;
  };
}
