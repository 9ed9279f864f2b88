// Made from runtime-js/src by `make types`. Change it there.
var __defProp = Object.defineProperty;
var __getOwnPropDesc = Object.getOwnPropertyDescriptor;
var __getOwnPropNames = Object.getOwnPropertyNames;
var __hasOwnProp = Object.prototype.hasOwnProperty;
var __name = (target, value) => __defProp(target, "name", { value, configurable: true });
var __export = (target, all) => {
  for (var name in all)
    __defProp(target, name, { get: all[name], enumerable: true });
};
var __copyProps = (to, from, except, desc) => {
  if (from && typeof from === "object" || typeof from === "function") {
    for (let key of __getOwnPropNames(from))
      if (!__hasOwnProp.call(to, key) && key !== except)
        __defProp(to, key, { get: () => from[key], enumerable: !(desc = __getOwnPropDesc(from, key)) || desc.enumerable });
  }
  return to;
};
var __toCommonJS = (mod) => __copyProps(__defProp({}, "__esModule", { value: true }), mod);

// <stdin>
var stdin_exports = {};
__export(stdin_exports, {
  AIAccessDeniedError: () => AIAccessDeniedError2,
  AIError: () => AIError2,
  AIFeatureDisabledError: () => AIFeatureDisabledError2,
  AIInvalidRequestError: () => AIInvalidRequestError2,
  AIModelError: () => AIModelError2,
  AIQuotaExceededError: () => AIQuotaExceededError2,
  AIRateLimitError: () => AIRateLimitError2,
  ApplicationInvocationError: () => ApplicationInvocationError2,
  ApplicationNotDeployedError: () => ApplicationNotDeployedError2,
  ApplicationNotFoundError: () => ApplicationNotFoundError2,
  ApplicationPermissionDeniedError: () => ApplicationPermissionDeniedError2,
  ApplicationTimeoutError: () => ApplicationTimeoutError2,
  ApplicationsError: () => ApplicationsError2,
  ContentTypeNotAllowedError: () => ContentTypeNotAllowedError2,
  CrossAppPermissionError: () => CrossAppPermissionError2,
  DatabaseAccessDeniedError: () => DatabaseAccessDeniedError2,
  DatabaseConnectionError: () => DatabaseConnectionError2,
  DatabaseError: () => DatabaseError2,
  DatabaseNotFoundError: () => DatabaseNotFoundError2,
  DatabaseQueryError: () => DatabaseQueryError2,
  DatabaseTransactionError: () => DatabaseTransactionError2,
  DocumentDbAccessDeniedError: () => DocumentDbAccessDeniedError2,
  DocumentDbError: () => DocumentDbError2,
  DocumentDbNotFoundError: () => DocumentDbNotFoundError2,
  DocumentDbOperationError: () => DocumentDbOperationError2,
  DocumentDbPermissionDeniedError: () => DocumentDbPermissionDeniedError2,
  DocumentDbValidationError: () => DocumentDbValidationError2,
  EltJobExecutionError: () => EltJobExecutionError2,
  ExcelError: () => ExcelError2,
  ExcelParseError: () => ExcelParseError2,
  ExcelWriteError: () => ExcelWriteError2,
  FileAlreadyExistsError: () => FileAlreadyExistsError2,
  FileNotFoundError: () => FileNotFoundError2,
  FileSizeLimitError: () => FileSizeLimitError2,
  GroupNotFoundError: () => GroupNotFoundError2,
  InvalidFunctionError: () => InvalidFunctionError2,
  InvalidPathError: () => InvalidPathError2,
  JobError: () => JobError2,
  JobExecutionError: () => JobExecutionError,
  JobNotFoundError: () => JobNotFoundError2,
  MessageError: () => MessageError2,
  MessageValidationError: () => MessageValidationError2,
  ParameterAccessDeniedError: () => ParameterAccessDeniedError2,
  ParameterError: () => ParameterError2,
  ParameterInvalidJsonError: () => ParameterInvalidJsonError2,
  ParameterNotFoundError: () => ParameterNotFoundError2,
  PdfError: () => PdfError2,
  PdfParseError: () => PdfParseError2,
  PdfWriteError: () => PdfWriteError2,
  SecretAccessDeniedError: () => SecretAccessDeniedError2,
  SecretDecryptionError: () => SecretDecryptionError2,
  SecretError: () => SecretError2,
  SecretNotFoundError: () => SecretNotFoundError2,
  SecretPayloadTooLargeError: () => SecretPayloadTooLargeError2,
  SecretReservedContextKeyError: () => SecretReservedContextKeyError2,
  TenantGrantPermissionDeniedError: () => TenantGrantPermissionDeniedError2,
  UsersError: () => UsersError2,
  UsersPermissionDeniedError: () => UsersPermissionDeniedError2,
  VolumeAccessDeniedError: () => VolumeAccessDeniedError2,
  VolumeError: () => VolumeError2,
  VolumeNotFoundError: () => VolumeNotFoundError2,
  VolumePermissionDeniedError: () => VolumePermissionDeniedError2,
  isAIError: () => isAIError2,
  isAIErrorType: () => isAIErrorType2,
  isApplicationsError: () => isApplicationsError2,
  isApplicationsErrorType: () => isApplicationsErrorType2,
  isDatabaseError: () => isDatabaseError2,
  isDatabaseErrorType: () => isDatabaseErrorType2,
  isDocumentDbError: () => isDocumentDbError2,
  isDocumentDbErrorType: () => isDocumentDbErrorType2,
  isExcelError: () => isExcelError2,
  isExcelErrorType: () => isExcelErrorType2,
  isJobError: () => isJobError2,
  isJobErrorType: () => isJobErrorType2,
  isMessageError: () => isMessageError2,
  isMessageErrorType: () => isMessageErrorType2,
  isParameterError: () => isParameterError2,
  isParameterErrorType: () => isParameterErrorType2,
  isPdfError: () => isPdfError2,
  isPdfErrorType: () => isPdfErrorType2,
  isSecretError: () => isSecretError2,
  isSecretErrorType: () => isSecretErrorType2,
  isUsersError: () => isUsersError2,
  isUsersErrorType: () => isUsersErrorType2,
  isVolumeError: () => isVolumeError2,
  isVolumeErrorType: () => isVolumeErrorType2
});
module.exports = __toCommonJS(stdin_exports);

