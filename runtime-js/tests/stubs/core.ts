/** deno_core's and deno_web's part in the tests, played by Node. */

import * as util from "node:util";
import { types } from "node:util";

const scripts: Record<string, object> = {
  "ext:deno_web/00_url.js": { URL, URLSearchParams },
  "ext:deno_web/01_console.js": {
    inspect: (value: unknown, options: object) =>
      util.inspect(value, { ...options, inspect: undefined } as util.InspectOptions),
    stripVTControlCharacters: util.stripVTControlCharacters,
  },
  "ext:deno_web/01_dom_exception.js": { DOMException },
  "ext:deno_web/02_event.js": { Event, EventTarget },
  "ext:deno_web/02_structured_clone.js": { structuredClone },
  "ext:deno_web/03_abort_signal.js": { AbortController, AbortSignal },
  "ext:deno_web/05_base64.js": { atob, btoa },
  "ext:deno_web/06_streams.js": { ReadableStream, WritableStream, TransformStream },
  "ext:deno_web/08_text_encoding.js": { TextDecoder, TextEncoder },
  "ext:deno_web/09_file.js": { Blob },
};

export const core = {
  ...types,
  isTypedArray: types.isTypedArray,
  loadExtScript: (name: string) => scripts[name],
  encode: (text: string) => new TextEncoder().encode(text),
  byteLength: (text: string) => new TextEncoder().encode(text).length,
  structuredClone,
  queueNextTick: ({ callback }: { callback: () => void }) => process.nextTick(callback),
  getAsyncContext: () => undefined,
  runNextTicks: () => undefined,
  setReportExceptionCallback: () => undefined,
  getProxyDetails: () => null,
};
