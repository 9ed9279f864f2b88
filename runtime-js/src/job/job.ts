/** `ketrics.Job`: functions that run in the background. */

import { op_job } from "ext:core/ops";
import { filledText, options, present, serviceCall, text } from "../service/call.ts";
import {
  CrossAppPermissionError,
  EltJobExecutionError,
  InvalidFunctionError,
  isJobError,
  isJobErrorType,
  JobError,
  JobNotFoundError,
} from "./errors.ts";
import type { JobGroupedModule, JobListParams, JobListResult, JobStatus } from "./types.ts";

const LONGEST_TIMEOUT = 900_000;
const MOST_PER_PAGE = 100;
const STATES = ["pending", "running", "completed", "failed"];

interface RunInBackground {
  /** Another application's code (SDK 0.7 to 0.11). */
  application?: string;
  function: string;
  payload?: unknown;
  options?: { timeout?: number; idempotencyKey?: string };
}

function timeoutOf(timeout: number | undefined): number | undefined {
  if (timeout === undefined || timeout === null) return undefined;
  if (typeof timeout === "number" && timeout >= 1 && timeout <= LONGEST_TIMEOUT) return timeout;
  throw new JobError(
    `the timeout of a job must be 1 to ${LONGEST_TIMEOUT} milliseconds, got ${String(timeout)}`,
    "runInBackground",
  );
}

function payloadOf(payload: unknown): string {
  let json: string | undefined;
  try {
    json = JSON.stringify(payload ?? null);
  } catch (error) {
    const reason = `the payload of a job cannot be sent as JSON: ${(error as Error).message}`;
    throw new JobError(reason, "runInBackground");
  }
  if (json !== undefined) return json;
  const reason = `the payload of a job cannot be sent as JSON: it is a ${typeof payload}`;
  throw new JobError(reason, "runInBackground");
}

async function runInBackground(job: RunInBackground): Promise<string> {
  const given = options<RunInBackground>(job, "the parameter of ketrics.Job.runInBackground");
  if (typeof given.function !== "string" || given.function.trim() === "") {
    throw new InvalidFunctionError(String(given.function ?? ""));
  }
  const settings = options(given.options, "the options of a job");
  const { application } = given;
  const { idempotencyKey } = settings;
  const call = {
    runInBackground: {
      application: application == null ? undefined : filledText(application, "application"),
      function: given.function,
      payload: payloadOf(given.payload),
      timeout: timeoutOf(settings.timeout),
      idempotencyKey:
        idempotencyKey == null ? undefined : filledText(idempotencyKey, "idempotencyKey"),
    },
  };
  const name = "ketrics.Job.runInBackground";
  const reply = await serviceCall<{ jobId: string }>(name, op_job, call);
  return reply.jobId;
}

async function getStatus(jobId: string): Promise<JobStatus> {
  const call = { getStatus: { jobId: filledText(jobId, "the ID of a job") } };
  const reply = await serviceCall<{ job: JobStatus }>("ketrics.Job.getStatus", op_job, call);
  return present(reply.job) as JobStatus;
}

async function list(given?: JobListParams): Promise<JobListResult> {
  const { status, limit, cursor } = options(given, "the parameter of ketrics.Job.list");
  if (status != null && !STATES.includes(status)) {
    const reason = `the status of a job is one of ${STATES.join(", ")}; got '${String(status)}'`;
    throw new JobError(reason, "list");
  }
  if (limit != null && !(typeof limit === "number" && limit >= 1)) {
    throw new JobError(`limit must be a number of at least 1, got ${String(limit)}`, "list");
  }
  const call = {
    list: {
      status: status ?? undefined,
      limit: limit == null ? undefined : Math.min(Math.floor(limit), MOST_PER_PAGE),
      cursor: cursor == null ? undefined : text(cursor, "cursor"),
    },
  };
  const reply = await serviceCall<{ jobs: JobStatus[]; cursor?: string | null }>(
    "ketrics.Job.list",
    op_job,
    call,
  );
  return present({ jobs: reply.jobs.map(present) as JobStatus[], cursor: reply.cursor });
}

/** `ketrics.Job`. */
export const jobModule: JobGroupedModule = {
  runInBackground,
  getStatus,
  list,
  Error: JobError,
  NotFoundError: JobNotFoundError,
  InvalidFunctionError,
  CrossAppPermissionError,
  ExecutionError: EltJobExecutionError,
  isError: isJobError,
  isErrorType: isJobErrorType,
};