// src/errors/base.ts
var { defineProperty, entries, hasOwn } = Object;
var captureStackTrace = Error.captureStackTrace;
function own(error, fields) {
  for (const [name, value] of entries(fields)) {
    defineProperty(error, name, { value, writable: true, enumerable: true, configurable: true });
  }
}
__name(own, "own");
function begin(error, fields) {
  own(error, { name: error.constructor.name, ...fields, timestamp: /* @__PURE__ */ new Date() });
  captureStackTrace(error, error.constructor);
}
__name(begin, "begin");
function errorTypeGuard(classes) {
  return (error, wanted) => {
    if (typeof wanted !== "string") return error instanceof wanted;
    const known = hasOwn(classes, wanted) ? classes[wanted] : void 0;
    return known !== void 0 && error instanceof known;
  };
}
__name(errorTypeGuard, "errorTypeGuard");

// src/ai/errors.ts
var _AIError = class _AIError extends Error {
  constructor(message, operation) {
    super(message);
    begin(this, { operation });
  }
  /** The name, the message and the fields, for a log or an answer; no stack. */
  toJSON() {
    const { name, message, operation, timestamp } = this;
    return { name, message, operation, timestamp: timestamp.toISOString() };
  }
};
__name(_AIError, "AIError");
var AIError = _AIError;
var _AIFeatureDisabledError = class _AIFeatureDisabledError extends AIError {
  constructor() {
    const advice = "Upgrade to Professional or Enterprise to use AI features.";
    super(`AI access is not available on your current plan. ${advice}`, "chat");
  }
};
__name(_AIFeatureDisabledError, "AIFeatureDisabledError");
var AIFeatureDisabledError = _AIFeatureDisabledError;
var _AIAccessDeniedError = class _AIAccessDeniedError extends AIError {
  constructor(model) {
    const reason = "The application does not have the 'ai:InvokeModel' permission for this model.";
    super(`Access denied to AI model '${model}'. ${reason}`, "chat");
    own(this, { model });
  }
  /** The name, the message and the fields, for a log or an answer; no stack. */
  toJSON() {
    return { ...super.toJSON(), model: this.model };
  }
};
__name(_AIAccessDeniedError, "AIAccessDeniedError");
var AIAccessDeniedError = _AIAccessDeniedError;
var _AIRateLimitError = class _AIRateLimitError extends AIError {
  constructor(message, retryAfter) {
    super(message, "chat");
    own(this, { retryAfter });
  }
  /** The name, the message and the fields, for a log or an answer; no stack. */
  toJSON() {
    return { ...super.toJSON(), retryAfter: this.retryAfter };
  }
};
__name(_AIRateLimitError, "AIRateLimitError");
var AIRateLimitError = _AIRateLimitError;
var _AIQuotaExceededError = class _AIQuotaExceededError extends AIError {
  constructor(limit, remaining) {
    const counts = `Limit: ${limit.toLocaleString()} tokens. Remaining: ${remaining.toLocaleString()} tokens.`;
    super(`Monthly AI token quota exceeded. ${counts}`, "chat");
    own(this, { limit, remaining });
  }
  /** The name, the message and the fields, for a log or an answer; no stack. */
  toJSON() {
    return { ...super.toJSON(), limit: this.limit, remaining: this.remaining };
  }
};
__name(_AIQuotaExceededError, "AIQuotaExceededError");
var AIQuotaExceededError = _AIQuotaExceededError;
var _AIInvalidRequestError = class _AIInvalidRequestError extends AIError {
  constructor(reason) {
    super(`Invalid AI request: ${reason}`, "chat");
    own(this, { reason });
  }
  /** The name, the message and the fields, for a log or an answer; no stack. */
  toJSON() {
    return { ...super.toJSON(), reason: this.reason };
  }
};
__name(_AIInvalidRequestError, "AIInvalidRequestError");
var AIInvalidRequestError = _AIInvalidRequestError;
var _AIModelError = class _AIModelError extends AIError {
  constructor(model, reason) {
    super(`AI model error (${model}): ${reason}`, "chat");
    own(this, { model, reason });
  }
  /** The name, the message and the fields, for a log or an answer; no stack. */
  toJSON() {
    return { ...super.toJSON(), model: this.model, reason: this.reason };
  }
};
__name(_AIModelError, "AIModelError");
var AIModelError = _AIModelError;
var aiErrors = {
  AIError,
  AIFeatureDisabledError,
  AIAccessDeniedError,
  AIRateLimitError,
  AIQuotaExceededError,
  AIInvalidRequestError,
  AIModelError
};
function isAIError(error) {
  return error instanceof AIError;
}
__name(isAIError, "isAIError");
var isAIErrorType = errorTypeGuard(aiErrors);

// src/applications/errors.ts
var _ApplicationsError = class _ApplicationsError extends Error {
  constructor(message, operation, applicationCode) {
    super(message);
    begin(this, { operation, applicationCode });
  }
  /** The name, the message and the fields, for a log or an answer; no stack. */
  toJSON() {
    const { name, message, applicationCode, operation, timestamp } = this;
    return { name, message, applicationCode, operation, timestamp: timestamp.toISOString() };
  }
};
__name(_ApplicationsError, "ApplicationsError");
var ApplicationsError = _ApplicationsError;
var _ApplicationNotFoundError = class _ApplicationNotFoundError extends ApplicationsError {
  constructor(applicationCode) {
    const advice = "Verify the application code is correct.";
    super(`Application '${applicationCode}' not found. ${advice}`, "connect", applicationCode);
  }
};
__name(_ApplicationNotFoundError, "ApplicationNotFoundError");
var ApplicationNotFoundError = _ApplicationNotFoundError;
var _ApplicationNotDeployedError = class _ApplicationNotDeployedError extends ApplicationsError {
  constructor(applicationCode) {
    const message = `Application '${applicationCode}' is not deployed or is inactive.`;
    super(message, "connect", applicationCode);
  }
};
__name(_ApplicationNotDeployedError, "ApplicationNotDeployedError");
var ApplicationNotDeployedError = _ApplicationNotDeployedError;
var _ApplicationPermissionDeniedError = class _ApplicationPermissionDeniedError extends ApplicationsError {
  constructor(sourceApplicationCode, targetApplicationCode, detail) {
    const denied = `Application '${sourceApplicationCode}' does not have permission to invoke functions on '${targetApplicationCode}'.`;
    super(detail ? `${denied} ${detail}` : denied, "connect", targetApplicationCode);
    own(this, { sourceApplicationCode });
  }
  /** The name, the message and the fields, for a log or an answer; no stack. */
  toJSON() {
    return { ...super.toJSON(), sourceApplicationCode: this.sourceApplicationCode };
  }
};
__name(_ApplicationPermissionDeniedError, "ApplicationPermissionDeniedError");
var ApplicationPermissionDeniedError = _ApplicationPermissionDeniedError;
var _ApplicationInvocationError = class _ApplicationInvocationError extends ApplicationsError {
  constructor(applicationCode, functionName, errorCode, message) {
    const failed = `Function '${functionName}' on application '${applicationCode}' failed: ${message}`;
    super(failed, "invoke", applicationCode);
    own(this, { errorCode, functionName });
  }
  /** The name, the message and the fields, for a log or an answer; no stack. */
  toJSON() {
    return { ...super.toJSON(), errorCode: this.errorCode, functionName: this.functionName };
  }
};
__name(_ApplicationInvocationError, "ApplicationInvocationError");
var ApplicationInvocationError = _ApplicationInvocationError;
var _ApplicationTimeoutError = class _ApplicationTimeoutError extends ApplicationsError {
  constructor(applicationCode, functionName, timeoutMs) {
    const message = `Function '${functionName}' on application '${applicationCode}' timed out after ${timeoutMs}ms.`;
    super(message, "invoke", applicationCode);
    own(this, { functionName, timeoutMs });
  }
  /** The name, the message and the fields, for a log or an answer; no stack. */
  toJSON() {
    return { ...super.toJSON(), functionName: this.functionName, timeoutMs: this.timeoutMs };
  }
};
__name(_ApplicationTimeoutError, "ApplicationTimeoutError");
var ApplicationTimeoutError = _ApplicationTimeoutError;
var applicationsErrors = {
  ApplicationsError,
  ApplicationNotFoundError,
  ApplicationNotDeployedError,
  ApplicationPermissionDeniedError,
  ApplicationInvocationError,
  ApplicationTimeoutError
};
function isApplicationsError(error) {
  return error instanceof ApplicationsError;
}
__name(isApplicationsError, "isApplicationsError");
var isApplicationsErrorType = errorTypeGuard(applicationsErrors);

