/** What the host calls: it takes these functions from the global object and deletes them there. */

import { forgetContext, setEnvironment } from "./context/context.ts";
import { forgetBundle, loadCommonJs, loadEsModule, report } from "./invocation/bundle.ts";
import { invoke } from "./invocation/invoke.ts";
import { readLimits } from "./invocation/limits.ts";
import { endRehearsal } from "./invocation/phase.ts";
import { warm } from "./invocation/warm.ts";
import { moduleNotFound, modules } from "./node/modules.ts";
import { setProcessEnvironment } from "./node/process.ts";
import { dropTimers, hasTimers, hasWork, runTimers } from "./timers/timers.ts";
import { settleGlobals } from "./web/globals.ts";
import { seedRandom } from "./web/random.ts";

/** In the application's zygote, before its bundle. */
function beforeLoad(environment: Readonly<Record<string, string>>): void {
  settleGlobals();
  readLimits();
  seedRandom();
  setProcessEnvironment(setEnvironment(environment));
}

/** After a rehearsal: as if no bundle had been loaded and nothing invoked. */
function forget(): void {
  endRehearsal();
  forgetBundle();
  forgetContext();
  dropTimers();
}

/** The hooks. */
export const hooks = {
  beforeLoad,
  forget,
  hasTimers,
  hasWork,
  invoke,
  loadCommonJs,
  loadEsModule,
  /** The message for an import of a module that is not in `modules`. */
  missingModule: (specifier: string): string => moduleNotFound(specifier).message,
  modules,
  report,
  runTimers,
  warm,
};
