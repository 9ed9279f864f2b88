// Made from runtime-js/src by `make types`. Change it there.
/** Configuration that applications share. */
import type { ErrorTypeGuard } from "../errors/base.js";
import type { ParameterAccessDeniedError, ParameterError, ParameterInvalidJsonError, ParameterNotFoundError } from "./errors.js";
/** What reads parameters. */
export interface IParameter {
    /**
     * Reads a parameter: a JSON object of at most 64 KiB, frozen in depth. Within an invocation, the
     * same object comes again.
     * @throws ParameterNotFoundError
     * @throws ParameterAccessDeniedError
     * @throws ParameterInvalidJsonError What is stored is no JSON object.
     */
    get<T extends object = Record<string, unknown>>(parameterCode: string): Promise<T>;
    /** Whether there is such a parameter and the application may read it. */
    exists(parameterCode: string): Promise<boolean>;
}
/** `ketrics.Parameter`: configuration objects that applications share. */
export interface ParameterModule extends IParameter {
    /** What all errors of a parameter extend. */
    Error: typeof ParameterError;
    /** The tenant has no parameter with this code. */
    NotFoundError: typeof ParameterNotFoundError;
    /** The application was not granted the parameter. */
    AccessDeniedError: typeof ParameterAccessDeniedError;
    /** What is stored is no JSON object. */
    InvalidJsonError: typeof ParameterInvalidJsonError;
    /** Whether something is an error of a parameter. */
    isError: (error: unknown) => error is ParameterError;
    /** Whether something is this error of a parameter; takes the class or its name. */
    isErrorType: ErrorTypeGuard<ParameterError>;
}