// src/database/errors.ts
var LONGEST_SQL_IN_ERROR = 200;
var _DatabaseError = class _DatabaseError extends Error {
  constructor(databaseCode, operation, message) {
    super(message);
    begin(this, { databaseCode, operation });
  }
  /** The name, the message and the fields, for a log or an answer; no stack. */
  toJSON() {
    const { name, message, databaseCode, operation, timestamp } = this;
    return { name, message, databaseCode, operation, timestamp: timestamp.toISOString() };
  }
};
__name(_DatabaseError, "DatabaseError");
var DatabaseError = _DatabaseError;
var _DatabaseNotFoundError = class _DatabaseNotFoundError extends DatabaseError {
  constructor(databaseCode) {
    super(databaseCode, "connect", `Database '${databaseCode}' not found`);
  }
};
__name(_DatabaseNotFoundError, "DatabaseNotFoundError");
var DatabaseNotFoundError = _DatabaseNotFoundError;
var _DatabaseAccessDeniedError = class _DatabaseAccessDeniedError extends DatabaseError {
  constructor(databaseCode) {
    const message = `Application does not have access to database '${databaseCode}'`;
    super(databaseCode, "connect", message);
  }
};
__name(_DatabaseAccessDeniedError, "DatabaseAccessDeniedError");
var DatabaseAccessDeniedError = _DatabaseAccessDeniedError;
var _DatabaseConnectionError = class _DatabaseConnectionError extends DatabaseError {
  constructor(databaseCode, reason) {
    super(databaseCode, "connect", `Failed to connect to database '${databaseCode}': ${reason}`);
    own(this, { reason });
  }
  /** The name, the message and the fields, for a log or an answer; no stack. */
  toJSON() {
    return { ...super.toJSON(), reason: this.reason };
  }
};
__name(_DatabaseConnectionError, "DatabaseConnectionError");
var DatabaseConnectionError = _DatabaseConnectionError;
var _DatabaseQueryError = class _DatabaseQueryError extends DatabaseError {
  constructor(databaseCode, reason, sql) {
    super(databaseCode, "query", `Query failed: ${reason}`);
    own(this, { reason });
    if (sql && sql.length <= LONGEST_SQL_IN_ERROR) own(this, { sql });
  }
  /** The name, the message and the fields, for a log or an answer; no stack. */
  toJSON() {
    const json = { ...super.toJSON(), reason: this.reason };
    if (this.sql) json.sql = this.sql;
    return json;
  }
};
__name(_DatabaseQueryError, "DatabaseQueryError");
var DatabaseQueryError = _DatabaseQueryError;
var _DatabaseTransactionError = class _DatabaseTransactionError extends DatabaseError {
  constructor(databaseCode, reason, rolledBack = true) {
    const state = rolledBack ? " (rolled back)" : "";
    super(databaseCode, "transaction", `Transaction failed${state}: ${reason}`);
    own(this, { reason, rolledBack });
  }
  /** The name, the message and the fields, for a log or an answer; no stack. */
  toJSON() {
    return { ...super.toJSON(), reason: this.reason, rolledBack: this.rolledBack };
  }
};
__name(_DatabaseTransactionError, "DatabaseTransactionError");
var DatabaseTransactionError = _DatabaseTransactionError;
var databaseErrors = {
  DatabaseError,
  DatabaseNotFoundError,
  DatabaseAccessDeniedError,
  DatabaseConnectionError,
  DatabaseQueryError,
  DatabaseTransactionError
};
function isDatabaseError(error) {
  return error instanceof DatabaseError;
}
__name(isDatabaseError, "isDatabaseError");
var isDatabaseErrorType = errorTypeGuard(databaseErrors);

