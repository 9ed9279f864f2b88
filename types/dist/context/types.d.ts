// Made from runtime-js/src by `make types`. Change it there.
/** Who calls, and where. Everything here is frozen. */
/** The tenant whose application runs. */
export interface TenantContext {
    /** Its id, a UUID. */
    id: string;
    /** Its code, for example `acme`. */
    code: string;
    /** Its name, for people. */
    name: string;
}
/** The application that runs. */
export interface ApplicationContext {
    /** Its id, a UUID. */
    id: string;
    /** Its code, for example `orders`. */
    code: string;
    /** Its name, for people. */
    name: string;
    /** The version that its `ketrics.config.json` declared. */
    version?: string;
    /** The id of the deployment that serves this invocation. */
    deploymentId: string;
}
/** A user, as SDK 0.7 to 0.17 describe one. The caller is `ketrics.requestor`. */
export interface UserContext {
    /** The user's id, a UUID. */
    id: string;
    /** The user's email address. */
    email: string;
    /** The user's full name. */
    name: string;
    /** What the user's roles allow in this application, or `["*"]`. */
    applicationPermissions: string[];
}
/** Who calls: a user or a service account. A job has the identity of whoever queued it. */
export interface RequestorContext {
    /** Which of the two it is. */
    type: "USER" | "SERVICE_ACCOUNT";
    /** The user's id; of users only. */
    userId?: string;
    /** The service account's id; of service accounts only. */
    serviceAccountId?: string;
    /** The service account's code; of service accounts only. */
    serviceAccountCode?: string;
    /** The name, for people. */
    name: string;
    /** The user's email address; of users only. */
    email?: string;
    /**
     * The capabilities that the requestor's roles grant in this application, for example
     * `["read", "write"]`, or `["*"]`. The application checks them.
     */
    applicationPermissions: string[];
    /** True when another application of the tenant made this call; see `ketrics.Applications`. */
    isCrossApp?: boolean;
    /** The code of the application that made it; only with `isCrossApp`. */
    sourceApplicationCode?: string;
}
/** What the application runs on. */
export interface RuntimeContext {
    /** The version of Node.js whose ways the sandbox follows, for example `18.x`. */
    nodeVersion: string;
    /** The kind of host, as applications know it. */
    runtime: "ecs-fargate";
    /** The region of the host, for example `us-east-1`. */
    region: string;
}
/** The application's environment by name. A variable without a value is an empty string. */
export type EnvironmentVariables = Record<string, string>;
