/** Every published error class against ours, of the newest SDK and of the last one before it. */

import assert from "node:assert/strict";
import { test } from "node:test";
import * as sdk11 from "ketrics-sdk-0.11";
import * as sdk17 from "ketrics-sdk-0.17";
import { errorClasses, guards } from "../src/errors/all.ts";

type AnyClass = new (...parameters: unknown[]) => Error & { toJSON?(): Record<string, unknown> };
type Exports = Record<string, unknown>;

/** Constructor arguments; several where an argument is optional or decides something. */
const samples: Record<string, unknown[][]> = {
  VolumeError: [["uploads", "get", "went wrong"]],
  VolumeNotFoundError: [["uploads"]],
  VolumeAccessDeniedError: [["uploads"]],
  VolumePermissionDeniedError: [
    ["uploads", "PutObject", "put"],
    ["uploads", "PutObject", "put", "said otherwise"],
    ["uploads", "PutObject", "put", ""],
  ],
  FileNotFoundError: [["uploads", "a/b.txt"]],
  FileAlreadyExistsError: [["uploads", "a/b.txt"]],
  InvalidPathError: [["../x", "it leaves the volume"]],
  FileSizeLimitError: [["uploads", "a.bin", 12_345_678, 10_485_760]],
  ContentTypeNotAllowedError: [
    ["uploads", "a.exe", "application/x-msdownload", ["image/*", "text/plain"]],
  ],
  DatabaseError: [["main", "query", "went wrong"]],
  DatabaseNotFoundError: [["main"]],
  DatabaseAccessDeniedError: [["main"]],
  DatabaseConnectionError: [["main", "refused"]],
  DatabaseQueryError: [
    ["main", "no such table"],
    ["main", "no such table", "SELECT 1"],
    ["main", "no such table", "x".repeat(200)],
    ["main", "no such table", "x".repeat(201)],
  ],
  DatabaseTransactionError: [
    ["main", "deadlock"],
    ["main", "deadlock", true],
    ["main", "deadlock", false],
  ],
  SecretError: [["went wrong", "key", "get"]],
  SecretNotFoundError: [["key"]],
  SecretAccessDeniedError: [["key"]],
  SecretDecryptionError: [["key", "wrong context"]],
  SecretPayloadTooLargeError: [[5000, 4096]],
  SecretReservedContextKeyError: [
    ["tenantId", "encrypt"],
    ["purpose", "decrypt"],
  ],
  ParameterError: [["went wrong", "config", "get"]],
  ParameterNotFoundError: [["config"]],
  ParameterAccessDeniedError: [["config"]],
  ParameterInvalidJsonError: [["config", "it is an array"]],
  ExcelError: [["read", "went wrong"]],
  ExcelParseError: [["not a ZIP"]],
  ExcelWriteError: [["too many rows"]],
  PdfError: [["read", "went wrong"]],
  PdfParseError: [["encrypted"]],
  PdfWriteError: [["no font"]],
  JobError: [
    ["went wrong", "list"],
    ["went wrong", "list", "j1"],
  ],
  JobNotFoundError: [["j1"]],
  InvalidFunctionError: [[""], ["x y"]],
  CrossAppPermissionError: [["shop", "billing"]],
  EltJobExecutionError: [["j1", "TIMEOUT", "took too long"]],
  MessageError: [["went wrong"], ["went wrong", "ODD"]],
  MessageValidationError: [["no subject"]],
  GroupNotFoundError: [["finance"]],
  TenantGrantPermissionDeniedError: [
    ["went wrong"],
    ["went wrong", "ODD"],
    ["lacks permissions: iam:GetGroupData, iam:GetMembershipData"],
  ],
  DocumentDbError: [["went wrong", "docs", "get"]],
  DocumentDbNotFoundError: [["docs"]],
  DocumentDbAccessDeniedError: [["docs"], ["docs", "no role"]],
  DocumentDbPermissionDeniedError: [["docs", "Write", "put"]],
  DocumentDbValidationError: [
    ["docs", "put", "pk is empty"],
    ["docs", "put", "pk is empty", "pk"],
  ],
  DocumentDbOperationError: [
    ["docs", "put"],
    ["docs", "put", "throttled"],
  ],
  UsersError: [["went wrong", "list"]],
  UsersPermissionDeniedError: [[["iam:ListUsers", "iam:Other"]]],
  ApplicationsError: [["went wrong", "connect", "billing"]],
  ApplicationNotFoundError: [["billing"]],
  ApplicationNotDeployedError: [["billing"]],
  ApplicationPermissionDeniedError: [
    ["shop", "billing"],
    ["shop", "billing", "Ask an administrator."],
  ],
  ApplicationInvocationError: [["billing", "total", "RUNTIME_ERROR", "boom"]],
  ApplicationTimeoutError: [["billing", "total", 30_000]],
  AIError: [["went wrong", "chat"]],
  AIFeatureDisabledError: [[]],
  AIAccessDeniedError: [["opus"]],
  AIRateLimitError: [["slow down"], ["slow down", 30]],
  AIQuotaExceededError: [[1_000_000, 0]],
  AIInvalidRequestError: [["no messages"]],
  AIModelError: [["opus", "unavailable"]],
};