// src/documentdb/errors.ts
var _DocumentDbError = class _DocumentDbError extends Error {
  constructor(message, databaseCode, operation) {
    super(message);
    begin(this, { databaseCode, operation });
  }
  /** The name, the message and the fields, for a log or an answer; no stack. */
  toJSON() {
    const { name, message, databaseCode, operation, timestamp } = this;
    return { name, message, databaseCode, operation, timestamp: timestamp.toISOString() };
  }
};
__name(_DocumentDbError, "DocumentDbError");
var DocumentDbError = _DocumentDbError;
var _DocumentDbNotFoundError = class _DocumentDbNotFoundError extends DocumentDbError {
  constructor(databaseCode) {
    const advice = "Verify the code is correct and the database exists.";
    super(`Document database '${databaseCode}' not found. ${advice}`, databaseCode, "connect");
  }
};
__name(_DocumentDbNotFoundError, "DocumentDbNotFoundError");
var DocumentDbNotFoundError = _DocumentDbNotFoundError;
var _DocumentDbAccessDeniedError = class _DocumentDbAccessDeniedError extends DocumentDbError {
  constructor(databaseCode, reason) {
    const denied = `Access denied to document database '${databaseCode}'`;
    const message = reason ? `${denied}: ${reason}` : `${denied}. The application does not have access.`;
    super(message, databaseCode, "connect");
    own(this, { reason });
  }
  /** The name, the message and the fields, for a log or an answer; no stack. */
  toJSON() {
    return { ...super.toJSON(), reason: this.reason };
  }
};
__name(_DocumentDbAccessDeniedError, "DocumentDbAccessDeniedError");
var DocumentDbAccessDeniedError = _DocumentDbAccessDeniedError;
var _DocumentDbPermissionDeniedError = class _DocumentDbPermissionDeniedError extends DocumentDbError {
  constructor(databaseCode, permission, operation) {
    const message = `Operation '${operation}' on document database '${databaseCode}' requires '${permission}' permission.`;
    super(message, databaseCode, operation);
    own(this, { requiredPermission: permission });
  }
  /** The name, the message and the fields, for a log or an answer; no stack. */
  toJSON() {
    return { ...super.toJSON(), requiredPermission: this.requiredPermission };
  }
};
__name(_DocumentDbPermissionDeniedError, "DocumentDbPermissionDeniedError");
var DocumentDbPermissionDeniedError = _DocumentDbPermissionDeniedError;
var _DocumentDbValidationError = class _DocumentDbValidationError extends DocumentDbError {
  constructor(databaseCode, operation, message, field) {
    super(message, databaseCode, operation);
    own(this, { field });
  }
  /** The name, the message and the fields, for a log or an answer; no stack. */
  toJSON() {
    return { ...super.toJSON(), field: this.field };
  }
};
__name(_DocumentDbValidationError, "DocumentDbValidationError");
var DocumentDbValidationError = _DocumentDbValidationError;
var _DocumentDbOperationError = class _DocumentDbOperationError extends DocumentDbError {
  constructor(databaseCode, operation, cause) {
    const failed = `Document database operation '${operation}' failed`;
    super(cause ? `${failed}: ${cause}` : `${failed}.`, databaseCode, operation);
    own(this, { cause });
  }
  /** The name, the message and the fields, for a log or an answer; no stack. */
  toJSON() {
    return { ...super.toJSON(), cause: this.cause };
  }
};
__name(_DocumentDbOperationError, "DocumentDbOperationError");
var DocumentDbOperationError = _DocumentDbOperationError;
var documentDbErrors = {
  DocumentDbError,
  DocumentDbNotFoundError,
  DocumentDbAccessDeniedError,
  DocumentDbPermissionDeniedError,
  DocumentDbValidationError,
  DocumentDbOperationError
};
function isDocumentDbError(error) {
  return error instanceof DocumentDbError;
}
__name(isDocumentDbError, "isDocumentDbError");
var isDocumentDbErrorType = errorTypeGuard(documentDbErrors);

// src/excel/errors.ts
var _ExcelError = class _ExcelError extends Error {
  constructor(operation, message) {
    super(message);
    begin(this, { operation });
  }
  /** The name, the message and the fields, for a log or an answer; no stack. */
  toJSON() {
    const { name, message, operation, timestamp } = this;
    return { name, message, operation, timestamp: timestamp.toISOString() };
  }
};
__name(_ExcelError, "ExcelError");
var ExcelError = _ExcelError;
var _ExcelParseError = class _ExcelParseError extends ExcelError {
  constructor(reason) {
    super("read", `Failed to parse Excel file: ${reason}`);
    own(this, { reason });
  }
  /** The name, the message and the fields, for a log or an answer; no stack. */
  toJSON() {
    return { ...super.toJSON(), reason: this.reason };
  }
};
__name(_ExcelParseError, "ExcelParseError");
var ExcelParseError = _ExcelParseError;
var _ExcelWriteError = class _ExcelWriteError extends ExcelError {
  constructor(reason) {
    super("write", `Failed to write Excel file: ${reason}`);
    own(this, { reason });
  }
  /** The name, the message and the fields, for a log or an answer; no stack. */
  toJSON() {
    return { ...super.toJSON(), reason: this.reason };
  }
};
__name(_ExcelWriteError, "ExcelWriteError");
var ExcelWriteError = _ExcelWriteError;
var excelErrors = { ExcelError, ExcelParseError, ExcelWriteError };
function isExcelError(error) {
  return error instanceof ExcelError;
}
__name(isExcelError, "isExcelError");
var isExcelErrorType = errorTypeGuard(excelErrors);

// src/job/errors.ts
var _JobError = class _JobError extends Error {
  constructor(message, operation, jobId) {
    super(message);
    begin(this, { operation, jobId });
  }
  /** The name, the message and the fields, for a log or an answer; no stack. */
  toJSON() {
    const { name, message, jobId, operation, timestamp } = this;
    return { name, message, jobId, operation, timestamp: timestamp.toISOString() };
  }
};
__name(_JobError, "JobError");
var JobError = _JobError;
var _JobNotFoundError = class _JobNotFoundError extends JobError {
  constructor(jobId) {
    const advice = "Verify the job ID is correct and the job exists.";
    super(`Job '${jobId}' not found. ${advice}`, "getStatus", jobId);
  }
};
__name(_JobNotFoundError, "JobNotFoundError");
var JobNotFoundError = _JobNotFoundError;
var _InvalidFunctionError = class _InvalidFunctionError extends JobError {
  constructor(functionName) {
    const rule = "Function name must be a non-empty string.";
    super(`Invalid function name '${functionName}'. ${rule}`, "runInBackground");
    own(this, { functionName });
  }
  /** The name, the message and the fields, for a log or an answer; no stack. */
  toJSON() {
    return { ...super.toJSON(), functionName: this.functionName };
  }
};
__name(_InvalidFunctionError, "InvalidFunctionError");
var InvalidFunctionError = _InvalidFunctionError;
var _CrossAppPermissionError = class _CrossAppPermissionError extends JobError {
  constructor(sourceApp, targetApp) {
    const reason = `Application '${sourceApp}' does not have background job permission for '${targetApp}'.`;
    super(`Cross-app job permission denied. ${reason}`, "runInBackground");
    own(this, { sourceApp, targetApp });
  }
  /** The name, the message and the fields, for a log or an answer; no stack. */
  toJSON() {
    return { ...super.toJSON(), sourceApp: this.sourceApp, targetApp: this.targetApp };
  }
};
__name(_CrossAppPermissionError, "CrossAppPermissionError");
var CrossAppPermissionError = _CrossAppPermissionError;
var _EltJobExecutionError = class _EltJobExecutionError extends JobError {
  constructor(jobId, errorCode, message) {
    super(`Job '${jobId}' execution failed: ${message}`, "execute", jobId);
    own(this, { errorCode });
  }
  /** The name, the message and the fields, for a log or an answer; no stack. */
  toJSON() {
    return { ...super.toJSON(), errorCode: this.errorCode };
  }
};
__name(_EltJobExecutionError, "EltJobExecutionError");
var EltJobExecutionError = _EltJobExecutionError;
var jobErrors = {
  JobError,
  JobNotFoundError,
  InvalidFunctionError,
  CrossAppPermissionError,
  EltJobExecutionError,
  JobExecutionError: EltJobExecutionError
};
function isJobError(error) {
  return error instanceof JobError;
}
__name(isJobError, "isJobError");
var isJobErrorType = errorTypeGuard(jobErrors);

