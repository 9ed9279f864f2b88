/**
 * The way of every service call: the call goes to the worker's op as data, and comes back as a
 * reply or as an error that is data, too. The typed error is made here, from the class that the
 * gateway names and that class's constructor arguments.
 */

import { errorClasses } from "../errors/all.ts";
import { needInvocation } from "../invocation/phase.ts";

/** An argument of an error's constructor. */
type Argument = { text: string } | { number: number } | { bool: boolean } | { list: string[] };

/** A failed call. */
interface Failure {
  class: string;
  arguments: Argument[];
  code?: string | null;
}

/** What the op of a service resolves to. */
export type Answer = { Ok: unknown } | { Err: Failure };

type Constructor = new (...parameters: unknown[]) => Error;

const { hasOwn, defineProperty } = Object;
const construct = Reflect.construct;
const captureStackTrace = Error.captureStackTrace;
const plainClasses: Readonly<Record<string, unknown>> = { Error, TypeError, RangeError };

function constructorOf(name: string): Constructor {
  if (hasOwn(errorClasses, name)) {
    return errorClasses[name as keyof typeof errorClasses] as unknown as Constructor;
  }
  const plain = hasOwn(plainClasses, name) ? plainClasses[name] : Error;
  return plain as Constructor;
}

function argumentValue(argument: Argument): unknown {
  if ("text" in argument) return argument.text;
  if ("number" in argument) return argument.number;
  if ("bool" in argument) return argument.bool;
  return argument.list;
}

/** The typed error that a failed call describes. */
export function typedError(failure: Failure): Error {
  const parameters: unknown[] = [];
  for (const argument of failure.arguments) parameters.push(argumentValue(argument));
  const error = construct(constructorOf(failure.class), parameters) as Error;
  captureStackTrace(error, typedError);
  if (typeof failure.code === "string") {
    const code = { value: failure.code, writable: true, enumerable: true, configurable: true };
    defineProperty(error, "code", code);
  }
  return error;
}

type Op = (call: object) => Promise<Answer>;

/** Makes a call of which the one key is the variant, and unwraps the reply of that variant. */
export async function answerOf<Reply>(
  op: Op,
  call: Readonly<Record<string, unknown>>,
): Promise<Reply> {
  const answer = await op(call);
  if ("Err" in answer) throw typedError(answer.Err);
  const [variant] = Object.keys(call) as [string];
  return (answer.Ok as Record<string, Reply>)[variant] as Reply;
}

/**
 * What the modules of the SDK call. `name` is how tenant code wrote it, for the error while the
 * bundle loads. Callers are async functions that await this, so that the stack of an error leads
 * to the tenant's own line.
 */
export async function serviceCall<Reply>(
  name: string,
  op: Op,
  call: Readonly<Record<string, unknown>>,
): Promise<Reply> {
  needInvocation(name);
  return await answerOf<Reply>(op, call);
}

/** Names of the fields that may be absent. */
type Absent<Fields> = {
  [Name in keyof Fields]: null extends Fields[Name]
    ? Name
    : undefined extends Fields[Name]
      ? Name
      : never;
}[keyof Fields];

/** The fields, of which those that may be absent are optional. */
type Present<Fields> = Omit<Fields, Absent<Fields>> & {
  [Name in Absent<Fields>]?: NonNullable<Fields[Name]>;
};

/** A copy without the fields that are null or undefined, which tenant code sees as absent. */
export function present<Fields extends object>(fields: Fields): Present<Fields> {
  const copy: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value !== null && value !== undefined) copy[name] = value;
  }
  return copy as Present<Fields>;
}

/** A string argument, or an error that says which argument is none. */
export function text(value: unknown, what: string): string {
  if (typeof value === "string") return value;
  const given = value === null ? "null" : typeof value;
  throw new TypeError(`${what} must be a string, got ${given}`);
}

/** A string argument that isn't empty. */
export function filledText(value: unknown, what: string): string {
  if (text(value, what) === "") throw new TypeError(`${what} must not be empty`);
  return value as string;
}

/** An optional object argument. */
export function options<Options extends object>(
  value: Options | null | undefined,
  what: string,
): Partial<Options> {
  if (value === undefined || value === null) return {};
  if (typeof value === "object") return value;
  throw new TypeError(`${what} must be an object, got ${typeof value}`);
}