const ours = errorClasses as unknown as Record<string, AnyClass>;

/** What tenant code can see of an error, but for the moment that it was made. */
function visible(error: Error & { toJSON?(): Record<string, unknown> }) {
  const fields = Object.entries(error).filter(([name]) => name !== "timestamp");
  const json = error.toJSON?.();
  return {
    name: error.name,
    message: error.message,
    text: String(error),
    fieldNames: Object.keys(error),
    fields,
    jsonNames: json && Object.keys(json),
    json: json && { ...json, timestamp: typeof json.timestamp },
    isError: error instanceof Error,
  };
}

/** The names of the classes above, as long as they are exported, too. */
function ancestry(errorClass: AnyClass): string[] {
  const names: string[] = [];
  let above: unknown = errorClass;
  while (typeof above === "function" && above !== Function.prototype) {
    names.push(above.name);
    above = Object.getPrototypeOf(above);
  }
  return names;
}

function isErrorClass(value: unknown): value is AnyClass {
  return typeof value === "function" && value.prototype instanceof Error;
}

for (const [version, sdk] of Object.entries({
  "0.17.0": sdk17 as Exports,
  "0.11.0": sdk11 as Exports,
})) {
  for (const [name, published] of Object.entries(sdk)) {
    if (!isErrorClass(published)) continue;
    test(`${name} of ${version} is the same here`, () => {
      const own = ours[name];
      assert.ok(own, `${name} is missing`);
      assert.deepEqual(ancestry(own), ancestry(published));
      assert.equal(own.length, published.length);
      const variants = samples[name] ?? [];
      assert.ok(variants.length > 0, `${name} has no sample`);
      for (const parameters of variants) {
        assert.deepEqual(visible(new own(...parameters)), visible(new published(...parameters)));
      }
    });
  }

  test(`the guards of ${version} are here`, () => {
    for (const [name, value] of Object.entries(sdk)) {
      if (typeof value === "function" && !isErrorClass(value)) {
        assert.equal(typeof (guards as Exports)[name], "function", name);
      }
    }
  });
}

test("a subclass of a published class takes its own name, as with the published one", () => {
  class Mine extends errorClasses.FileNotFoundError {}
  assert.equal(new Mine("v", "k").name, "Mine");
});

test("the stack starts where the error was made", () => {
  const error = new errorClasses.FileNotFoundError("v", "k");
  assert.match(String(error.stack).split("\n")[1] ?? "", /errors\.test/);
});

test("a timestamp in JSON is in ISO 8601", () => {
  const error = new errorClasses.VolumeNotFoundError("v");
  assert.equal(error.toJSON().timestamp, error.timestamp.toISOString());
});

test("a guard takes a class or the name of one", () => {
  const error = new errorClasses.FileNotFoundError("v", "k");
  assert.equal(guards.isVolumeError(error), true);
  assert.equal(guards.isVolumeErrorType(error, errorClasses.FileNotFoundError), true);
  assert.equal(guards.isVolumeErrorType(error, errorClasses.VolumeNotFoundError), false);
  assert.equal(guards.isVolumeErrorType(error, "FileNotFoundError"), true);
  assert.equal(guards.isVolumeErrorType(error, "VolumeError"), true);
  assert.equal(guards.isVolumeErrorType(error, "VolumeNotFoundError"), false);
  assert.equal(guards.isVolumeErrorType(error, "toString"), false);
  assert.equal(guards.isDatabaseError(error), false);
});

test("the older name of a class is the same class", () => {
  assert.equal(errorClasses.JobExecutionError, errorClasses.EltJobExecutionError);
});

test("withPermissions says what is missing", () => {
  const { TenantGrantPermissionDeniedError: Ours } = errorClasses;
  const { TenantGrantPermissionDeniedError: Published } = sdk17;
  const permissions = ["iam:GetGroupData", "iam:GetMembershipData"];
  assert.deepEqual(
    visible(Ours.withPermissions(permissions)),
    visible(Published.withPermissions(permissions)),
  );
});
