/** One invocation, from the payload to the answer. */

import { resetConsole } from "../console/console.ts";
import { type GivenContext, setContext } from "../context/context.ts";
import { restartTimers } from "../timers/timers.ts";
import { resetPerformance } from "../web/performance.ts";
import { seedRandom } from "../web/random.ts";
import { exported } from "./bundle.ts";
import { answerDone, answerFailed, describeThrown, expectAnswer } from "./failure.ts";
import { readLimits } from "./limits.ts";
import { beginInvocation } from "./phase.ts";
import { ResultError, resultJson } from "./result.ts";

type Handler = (this: undefined, payload: unknown) => unknown;

const { parse } = JSON;
const { apply } = Reflect;

/** Calls a function with a payload, and gives its result as JSON. */
export async function call(handler: Handler, payloadJson: string): Promise<string> {
  const payload: unknown = parse(payloadJson);
  const result = await apply(handler, undefined, [payload]);
  return resultJson(result);
}

function find(functionName: string): Handler | undefined {
  const found = exported(functionName);
  if (typeof found === "function") return found as Handler;
  const problem =
    found === undefined
      ? `The application exports no function '${functionName}'`
      : `The application's export '${functionName}' is not a function, but of type ${typeof found}`;
  answerFailed("functionNotFound", problem);
  return undefined;
}

async function run(functionName: string, payloadJson: string): Promise<void> {
  try {
    const handler = find(functionName);
    if (handler === undefined) return;
    answerDone(await call(handler, payloadJson));
  } catch (error) {
    if (ResultError.is(error)) {
      answerFailed(error.code, error.message);
      return;
    }
    const { message, stack } = describeThrown(error);
    answerFailed("runtime", message, stack);
  }
}

/** In the forked process: makes it this invocation's, and starts the function. */
export function invoke(functionName: string, payloadJson: string, context: GivenContext): void {
  beginInvocation();
  expectAnswer();
  readLimits();
  seedRandom();
  setContext(context);
  resetPerformance();
  resetConsole();
  restartTimers();
  void run(functionName, payloadJson);
}
