import { holds, same, thrown } from "./expect";

export async function applications() {
  const { Applications } = ketrics;
  const other = await Applications.connect("other");
  same("connect", [other.code, other.name, other.applicationId.length], ["other", "other", 36]);
  const answer = await other.invoke<{ a: number }, { doubled: number; from?: string }>("double", { a: 21 });
  same("invoke", [answer.success, answer.result, typeof answer.executionTime, answer.error], [true, { doubled: 42, cross: true, from: "members" }, "number", undefined]);
  const failed = await thrown(() => other.invoke("fail"));
  holds("InvocationError", failed instanceof Applications.InvocationError && failed instanceof Applications.Error);
  holds("guards", Applications.isError(failed) && Applications.isErrorType(failed, Applications.InvocationError));
  holds("NotFoundError", (await thrown(() => Applications.connect("no"))) instanceof Applications.NotFoundError);
  holds("NotDeployedError", (await thrown(() => Applications.connect("undeployed"))) instanceof Applications.NotDeployedError);
  holds("PermissionDeniedError", (await thrown(() => Applications.connect("closed"))) instanceof Applications.PermissionDeniedError);
  holds("TimeoutError", new Applications.TimeoutError("other", "double", 5) instanceof Applications.Error);
}