// src/messages/errors.ts
var _MessageError = class _MessageError extends Error {
  constructor(message, code) {
    super(message);
    own(this, { name: "MessageError", code: code ?? "MESSAGE_ERROR" });
  }
};
__name(_MessageError, "MessageError");
var MessageError = _MessageError;
var _MessageValidationError = class _MessageValidationError extends MessageError {
  constructor(message) {
    super(message, "VALIDATION_ERROR");
    own(this, { name: "MessageValidationError" });
  }
};
__name(_MessageValidationError, "MessageValidationError");
var MessageValidationError = _MessageValidationError;
var _GroupNotFoundError = class _GroupNotFoundError extends MessageError {
  constructor(groupCode) {
    super(`Group not found: ${groupCode}`, "GROUP_NOT_FOUND");
    own(this, { name: "GroupNotFoundError" });
  }
};
__name(_GroupNotFoundError, "GroupNotFoundError");
var GroupNotFoundError = _GroupNotFoundError;
var LIST_INTRODUCTION = "permissions: ";
function permissionsIn(message) {
  const start = message.indexOf(LIST_INTRODUCTION);
  if (start < 0) return [];
  const [line = ""] = message.slice(start + LIST_INTRODUCTION.length).split("\n");
  return line === "" ? [] : line.split(", ");
}
__name(permissionsIn, "permissionsIn");
var _TenantGrantPermissionDeniedError = class _TenantGrantPermissionDeniedError extends MessageError {
  constructor(message, code) {
    super(message, code ?? "PERMISSION_DENIED");
    own(this, {
      name: "TenantGrantPermissionDeniedError",
      missingPermissions: permissionsIn(message)
    });
  }
  /** The error for these permissions, in the platform's words. */
  static withPermissions(permissions) {
    const missing = `Application is missing required IAM-data permissions: ${permissions.join(", ")}.`;
    const advice = "Assign a role with these permissions to the application.";
    return new _TenantGrantPermissionDeniedError(`${missing} ${advice}`);
  }
};
__name(_TenantGrantPermissionDeniedError, "TenantGrantPermissionDeniedError");
var TenantGrantPermissionDeniedError = _TenantGrantPermissionDeniedError;
var messageErrors = {
  MessageError,
  MessageValidationError,
  GroupNotFoundError,
  TenantGrantPermissionDeniedError
};
function isMessageError(error) {
  return error instanceof MessageError;
}
__name(isMessageError, "isMessageError");
var isMessageErrorType = errorTypeGuard(messageErrors);

// src/parameter/errors.ts
var _ParameterError = class _ParameterError extends Error {
  constructor(message, parameterCode, operation) {
    super(message);
    begin(this, { parameterCode, operation });
  }
  /** The name, the message and the fields, for a log or an answer; no stack. */
  toJSON() {
    const { name, message, parameterCode, operation, timestamp } = this;
    return { name, message, parameterCode, operation, timestamp: timestamp.toISOString() };
  }
};
__name(_ParameterError, "ParameterError");
var ParameterError = _ParameterError;
var _ParameterNotFoundError = class _ParameterNotFoundError extends ParameterError {
  constructor(parameterCode) {
    const advice = "Verify the parameter code is correct and the parameter exists.";
    super(`Parameter '${parameterCode}' not found. ${advice}`, parameterCode, "get");
  }
};
__name(_ParameterNotFoundError, "ParameterNotFoundError");
var ParameterNotFoundError = _ParameterNotFoundError;
var _ParameterAccessDeniedError = class _ParameterAccessDeniedError extends ParameterError {
  constructor(parameterCode) {
    const reason = "The application does not have an access grant for this parameter.";
    super(`Access denied to parameter '${parameterCode}'. ${reason}`, parameterCode, "get");
  }
};
__name(_ParameterAccessDeniedError, "ParameterAccessDeniedError");
var ParameterAccessDeniedError = _ParameterAccessDeniedError;
var _ParameterInvalidJsonError = class _ParameterInvalidJsonError extends ParameterError {
  constructor(parameterCode, reason) {
    const message = `Parameter '${parameterCode}' does not hold a valid JSON object: ${reason}`;
    super(message, parameterCode, "get");
    own(this, { reason });
  }
  /** The name, the message and the fields, for a log or an answer; no stack. */
  toJSON() {
    return { ...super.toJSON(), reason: this.reason };
  }
};
__name(_ParameterInvalidJsonError, "ParameterInvalidJsonError");
var ParameterInvalidJsonError = _ParameterInvalidJsonError;
var parameterErrors = {
  ParameterError,
  ParameterNotFoundError,
  ParameterAccessDeniedError,
  ParameterInvalidJsonError
};
function isParameterError(error) {
  return error instanceof ParameterError;
}
__name(isParameterError, "isParameterError");
var isParameterErrorType = errorTypeGuard(parameterErrors);

// src/pdf/errors.ts
var _PdfError = class _PdfError extends Error {
  constructor(operation, message) {
    super(message);
    begin(this, { operation });
  }
  /** The name, the message and the fields, for a log or an answer; no stack. */
  toJSON() {
    const { name, message, operation, timestamp } = this;
    return { name, message, operation, timestamp: timestamp.toISOString() };
  }
};
__name(_PdfError, "PdfError");
var PdfError = _PdfError;
var _PdfParseError = class _PdfParseError extends PdfError {
  constructor(reason) {
    super("read", `Failed to parse PDF file: ${reason}`);
    own(this, { reason });
  }
  /** The name, the message and the fields, for a log or an answer; no stack. */
  toJSON() {
    return { ...super.toJSON(), reason: this.reason };
  }
};
__name(_PdfParseError, "PdfParseError");
var PdfParseError = _PdfParseError;
var _PdfWriteError = class _PdfWriteError extends PdfError {
  constructor(reason) {
    super("write", `Failed to write PDF file: ${reason}`);
    own(this, { reason });
  }
  /** The name, the message and the fields, for a log or an answer; no stack. */
  toJSON() {
    return { ...super.toJSON(), reason: this.reason };
  }
};
__name(_PdfWriteError, "PdfWriteError");
var PdfWriteError = _PdfWriteError;
var pdfErrors = { PdfError, PdfParseError, PdfWriteError };
function isPdfError(error) {
  return error instanceof PdfError;
}
__name(isPdfError, "isPdfError");
var isPdfErrorType = errorTypeGuard(pdfErrors);

