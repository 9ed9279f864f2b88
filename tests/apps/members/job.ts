import { holds, same, thrown } from "./expect";

export async function _work(payload: { fail?: boolean }) {
  if (payload.fail) throw new Error("as asked");
  return "worked";
}

const settled = async (jobId: string) => {
  for (let tries = 0; tries < 300; tries++) {
    const status = await ketrics.Job.getStatus(jobId);
    if (status.status === "completed" || status.status === "failed") return status;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("the job did not end");
};

export async function job() {
  const { Job } = ketrics;
  const options = { timeout: 60_000, idempotencyKey: "once" };
  const id = await Job.runInBackground({ function: "_work", payload: {}, options });
  same("idempotency", await Job.runInBackground({ function: "_work", payload: {}, options }), id);
  const done = await settled(id);
  same("getStatus", [done.jobId, done.functionName, done.status, done.applicationCode, done.error], [id, "_work", "completed", "members", undefined]);
  holds("times", [done.createdAt, done.startedAt, done.completedAt].every((time) => !Number.isNaN(Date.parse(time ?? ""))));
  same("application", done.applicationId, ketrics.application.id);
  const failing = await Job.runInBackground({ function: "_work", payload: { fail: true } });
  const failed = await settled(failing);
  same("error", [failed.status, failed.error?.code, failed.error?.message], ["failed", "RUNTIME_ERROR", "as asked"]);
  const page = await Job.list({ limit: 1 });
  same("list", [page.jobs.length, typeof page.cursor], [1, "string"]);
  same("cursor", (await Job.list({ limit: 1, cursor: page.cursor ?? "" })).jobs.length, 1);
  same("status", (await Job.list({ status: "failed", limit: 1 })).jobs.map((one) => one.jobId), [failing]);
  const missing = await thrown(() => Job.getStatus("00000000-0000-4000-8000-000000000000"));
  holds("NotFoundError", missing instanceof Job.NotFoundError && missing instanceof Job.Error);
  holds("guards", Job.isError(missing) && Job.isErrorType(missing, Job.NotFoundError));
  holds("InvalidFunctionError", (await thrown(() => Job.runInBackground({ function: "" }))) instanceof Job.InvalidFunctionError);
  const foreign = await thrown(() => Job.runInBackground({ application: "nothing", function: "f" }));
  holds("CrossAppPermissionError", foreign instanceof Job.CrossAppPermissionError);
  holds("ExecutionError", new Job.ExecutionError(failing, "RUNTIME_ERROR", "as asked") instanceof Job.Error);
}
