// Made from runtime-js/src by `make types`. Change it there.
/** The tenant's users. */
import type { ErrorTypeGuard } from "../errors/base.js";
import type { UsersError, UsersPermissionDeniedError } from "./errors.js";
/** A user of the tenant. */
export interface TenantUserInfo {
    /** The user's id, a UUID. */
    id: string;
    /** The user's email address. */
    email: string;
    /** The user's first name. */
    firstName: string;
    /** The user's last name. */
    lastName: string;
    /** The user's status, for example `active`. */
    status: string;
    /** The groups that the user is in. */
    groups: Array<{
        /** The group's id. */
        groupId: string;
        /** The group's code. */
        groupCode: string;
    }>;
}
/** `ketrics.Users`: the tenant's users. */
export interface UsersModule {
    /**
     * Lists all users of the tenant.
     * @throws UsersPermissionDeniedError The application lacks `iam:ListUsers`.
     */
    list(): Promise<TenantUserInfo[]>;
    /** What all errors of users extend. */
    Error: typeof UsersError;
    /** The application lacks permissions to read users. */
    PermissionDeniedError: typeof UsersPermissionDeniedError;
    /** Whether something is an error of users. */
    isError: (error: unknown) => error is UsersError;
    /** Whether something is this error of users; takes the class or its name. */
    isErrorType: ErrorTypeGuard<UsersError>;
}