// src/secret/errors.ts
var _SecretError = class _SecretError extends Error {
  constructor(message, secretCode, operation) {
    super(message);
    begin(this, { secretCode, operation });
  }
  /** The name, the message and the fields, for a log or an answer; no stack. */
  toJSON() {
    const { name, message, secretCode, operation, timestamp } = this;
    return { name, message, secretCode, operation, timestamp: timestamp.toISOString() };
  }
};
__name(_SecretError, "SecretError");
var SecretError = _SecretError;
var _SecretNotFoundError = class _SecretNotFoundError extends SecretError {
  constructor(secretCode) {
    const advice = "Verify the secret code is correct and the secret exists.";
    super(`Secret '${secretCode}' not found. ${advice}`, secretCode, "get");
  }
};
__name(_SecretNotFoundError, "SecretNotFoundError");
var SecretNotFoundError = _SecretNotFoundError;
var _SecretAccessDeniedError = class _SecretAccessDeniedError extends SecretError {
  constructor(secretCode) {
    const reason = "The application does not have an access grant for this secret.";
    super(`Access denied to secret '${secretCode}'. ${reason}`, secretCode, "get");
  }
};
__name(_SecretAccessDeniedError, "SecretAccessDeniedError");
var SecretAccessDeniedError = _SecretAccessDeniedError;
var _SecretDecryptionError = class _SecretDecryptionError extends SecretError {
  constructor(secretCode, reason) {
    super(`Failed to decrypt secret '${secretCode}': ${reason}`, secretCode, "decrypt");
    own(this, { reason });
  }
  /** The name, the message and the fields, for a log or an answer; no stack. */
  toJSON() {
    return { ...super.toJSON(), reason: this.reason };
  }
};
__name(_SecretDecryptionError, "SecretDecryptionError");
var SecretDecryptionError = _SecretDecryptionError;
var _SecretPayloadTooLargeError = class _SecretPayloadTooLargeError extends SecretError {
  constructor(actualBytes, maxBytes) {
    const message = `Plaintext exceeds maximum size of ${maxBytes} bytes (got ${actualBytes}).`;
    super(message, "", "encrypt");
    own(this, { maxBytes, actualBytes });
  }
  /** The name, the message and the fields, for a log or an answer; no stack. */
  toJSON() {
    return { ...super.toJSON(), maxBytes: this.maxBytes, actualBytes: this.actualBytes };
  }
};
__name(_SecretPayloadTooLargeError, "SecretPayloadTooLargeError");
var SecretPayloadTooLargeError = _SecretPayloadTooLargeError;
var _SecretReservedContextKeyError = class _SecretReservedContextKeyError extends SecretError {
  constructor(reservedKey, operation) {
    const message = `Encryption context key "${reservedKey}" is reserved by the platform and cannot be overridden.`;
    super(message, "", operation);
    own(this, { reservedKey });
  }
  /** The name, the message and the fields, for a log or an answer; no stack. */
  toJSON() {
    return { ...super.toJSON(), reservedKey: this.reservedKey };
  }
};
__name(_SecretReservedContextKeyError, "SecretReservedContextKeyError");
var SecretReservedContextKeyError = _SecretReservedContextKeyError;
var secretErrors = {
  SecretError,
  SecretNotFoundError,
  SecretAccessDeniedError,
  SecretDecryptionError,
  SecretPayloadTooLargeError,
  SecretReservedContextKeyError
};
function isSecretError(error) {
  return error instanceof SecretError;
}
__name(isSecretError, "isSecretError");
var isSecretErrorType = errorTypeGuard(secretErrors);

// src/users/errors.ts
var _UsersError = class _UsersError extends Error {
  constructor(message, operation) {
    super(message);
    begin(this, { operation });
  }
  /** The name, the message and the fields, for a log or an answer; no stack. */
  toJSON() {
    const { name, message, operation, timestamp } = this;
    return { name, message, operation, timestamp: timestamp.toISOString() };
  }
};
__name(_UsersError, "UsersError");
var UsersError = _UsersError;
var _UsersPermissionDeniedError = class _UsersPermissionDeniedError extends UsersError {
  constructor(missingPermissions) {
    const lacking = `Application lacks required permissions: ${missingPermissions.join(", ")}.`;
    const advice = "Assign a role with these permissions to the application.";
    super(`${lacking} ${advice}`, "list");
    own(this, { missingPermissions });
  }
  /** The name, the message and the fields, for a log or an answer; no stack. */
  toJSON() {
    return { ...super.toJSON(), missingPermissions: this.missingPermissions };
  }
};
__name(_UsersPermissionDeniedError, "UsersPermissionDeniedError");
var UsersPermissionDeniedError = _UsersPermissionDeniedError;
var usersErrors = { UsersError, UsersPermissionDeniedError };
function isUsersError(error) {
  return error instanceof UsersError;
}
__name(isUsersError, "isUsersError");
var isUsersErrorType = errorTypeGuard(usersErrors);

