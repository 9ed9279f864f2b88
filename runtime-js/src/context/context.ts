/** Who calls, and where: `ketrics.tenant`, `application`, `requestor`, `runtime`, `environment`. */

import { needInvocation } from "../invocation/phase.ts";
import type {
  ApplicationContext,
  EnvironmentVariables,
  RequestorContext,
  RuntimeContext,
  TenantContext,
} from "./types.ts";

/** Who calls, and where. */
interface Context {
  tenant: TenantContext;
  application: ApplicationContext;
  requestor: RequestorContext;
  runtime: RuntimeContext;
}

/** What the host gives with an invocation: plain data, absent fields null. */
export type GivenContext = Readonly<Record<keyof Context, object>>;

const NOTHING: Readonly<Record<string, unknown>> = Object.freeze({});

let context: Context | undefined;
let environment: Readonly<Record<string, string>> = Object.freeze({});

/** A deep-frozen copy in which absent fields are absent. */
function frozen(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return Object.freeze(value.map(frozen));
  const copy: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(value)) {
    if (field !== null && field !== undefined) copy[name] = frozen(field);
  }
  return Object.freeze(copy);
}

/** From here on, this is who calls. */
export function setContext(given: GivenContext): void {
  context = frozen(given) as Context;
}

/** Nobody calls any more, after a rehearsal. */
export function forgetContext(): void {
  context = undefined;
  environment = Object.freeze({});
}

/** The application's environment, which module-level code may read. */
export function setEnvironment(
  values: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  environment = Object.freeze({ ...values });
  return environment;
}

function part<Name extends keyof Context>(name: Name): Context[Name] {
  needInvocation(`ketrics.${name}`);
  return context?.[name] ?? (NOTHING as unknown as Context[Name]);
}

/** The properties of `ketrics` that differ from one invocation to the next. */
export const contextProperties = {
  get tenant(): TenantContext {
    return part("tenant");
  },
  get application(): ApplicationContext {
    return part("application");
  },
  get requestor(): RequestorContext {
    return part("requestor");
  },
  get runtime(): RuntimeContext {
    return part("runtime");
  },
  get environment(): EnvironmentVariables {
    return environment;
  },
};
