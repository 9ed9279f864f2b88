/** Node's `assert`: the same checks and the same error class, with plainer messages. */

import { inspect } from "../console/inspect.ts";
import { deepEqual } from "./deep-equal.ts";

interface Details {
  message?: string | undefined;
  actual?: unknown;
  expected?: unknown;
  operator?: string;
  stackStartFn?: unknown;
}

/** What every failed check throws. */
class AssertionError extends Error {
  readonly code = "ERR_ASSERTION";
  readonly generatedMessage: boolean;
  readonly actual: unknown;
  readonly expected: unknown;
  readonly operator: string;

  constructor(details: Details) {
    const { actual, expected, operator = "fail" } = details;
    super(details.message ?? `${inspect(actual)} ${operator} ${inspect(expected)}`);
    this.name = "AssertionError";
    this.generatedMessage = details.message === undefined;
    this.actual = actual;
    this.expected = expected;
    this.operator = operator;
    const { stackStartFn } = details;
    if (typeof stackStartFn === "function") {
      Error.captureStackTrace(this, stackStartFn as (...parameters: never[]) => unknown);
    }
  }
}

type Message = string | Error | undefined;
type Expectation = RegExp | object | ((error: unknown) => unknown) | undefined;

function check(
  holds: boolean,
  message: Message,
  standard: string,
  details: Omit<Details, "message">,
): void {
  if (holds) return;
  if (message instanceof Error) throw message;
  const error = new AssertionError({ ...details, message: message ?? standard });
  Object.defineProperty(error, "generatedMessage", { value: message === undefined });
  throw error;
}

function ok(value: unknown, message?: Message): void {
  const standard = `The expression evaluated to a falsy value: ${inspect(value)}`;
  check(Boolean(value), message, standard, {
    actual: value,
    expected: true,
    operator: "==",
    stackStartFn: ok,
  });
}

function comparison(
  operator: string,
  standard: string,
  holds: (actual: unknown, expected: unknown) => boolean,
) {
  return function compare(actual: unknown, expected: unknown, message?: Message): void {
    const shown = `${standard}:\n\n${inspect(actual)}\n\n${operator}\n\n${inspect(expected)}\n`;
    check(holds(actual, expected), message, shown, {
      actual,
      expected,
      operator,
      stackStartFn: compare,
    });
  };
}

const looselyEqual = (one: unknown, other: unknown): boolean =>
  // biome-ignore lint/suspicious/noDoubleEquals: loose equality is defined by it
  one == other || (Number.isNaN(one) && Number.isNaN(other));

const equal = comparison("==", "Expected values to be loosely equal", looselyEqual);
const notEqual = comparison(
  "!=",
  "Expected values not to be loosely equal",
  (one, other) => !looselyEqual(one, other),
);
const strictEqual = comparison("strictEqual", "Expected values to be strictly equal", Object.is);
const notStrictEqual = comparison(
  "notStrictEqual",
  "Expected values not to be strictly equal",
  (one, other) => !Object.is(one, other),
);
const looseDeepEqual = comparison(
  "deepEqual",
  "Expected values to be loosely deep-equal",
  (one, other) => deepEqual(one, other, "loose"),
);
const notLooseDeepEqual = comparison(
  "notDeepEqual",
  "Expected values not to be loosely deep-equal",
  (one, other) => !deepEqual(one, other, "loose"),
);
const deepStrictEqual = comparison(
  "deepStrictEqual",
  "Expected values to be strictly deep-equal",
  (one, other) => deepEqual(one, other, "strict"),
);
const notDeepStrictEqual = comparison(
  "notDeepStrictEqual",
  "Expected values not to be strictly deep-equal",
  (one, other) => !deepEqual(one, other, "strict"),
);

function fail(message: Message = "Failed"): never {
  if (message instanceof Error) throw message;
  throw new AssertionError({ message, operator: "fail", stackStartFn: fail });
}

function match(text: string, pattern: RegExp, message?: Message): void {
  const standard = `The input did not match the regular expression ${inspect(pattern)}. Input:\n\n${inspect(text)}\n`;
  const holds = typeof text === "string" && pattern.test(text);
  check(holds, message, standard, {
    actual: text,
    expected: pattern,
    operator: "match",
    stackStartFn: match,
  });
}

function doesNotMatch(text: string, pattern: RegExp, message?: Message): void {
  const standard = `The input was expected to not match the regular expression ${inspect(pattern)}. Input:\n\n${inspect(text)}\n`;
  const holds = typeof text === "string" && !pattern.test(text);
  const operator = "doesNotMatch";
  check(holds, message, standard, {
    actual: text,
    expected: pattern,
    operator,
    stackStartFn: doesNotMatch,
  });
}