// src/volume/errors.ts
var _VolumeError = class _VolumeError extends Error {
  constructor(volumeCode, operation, message) {
    super(message);
    begin(this, { volumeCode, operation });
  }
  /** The name, the message and the fields, for a log or an answer; no stack. */
  toJSON() {
    const { name, message, volumeCode, operation, timestamp } = this;
    return { name, message, volumeCode, operation, timestamp: timestamp.toISOString() };
  }
};
__name(_VolumeError, "VolumeError");
var VolumeError = _VolumeError;
var _VolumeNotFoundError = class _VolumeNotFoundError extends VolumeError {
  constructor(volumeCode) {
    super(volumeCode, "connect", `Volume '${volumeCode}' not found`);
  }
};
__name(_VolumeNotFoundError, "VolumeNotFoundError");
var VolumeNotFoundError = _VolumeNotFoundError;
var _VolumeAccessDeniedError = class _VolumeAccessDeniedError extends VolumeError {
  constructor(volumeCode) {
    super(volumeCode, "connect", `Application does not have access to volume '${volumeCode}'`);
  }
};
__name(_VolumeAccessDeniedError, "VolumeAccessDeniedError");
var VolumeAccessDeniedError = _VolumeAccessDeniedError;
var _VolumePermissionDeniedError = class _VolumePermissionDeniedError extends VolumeError {
  constructor(volumeCode, requiredPermission, operation, message) {
    const standard = `Operation '${operation}' requires '${requiredPermission}' permission on volume '${volumeCode}'`;
    super(volumeCode, operation, message || standard);
    own(this, { requiredPermission });
  }
  /** The name, the message and the fields, for a log or an answer; no stack. */
  toJSON() {
    return { ...super.toJSON(), requiredPermission: this.requiredPermission };
  }
};
__name(_VolumePermissionDeniedError, "VolumePermissionDeniedError");
var VolumePermissionDeniedError = _VolumePermissionDeniedError;
var _FileNotFoundError = class _FileNotFoundError extends VolumeError {
  constructor(volumeCode, key) {
    super(volumeCode, "get", `File '${key}' not found in volume '${volumeCode}'`);
    own(this, { key });
  }
  /** The name, the message and the fields, for a log or an answer; no stack. */
  toJSON() {
    return { ...super.toJSON(), key: this.key };
  }
};
__name(_FileNotFoundError, "FileNotFoundError");
var FileNotFoundError = _FileNotFoundError;
var _FileAlreadyExistsError = class _FileAlreadyExistsError extends VolumeError {
  constructor(volumeCode, key) {
    super(volumeCode, "put", `File '${key}' already exists in volume '${volumeCode}'`);
    own(this, { key });
  }
  /** The name, the message and the fields, for a log or an answer; no stack. */
  toJSON() {
    return { ...super.toJSON(), key: this.key };
  }
};
__name(_FileAlreadyExistsError, "FileAlreadyExistsError");
var FileAlreadyExistsError = _FileAlreadyExistsError;
var _InvalidPathError = class _InvalidPathError extends VolumeError {
  constructor(path, reason) {
    super("", "validate", `Invalid path '${path}': ${reason}`);
    own(this, { path, reason });
  }
  /** The name, the message and the fields, for a log or an answer; no stack. */
  toJSON() {
    return { ...super.toJSON(), path: this.path, reason: this.reason };
  }
};
__name(_InvalidPathError, "InvalidPathError");
var InvalidPathError = _InvalidPathError;
var megabytes = /* @__PURE__ */ __name((bytes) => (bytes / 2 ** 20).toFixed(2), "megabytes");
var _FileSizeLimitError = class _FileSizeLimitError extends VolumeError {
  constructor(volumeCode, key, size, maxSize) {
    const message = `File '${key}' (${megabytes(size)}MB) exceeds volume limit (${megabytes(maxSize)}MB)`;
    super(volumeCode, "put", message);
    own(this, { key, size, maxSize });
  }
  /** The name, the message and the fields, for a log or an answer; no stack. */
  toJSON() {
    return { ...super.toJSON(), key: this.key, size: this.size, maxSize: this.maxSize };
  }
};
__name(_FileSizeLimitError, "FileSizeLimitError");
var FileSizeLimitError = _FileSizeLimitError;
var _ContentTypeNotAllowedError = class _ContentTypeNotAllowedError extends VolumeError {
  constructor(volumeCode, key, contentType, allowedTypes) {
    const allowed = allowedTypes.join(", ");
    const message = `Content type '${contentType}' not allowed for volume '${volumeCode}'. Allowed: ${allowed}`;
    super(volumeCode, "put", message);
    own(this, { key, contentType, allowedTypes });
  }
  /** The name, the message and the fields, for a log or an answer; no stack. */
  toJSON() {
    const { key, contentType, allowedTypes } = this;
    return { ...super.toJSON(), key, contentType, allowedTypes };
  }
};
__name(_ContentTypeNotAllowedError, "ContentTypeNotAllowedError");
var ContentTypeNotAllowedError = _ContentTypeNotAllowedError;
var volumeErrors = {
  VolumeError,
  VolumeNotFoundError,
  VolumeAccessDeniedError,
  VolumePermissionDeniedError,
  FileNotFoundError,
  FileAlreadyExistsError,
  InvalidPathError,
  FileSizeLimitError,
  ContentTypeNotAllowedError
};
function isVolumeError(error) {
  return error instanceof VolumeError;
}
__name(isVolumeError, "isVolumeError");
var isVolumeErrorType = errorTypeGuard(volumeErrors);

// src/errors/all.ts
var errorClasses = {
  ...volumeErrors,
  ...databaseErrors,
  ...secretErrors,
  ...parameterErrors,
  ...excelErrors,
  ...pdfErrors,
  ...jobErrors,
  ...messageErrors,
  ...documentDbErrors,
  ...usersErrors,
  ...applicationsErrors,
  ...aiErrors
};
var guards = {
  isVolumeError,
  isVolumeErrorType,
  isDatabaseError,
  isDatabaseErrorType,
  isSecretError,
  isSecretErrorType,
  isParameterError,
  isParameterErrorType,
  isExcelError,
  isExcelErrorType,
  isPdfError,
  isPdfErrorType,
  isJobError,
  isJobErrorType,
  isMessageError,
  isMessageErrorType,
  isDocumentDbError,
  isDocumentDbErrorType,
  isUsersError,
  isUsersErrorType,
  isApplicationsError,
  isApplicationsErrorType,
  isAIError,
  isAIErrorType
};

