/**
 * `ketrics.Parameter`: configuration objects that applications share. What was read once is kept
 * for the invocation, which has this process to itself; a failure is not kept.
 */

import { op_parameter } from "ext:core/ops";
import { filledText, serviceCall } from "../service/call.ts";
import {
  isParameterError,
  isParameterErrorType,
  ParameterAccessDeniedError,
  ParameterError,
  ParameterInvalidJsonError,
  ParameterNotFoundError,
} from "./errors.ts";
import type { ParameterModule } from "./types.ts";

const parse = JSON.parse;
const { create, freeze, values } = Object;

/** What was read, by code. Without a prototype, so that a code can be any string. */
const known: Record<string, object> = create(null);

/** Freezes an object and all that it holds. A loop, since JSON may be deeper than the stack. */
function deepFreeze<Frozen extends object>(whole: Frozen): Frozen {
  const waiting: object[] = [whole];
  for (let part = waiting.pop(); part !== undefined; part = waiting.pop()) {
    freeze(part);
    for (const value of values(part) as unknown[]) {
      if (typeof value === "object" && value !== null) waiting.push(value);
    }
  }
  return whole;
}

async function read(name: string, parameter: string): Promise<object> {
  const before = known[parameter];
  if (before !== undefined) return before;
  const call = { get: { parameter } };
  const { json } = await serviceCall<{ json: string }>(name, op_parameter, call);
  // Of several reads at once, the first to end is the one that everybody gets.
  known[parameter] ??= deepFreeze(parse(json) as object);
  return known[parameter];
}

async function get<Value extends object = Record<string, unknown>>(
  parameterCode: string,
): Promise<Value> {
  const parameter = filledText(parameterCode, "the code of a parameter");
  return (await read("ketrics.Parameter.get", parameter)) as Value;
}

/** One that is missing and one that is not granted look the same; one with a bad value exists. */
async function exists(parameterCode: string): Promise<boolean> {
  const parameter = filledText(parameterCode, "the code of a parameter");
  try {
    await read("ketrics.Parameter.exists", parameter);
    return true;
  } catch (error) {
    if (error instanceof ParameterNotFoundError) return false;
    if (error instanceof ParameterAccessDeniedError) return false;
    if (error instanceof ParameterInvalidJsonError) return true;
    throw error;
  }
}

/** `ketrics.Parameter`. */
export const parameterModule: ParameterModule = {
  get,
  exists,
  Error: ParameterError,
  NotFoundError: ParameterNotFoundError,
  AccessDeniedError: ParameterAccessDeniedError,
  InvalidJsonError: ParameterInvalidJsonError,
  isError: isParameterError,
  isErrorType: isParameterErrorType,
};
