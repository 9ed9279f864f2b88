// Made from runtime-js/src by `make types`. Change it there.
/** Functions that run in the background. */
import type { ErrorTypeGuard } from "../errors/base.js";
import type { CrossAppPermissionError, EltJobExecutionError, InvalidFunctionError, JobError, JobNotFoundError } from "./errors.js";
/** Where a job stands. */
export type JobStatusValue = "pending" | "running" | "completed" | "failed";
/** How a job runs. */
export interface RunInBackgroundOptions {
    /** How long it may run, in milliseconds: 300,000 by default, 1 to 900,000. */
    timeout?: number;
    /** The same key returns the first job's id and queues nothing, also when two callers race. */
    idempotencyKey?: string;
}
/** What is to run. */
export interface RunInBackgroundParams {
    /**
     * The code of another application of the tenant, whose function it is.
     * @deprecated SDK 0.7 to 0.11; use `ketrics.Applications`.
     */
    application?: string;
    /** The exported function. One whose name begins with `_` can be reached by jobs, not by HTTP. */
    function: string;
    /** What the function is called with: anything that JSON holds. */
    payload?: Record<string, unknown>;
    /** How it runs. */
    options?: RunInBackgroundOptions;
}
/** Why a job failed. */
export interface JobErrorDetails {
    /** `TIMEOUT`, `RUNTIME_ERROR`, `FUNCTION_NOT_FOUND`, `HOST_LOST` or a limit's code. */
    code: string;
    /** In words. */
    message: string;
}
/** What is known of a job. Times are in ISO 8601. */
export interface JobStatus {
    /** The job's id, a UUID. */
    jobId: string;
    /** The id of the application whose function runs. */
    applicationId: string;
    /** The code of that application. */
    applicationCode: string;
    /** The function. */
    functionName: string;
    /** Where it stands. */
    status: JobStatusValue;
    /** When it was queued. */
    createdAt: string;
    /** When it began to run, if it did. */
    startedAt?: string;
    /** When it ended, if it did. */
    completedAt?: string;
    /** Why it failed, if it did. */
    error?: JobErrorDetails;
}
/** Which jobs, and how many. */
export interface JobListParams {
    /** Only jobs that stand there. */
    status?: JobStatusValue;
    /** How many at the most; never more than 100. */
    limit?: number;
    /** Where the page before ended. */
    cursor?: string;
}
/** A page of jobs, the newest first. */
export interface JobListResult {
    /** The jobs. */
    jobs: JobStatus[];
    /** What continues the listing; only where there is more. */
    cursor?: string;
}
/** `ketrics.Job`: functions that run in the background, with the identity of whoever queued them. */
export interface JobGroupedModule {
    /**
     * Queues a job, and returns its id. A job whose host dies is run again, three times at the most.
     * @throws InvalidFunctionError The name is empty.
     * @throws CrossAppPermissionError The application may not queue jobs of that other one.
     */
    runInBackground(params: RunInBackgroundParams): Promise<string>;
    /**
     * Says where a job of this application stands.
     * @throws JobNotFoundError
     */
    getStatus(jobId: string): Promise<JobStatus>;
    /** Lists jobs of this application, a page at a time. */
    list(params?: JobListParams): Promise<JobListResult>;
    /** What all errors of a job extend. */
    Error: typeof JobError;
    /** The application has no job with this id. */
    NotFoundError: typeof JobNotFoundError;
    /** The name of the function is empty. */
    InvalidFunctionError: typeof InvalidFunctionError;
    /** The application may not queue jobs of that other application (SDK 0.7 to 0.11). */
    CrossAppPermissionError: typeof CrossAppPermissionError;
    /** A job failed. */
    ExecutionError: typeof EltJobExecutionError;
    /** Whether something is an error of a job. */
    isError: (error: unknown) => error is JobError;
    /** Whether something is this error of a job; takes the class or its name. */
    isErrorType: ErrorTypeGuard<JobError>;
}