// <stdin>
var platform = globalThis.ketrics ?? {};
var own2 = { ...errorClasses, ...guards };
var VolumeError2 = platform.VolumeError ?? own2.VolumeError;
var VolumeNotFoundError2 = platform.VolumeNotFoundError ?? own2.VolumeNotFoundError;
var VolumeAccessDeniedError2 = platform.VolumeAccessDeniedError ?? own2.VolumeAccessDeniedError;
var VolumePermissionDeniedError2 = platform.VolumePermissionDeniedError ?? own2.VolumePermissionDeniedError;
var FileNotFoundError2 = platform.FileNotFoundError ?? own2.FileNotFoundError;
var FileAlreadyExistsError2 = platform.FileAlreadyExistsError ?? own2.FileAlreadyExistsError;
var InvalidPathError2 = platform.InvalidPathError ?? own2.InvalidPathError;
var FileSizeLimitError2 = platform.FileSizeLimitError ?? own2.FileSizeLimitError;
var ContentTypeNotAllowedError2 = platform.ContentTypeNotAllowedError ?? own2.ContentTypeNotAllowedError;
var DatabaseError2 = platform.DatabaseError ?? own2.DatabaseError;
var DatabaseNotFoundError2 = platform.DatabaseNotFoundError ?? own2.DatabaseNotFoundError;
var DatabaseAccessDeniedError2 = platform.DatabaseAccessDeniedError ?? own2.DatabaseAccessDeniedError;
var DatabaseConnectionError2 = platform.DatabaseConnectionError ?? own2.DatabaseConnectionError;
var DatabaseQueryError2 = platform.DatabaseQueryError ?? own2.DatabaseQueryError;
var DatabaseTransactionError2 = platform.DatabaseTransactionError ?? own2.DatabaseTransactionError;
var SecretError2 = platform.SecretError ?? own2.SecretError;
var SecretNotFoundError2 = platform.SecretNotFoundError ?? own2.SecretNotFoundError;
var SecretAccessDeniedError2 = platform.SecretAccessDeniedError ?? own2.SecretAccessDeniedError;
var SecretDecryptionError2 = platform.SecretDecryptionError ?? own2.SecretDecryptionError;
var SecretPayloadTooLargeError2 = platform.SecretPayloadTooLargeError ?? own2.SecretPayloadTooLargeError;
var SecretReservedContextKeyError2 = platform.SecretReservedContextKeyError ?? own2.SecretReservedContextKeyError;
var ParameterError2 = platform.ParameterError ?? own2.ParameterError;
var ParameterNotFoundError2 = platform.ParameterNotFoundError ?? own2.ParameterNotFoundError;
var ParameterAccessDeniedError2 = platform.ParameterAccessDeniedError ?? own2.ParameterAccessDeniedError;
var ParameterInvalidJsonError2 = platform.ParameterInvalidJsonError ?? own2.ParameterInvalidJsonError;
var ExcelError2 = platform.ExcelError ?? own2.ExcelError;
var ExcelParseError2 = platform.ExcelParseError ?? own2.ExcelParseError;
var ExcelWriteError2 = platform.ExcelWriteError ?? own2.ExcelWriteError;
var PdfError2 = platform.PdfError ?? own2.PdfError;
var PdfParseError2 = platform.PdfParseError ?? own2.PdfParseError;
var PdfWriteError2 = platform.PdfWriteError ?? own2.PdfWriteError;
var JobError2 = platform.JobError ?? own2.JobError;
var JobNotFoundError2 = platform.JobNotFoundError ?? own2.JobNotFoundError;
var InvalidFunctionError2 = platform.InvalidFunctionError ?? own2.InvalidFunctionError;
var CrossAppPermissionError2 = platform.CrossAppPermissionError ?? own2.CrossAppPermissionError;
var EltJobExecutionError2 = platform.EltJobExecutionError ?? own2.EltJobExecutionError;
var JobExecutionError = platform.JobExecutionError ?? own2.JobExecutionError;
var MessageError2 = platform.MessageError ?? own2.MessageError;
var MessageValidationError2 = platform.MessageValidationError ?? own2.MessageValidationError;
var GroupNotFoundError2 = platform.GroupNotFoundError ?? own2.GroupNotFoundError;
var TenantGrantPermissionDeniedError2 = platform.TenantGrantPermissionDeniedError ?? own2.TenantGrantPermissionDeniedError;
var DocumentDbError2 = platform.DocumentDbError ?? own2.DocumentDbError;
var DocumentDbNotFoundError2 = platform.DocumentDbNotFoundError ?? own2.DocumentDbNotFoundError;
var DocumentDbAccessDeniedError2 = platform.DocumentDbAccessDeniedError ?? own2.DocumentDbAccessDeniedError;
var DocumentDbPermissionDeniedError2 = platform.DocumentDbPermissionDeniedError ?? own2.DocumentDbPermissionDeniedError;
var DocumentDbValidationError2 = platform.DocumentDbValidationError ?? own2.DocumentDbValidationError;
var DocumentDbOperationError2 = platform.DocumentDbOperationError ?? own2.DocumentDbOperationError;
var UsersError2 = platform.UsersError ?? own2.UsersError;
var UsersPermissionDeniedError2 = platform.UsersPermissionDeniedError ?? own2.UsersPermissionDeniedError;
var ApplicationsError2 = platform.ApplicationsError ?? own2.ApplicationsError;
var ApplicationNotFoundError2 = platform.ApplicationNotFoundError ?? own2.ApplicationNotFoundError;
var ApplicationNotDeployedError2 = platform.ApplicationNotDeployedError ?? own2.ApplicationNotDeployedError;
var ApplicationPermissionDeniedError2 = platform.ApplicationPermissionDeniedError ?? own2.ApplicationPermissionDeniedError;
var ApplicationInvocationError2 = platform.ApplicationInvocationError ?? own2.ApplicationInvocationError;
var ApplicationTimeoutError2 = platform.ApplicationTimeoutError ?? own2.ApplicationTimeoutError;
var AIError2 = platform.AIError ?? own2.AIError;
var AIFeatureDisabledError2 = platform.AIFeatureDisabledError ?? own2.AIFeatureDisabledError;
var AIAccessDeniedError2 = platform.AIAccessDeniedError ?? own2.AIAccessDeniedError;
var AIRateLimitError2 = platform.AIRateLimitError ?? own2.AIRateLimitError;
var AIQuotaExceededError2 = platform.AIQuotaExceededError ?? own2.AIQuotaExceededError;
var AIInvalidRequestError2 = platform.AIInvalidRequestError ?? own2.AIInvalidRequestError;
var AIModelError2 = platform.AIModelError ?? own2.AIModelError;
var isVolumeError2 = platform.isVolumeError ?? own2.isVolumeError;
var isVolumeErrorType2 = platform.isVolumeErrorType ?? own2.isVolumeErrorType;
var isDatabaseError2 = platform.isDatabaseError ?? own2.isDatabaseError;
var isDatabaseErrorType2 = platform.isDatabaseErrorType ?? own2.isDatabaseErrorType;
var isSecretError2 = platform.isSecretError ?? own2.isSecretError;
var isSecretErrorType2 = platform.isSecretErrorType ?? own2.isSecretErrorType;
var isParameterError2 = platform.isParameterError ?? own2.isParameterError;
var isParameterErrorType2 = platform.isParameterErrorType ?? own2.isParameterErrorType;
var isExcelError2 = platform.isExcelError ?? own2.isExcelError;
var isExcelErrorType2 = platform.isExcelErrorType ?? own2.isExcelErrorType;
var isPdfError2 = platform.isPdfError ?? own2.isPdfError;
var isPdfErrorType2 = platform.isPdfErrorType ?? own2.isPdfErrorType;
var isJobError2 = platform.isJobError ?? own2.isJobError;
var isJobErrorType2 = platform.isJobErrorType ?? own2.isJobErrorType;
var isMessageError2 = platform.isMessageError ?? own2.isMessageError;
var isMessageErrorType2 = platform.isMessageErrorType ?? own2.isMessageErrorType;
var isDocumentDbError2 = platform.isDocumentDbError ?? own2.isDocumentDbError;
var isDocumentDbErrorType2 = platform.isDocumentDbErrorType ?? own2.isDocumentDbErrorType;
var isUsersError2 = platform.isUsersError ?? own2.isUsersError;
var isUsersErrorType2 = platform.isUsersErrorType ?? own2.isUsersErrorType;
var isApplicationsError2 = platform.isApplicationsError ?? own2.isApplicationsError;
var isApplicationsErrorType2 = platform.isApplicationsErrorType ?? own2.isApplicationsErrorType;
var isAIError2 = platform.isAIError ?? own2.isAIError;
var isAIErrorType2 = platform.isAIErrorType ?? own2.isAIErrorType;
