// Made from runtime-js/src by `make types`. Change it there.
/** Functions of the tenant's other applications. */
import type { ErrorTypeGuard } from "../errors/base.js";
import type { ApplicationInvocationError, ApplicationNotDeployedError, ApplicationNotFoundError, ApplicationPermissionDeniedError, ApplicationsError, ApplicationTimeoutError } from "./errors.js";
/** What a function of another application answered. */
export interface ApplicationInvokeResult<T = unknown> {
    /** True; a function that fails is an `ApplicationInvocationError`. */
    success: boolean;
    /** What the function returned. */
    result?: T;
    /** How long it ran, in milliseconds. */
    executionTime?: number;
    /** Not set where `success` is true. */
    error?: {
        /** Why it failed, as a code. */
        code: string;
        /** Why it failed, in words. */
        message: string;
    };
}
/** Another application of the tenant that this one is connected to. */
export interface IApplicationConnection {
    /** The code that it was connected by. */
    readonly code: string;
    /** Its name, for people. */
    readonly name: string;
    /** Its id, a UUID. */
    readonly applicationId: string;
    /**
     * Calls an exported function, with the identity of this invocation's requestor. It has as long
     * as this invocation has left. There, `ketrics.requestor.isCrossApp` is true.
     * @throws ApplicationInvocationError The function failed, or there is none of this name.
     * @throws ApplicationTimeoutError It took too long.
     */
    invoke<P = Record<string, unknown>, R = unknown>(functionName: string, payload?: P): Promise<ApplicationInvokeResult<R>>;
}
/** `ketrics.Applications`: functions of the tenant's other applications. */
export interface ApplicationsModule {
    /**
     * Connects to another application.
     * @throws ApplicationNotFoundError The tenant has no application with this code.
     * @throws ApplicationNotDeployedError It is not deployed.
     * @throws ApplicationPermissionDeniedError The requestor has no role in it.
     */
    connect(applicationCode: string): Promise<IApplicationConnection>;
    /** What all errors of another application extend. */
    Error: typeof ApplicationsError;
    /** The tenant has no application with this code. */
    NotFoundError: typeof ApplicationNotFoundError;
    /** The other application is not deployed. */
    NotDeployedError: typeof ApplicationNotDeployedError;
    /** The requestor may not call the other application. */
    PermissionDeniedError: typeof ApplicationPermissionDeniedError;
    /** The other application's function failed. */
    InvocationError: typeof ApplicationInvocationError;
    /** The other application's function took too long. */
    TimeoutError: typeof ApplicationTimeoutError;
    /** Whether something is an error of another application. */
    isError: (error: unknown) => error is ApplicationsError;
    /** Whether something is this error of another application; takes the class or its name. */
    isErrorType: ErrorTypeGuard<ApplicationsError>;
}
