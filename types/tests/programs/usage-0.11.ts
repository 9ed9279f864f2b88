// What SDK 0.11 has and 0.17 has no longer. It must compile against the published 0.11 and ours.

import type { RunInBackgroundParams } from "@ketrics/sdk-backend";
import { CrossAppPermissionError } from "@ketrics/sdk-backend";

export async function handler(): Promise<string> {
  const job: RunInBackgroundParams = { application: "billing", function: "total" };
  try {
    return await ketrics.Job.runInBackground(job);
  } catch (error) {
    if (error instanceof CrossAppPermissionError) return error.sourceApp + error.targetApp;
    if (error instanceof ketrics.Job.CrossAppPermissionError) return error.message;
    throw error;
  }
}
