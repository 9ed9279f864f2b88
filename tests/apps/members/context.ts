import { holds, same } from "./expect";

/** Whom the test calls as. */
export interface User {
  tenant: string;
  email: string;
  name: string;
  may: string[];
}

export async function context(user: User) {
  const { tenant, application, requestor, runtime, environment } = ketrics;
  same("tenant", [tenant.code, tenant.name, tenant.id.length], [user.tenant, user.tenant, 36]);
  same("application", [application.code, application.name, application.id.length], ["members", "members", 36]);
  holds("deployment", application.deploymentId.length === 36 && application.version === "1.0.0");
  same("requestor", [requestor.type, requestor.email, requestor.name], ["USER", user.email, user.name]);
  same("user", [requestor.userId?.length, requestor.serviceAccountId, requestor.serviceAccountCode], [36, undefined, undefined]);
  same("permissions", requestor.applicationPermissions, user.may);
  same("cross", [requestor.isCrossApp ?? false, requestor.sourceApplicationCode], [false, undefined]);
  same("runtime", runtime.runtime, "ecs-fargate");
  holds("version", runtime.nodeVersion.length > 0 && runtime.region.length > 0);
  same("environment", environment.LEVEL, "debug");
}

export async function console() {
  ketrics.console.log("a", { b: 1 });
  ketrics.console.info("info");
  ketrics.console.warn("warn");
  ketrics.console.error("error");
  ketrics.console.debug("debug");
}
