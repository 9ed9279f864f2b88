/**
 * `ketrics.Applications`: functions of the tenant's other applications. The gateway runs each in a
 * process of its own, with this invocation's requestor and within the time that it has left.
 */

import { op_applications } from "ext:core/ops";
import { filledText, serviceCall } from "../service/call.ts";
import {
  ApplicationInvocationError,
  ApplicationNotDeployedError,
  ApplicationNotFoundError,
  ApplicationPermissionDeniedError,
  ApplicationsError,
  ApplicationTimeoutError,
  isApplicationsError,
  isApplicationsErrorType,
} from "./errors.ts";
import type {
  ApplicationInvokeResult,
  ApplicationsModule,
  IApplicationConnection,
} from "./types.ts";

const { parse, stringify } = JSON;
const { defineProperties } = Object;

const makeConnection = Symbol("made by Applications.connect");

function payloadOf(payload: unknown): string {
  let json: string | undefined;
  try {
    json = stringify(payload ?? null);
  } catch (error) {
    throw new TypeError(`the payload cannot be sent as JSON: ${(error as Error).message}`);
  }
  if (json !== undefined) return json;
  throw new TypeError(`the payload cannot be sent as JSON: it is a ${typeof payload}`);
}

class ApplicationConnection implements IApplicationConnection {
  declare readonly code: string;
  declare readonly name: string;
  declare readonly applicationId: string;

  constructor(key: typeof makeConnection, code: string, name: string, applicationId: string) {
    if (key !== makeConnection) throw new TypeError("use ketrics.Applications.connect(code)");
    const field = { writable: false, enumerable: true, configurable: false };
    defineProperties(this, {
      code: { ...field, value: code },
      name: { ...field, value: name },
      applicationId: { ...field, value: applicationId },
    });
  }

  async invoke<P = Record<string, unknown>, R = unknown>(
    functionName: string,
    payload?: P,
  ): Promise<ApplicationInvokeResult<R>> {
    const call = {
      invoke: {
        application: this.code,
        function: filledText(functionName, "the name of a function"),
        payload: payloadOf(payload),
      },
    };
    const { result, executionTime } = await serviceCall<{ result: string; executionTime: number }>(
      "application.invoke",
      op_applications,
      call,
    );
    return { success: true, result: parse(result) as R, executionTime };
  }
}

async function connect(applicationCode: string): Promise<IApplicationConnection> {
  const application = filledText(applicationCode, "the code of an application");
  const { name, applicationId } = await serviceCall<{ name: string; applicationId: string }>(
    "ketrics.Applications.connect",
    op_applications,
    { connect: { application } },
  );
  return new ApplicationConnection(makeConnection, application, name, applicationId);
}

export { ApplicationConnection };

/** `ketrics.Applications`. */
export const applicationsModule: ApplicationsModule = {
  connect,
  Error: ApplicationsError,
  NotFoundError: ApplicationNotFoundError,
  NotDeployedError: ApplicationNotDeployedError,
  PermissionDeniedError: ApplicationPermissionDeniedError,
  InvocationError: ApplicationInvocationError,
  TimeoutError: ApplicationTimeoutError,
  isError: isApplicationsError,
  isErrorType: isApplicationsErrorType,
};
