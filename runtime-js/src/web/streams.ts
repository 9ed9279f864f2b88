/** The streams of the web. */

import { core } from "ext:core/mod.js";

const script = core.loadExtScript("ext:deno_web/06_streams.js");

/** Every interface by its name. */
export const streams = {
  ByteLengthQueuingStrategy: script.ByteLengthQueuingStrategy,
  CountQueuingStrategy: script.CountQueuingStrategy,
  ReadableByteStreamController: script.ReadableByteStreamController,
  ReadableStream: script.ReadableStream,
  ReadableStreamBYOBReader: script.ReadableStreamBYOBReader,
  ReadableStreamBYOBRequest: script.ReadableStreamBYOBRequest,
  ReadableStreamDefaultController: script.ReadableStreamDefaultController,
  ReadableStreamDefaultReader: script.ReadableStreamDefaultReader,
  TransformStream: script.TransformStream,
  TransformStreamDefaultController: script.TransformStreamDefaultController,
  WritableStream: script.WritableStream,
  WritableStreamDefaultController: script.WritableStreamDefaultController,
  WritableStreamDefaultWriter: script.WritableStreamDefaultWriter,
};