function isClass(value: unknown): value is new () => unknown {
  return (
    typeof value === "function" &&
    (value === Error || (value.prototype as unknown) instanceof Error)
  );
}

/** Whether an error is what a check expected it to be. */
function expected(
  error: unknown,
  expectation: Expectation,
  message: Message,
  operator: string,
): void {
  if (expectation === undefined) return;
  const details = { actual: error, expected: expectation, operator };
  if (expectation instanceof RegExp) {
    const standard = `The error did not match ${inspect(expectation)}: ${inspect(error)}`;
    check(expectation.test(String(error)), message, standard, details);
  } else if (isClass(expectation)) {
    const standard = `The error is no ${expectation.name}: ${inspect(error)}`;
    check(error instanceof expectation, message, standard, details);
  } else if (typeof expectation === "function") {
    const standard = "The validation function did not return true";
    check(Reflect.apply(expectation, {}, [error]) === true, message, standard, details);
  } else {
    for (const [name, wanted] of Object.entries(propertiesOf(expectation))) {
      const actual = (error as Record<string, unknown>)[name];
      const matches =
        wanted instanceof RegExp && typeof actual === "string"
          ? wanted.test(actual)
          : deepEqual(actual, wanted, "strict");
      const standard = `The error's ${name} is ${inspect(actual)}, not ${inspect(wanted)}`;
      check(matches, message, standard, details);
    }
  }
}

function propertiesOf(expectation: object): Record<string, unknown> {
  const properties: Record<string, unknown> = { ...expectation };
  if (expectation instanceof Error) {
    properties.name = expectation.name;
    properties.message = expectation.message;
  }
  return properties;
}

/** The optional arguments after the code: an expectation, a message, or both. */
function sort(first: unknown, second: unknown): [Expectation, Message] {
  if (typeof first === "string") return [undefined, first];
  return [first as Expectation, second as Message];
}

function throws(code: () => unknown, first?: Expectation | string, second?: Message): void {
  const [expectation, message] = sort(first, second);
  try {
    code();
  } catch (error) {
    expected(error, expectation, message, "throws");
    return;
  }
  check(false, message, "Missing expected exception.", {
    operator: "throws",
    stackStartFn: throws,
  });
}

function doesNotThrow(code: () => unknown, first?: Expectation | string, second?: Message): void {
  const [, message] = sort(first, second);
  try {
    code();
  } catch (error) {
    const standard = `Got unwanted exception: ${inspect(error)}`;
    check(false, message, standard, {
      actual: error,
      operator: "doesNotThrow",
      stackStartFn: doesNotThrow,
    });
  }
}

type Work = Promise<unknown> | (() => Promise<unknown>);

async function rejects(work: Work, first?: Expectation | string, second?: Message): Promise<void> {
  const [expectation, message] = sort(first, second);
  try {
    await (typeof work === "function" ? work() : work);
  } catch (error) {
    expected(error, expectation, message, "rejects");
    return;
  }
  check(false, message, "Missing expected rejection.", {
    operator: "rejects",
    stackStartFn: rejects,
  });
}

async function doesNotReject(
  work: Work,
  first?: Expectation | string,
  second?: Message,
): Promise<void> {
  const [, message] = sort(first, second);
  try {
    await (typeof work === "function" ? work() : work);
  } catch (error) {
    const standard = `Got unwanted rejection: ${inspect(error)}`;
    check(false, message, standard, {
      actual: error,
      operator: "doesNotReject",
      stackStartFn: doesNotReject,
    });
  }
}

function ifError(value: unknown): void {
  if (value === null || value === undefined) return;
  const shown = value instanceof Error ? value.message : inspect(value);
  throw new AssertionError({
    message: `ifError got unwanted exception: ${shown}`,
    actual: value,
    expected: null,
    operator: "ifError",
    stackStartFn: ifError,
  });
}

const shared = {
  AssertionError,
  deepStrictEqual,
  doesNotMatch,
  doesNotReject,
  doesNotThrow,
  fail,
  ifError,
  match,
  notDeepStrictEqual,
  notStrictEqual,
  ok,
  rejects,
  strictEqual,
  throws,
};

/** `assert/strict`: every check is the strict one. */
export const strict = Object.assign((value: unknown, message?: Message) => ok(value, message), {
  ...shared,
  deepEqual: deepStrictEqual,
  equal: strictEqual,
  notDeepEqual: notDeepStrictEqual,
  notEqual: notStrictEqual,
});

/** The module. */
export const assert = Object.assign((value: unknown, message?: Message) => ok(value, message), {
  ...shared,
  deepEqual: looseDeepEqual,
  equal,
  notDeepEqual: notLooseDeepEqual,
  notEqual,
  strict,
});

Object.assign(strict, { strict });
