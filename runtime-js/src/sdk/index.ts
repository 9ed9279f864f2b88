/**
 * `@ketrics/sdk-backend`: what applications on Ketrics find at run time, for their editors, their
 * compilers and their unit tests. `ketrics` is a global; nothing has to be imported to use it.
 *
 * @packageDocumentation
 */

export {
  AIAccessDeniedError,
  AIError,
  AIFeatureDisabledError,
  AIInvalidRequestError,
  AIModelError,
  AIQuotaExceededError,
  AIRateLimitError,
  isAIError,
  isAIErrorType,
} from "../ai/errors.ts";
export type { AIChatParams, AIChatResponse, AIModule } from "../ai/types.ts";
export {
  ApplicationInvocationError,
  ApplicationNotDeployedError,
  ApplicationNotFoundError,
  ApplicationPermissionDeniedError,
  ApplicationsError,
  ApplicationTimeoutError,
  isApplicationsError,
  isApplicationsErrorType,
} from "../applications/errors.ts";
export type {
  ApplicationInvokeResult,
  ApplicationsModule,
  IApplicationConnection,
} from "../applications/types.ts";
export type { ConsoleLogger } from "../console/types.ts";
export type {
  ApplicationContext,
  EnvironmentVariables,
  RequestorContext,
  RuntimeContext,
  TenantContext,
  UserContext,
} from "../context/types.ts";
export {
  DatabaseAccessDeniedError,
  DatabaseConnectionError,
  DatabaseError,
  DatabaseNotFoundError,
  DatabaseQueryError,
  DatabaseTransactionError,
  isDatabaseError,
  isDatabaseErrorType,
} from "../database/errors.ts";
export type {
  DatabaseExecuteResult,
  DatabaseManager,
  DatabaseModule,
  DatabaseQueryResult,
  IDatabaseConnection,
} from "../database/types.ts";
export {
  DocumentDbAccessDeniedError,
  DocumentDbError,
  DocumentDbNotFoundError,
  DocumentDbOperationError,
  DocumentDbPermissionDeniedError,
  DocumentDbValidationError,
  isDocumentDbError,
  isDocumentDbErrorType,
} from "../documentdb/errors.ts";
export type {
  DocumentDbListOptions,
  DocumentDbListResult,
  DocumentDbModule,
  DocumentDbPutOptions,
  DocumentDbQueryOptions,
  IDocumentDbConnection,
} from "../documentdb/types.ts";
export type { ErrorClass, ErrorTypeGuard } from "../errors/base.ts";
export {
  ExcelError,
  ExcelParseError,
  ExcelWriteError,
  isExcelError,
  isExcelErrorType,
} from "../excel/errors.ts";
export type {
  AddWorksheetOptions,
  ExcelCellValue,
  ExcelColumnDefinition,
  ExcelManager,
  ExcelModule,
  ExcelObjectValue,
  ExcelRowObject,
  ExcelRowValues,
  IExcelCell,
  IExcelRow,
  IExcelWorkbook,
  IExcelWorksheet,
} from "../excel/types.ts";
export type { HttpClient, HttpRequestConfig, HttpResponse } from "../http/types.ts";
export {
  CrossAppPermissionError,
  EltJobExecutionError,
  EltJobExecutionError as JobExecutionError,
  InvalidFunctionError,
  isJobError,
  isJobErrorType,
  JobError,
  JobNotFoundError,
} from "../job/errors.ts";
export type {
  JobErrorDetails,
  JobGroupedModule,
  JobListParams,
  JobListResult,
  JobStatus,
  JobStatusValue,
  RunInBackgroundOptions,
  RunInBackgroundParams,
} from "../job/types.ts";
export {
  GroupNotFoundError,
  isMessageError,
  isMessageErrorType,
  MessageError,
  MessageValidationError,
  TenantGrantPermissionDeniedError,
} from "../messages/errors.ts";
export type {
  MessageChannelConfig,
  MessagePriorityLevel,
  MessagesGroupedModule,
  MessagesManager,
  SendBulkMessageParams,
  SendBulkMessageResult,
  SendGroupMessageParams,
  SendMessageParams,
  SendMessageResult,
} from "../messages/types.ts";
export {
  isParameterError,
  isParameterErrorType,
  ParameterAccessDeniedError,
  ParameterError,
  ParameterInvalidJsonError,
  ParameterNotFoundError,
} from "../parameter/errors.ts";
export type { IParameter, ParameterModule } from "../parameter/types.ts";
export {
  isPdfError,
  isPdfErrorType,
  PdfError,
  PdfParseError,
  PdfWriteError,
} from "../pdf/errors.ts";
export type {
  IPdfDocument,
  IPdfPage,
  PdfDrawCircleOptions,
  PdfDrawImageOptions,
  PdfDrawLineOptions,
  PdfDrawRectOptions,
  PdfDrawTextOptions,
  PdfEmbeddedFont,
  PdfEmbeddedImage,
  PdfManager,
  PdfModule,
  PdfPageDimensions,
  PdfPageSize,
  PdfRgbColor,
  PdfStandardFont,
} from "../pdf/types.ts";
export {
  isSecretError,
  isSecretErrorType,
  SecretAccessDeniedError,
  SecretDecryptionError,
  SecretError,
  SecretNotFoundError,
  SecretPayloadTooLargeError,
  SecretReservedContextKeyError,
} from "../secret/errors.ts";
export type { ISecret, SecretCryptoOptions, SecretModule } from "../secret/types.ts";
export {
  isUsersError,
  isUsersErrorType,
  UsersError,
  UsersPermissionDeniedError,
} from "../users/errors.ts";
export type { TenantUserInfo, UsersModule } from "../users/types.ts";
export {
  ContentTypeNotAllowedError,
  FileAlreadyExistsError,
  FileNotFoundError,
  FileSizeLimitError,
  InvalidPathError,
  isVolumeError,
  isVolumeErrorType,
  VolumeAccessDeniedError,
  VolumeError,
  VolumeNotFoundError,
  VolumePermissionDeniedError,
} from "../volume/errors.ts";
export type {
  CopyOptions,
  CopyResult,
  DeleteByPrefixResult,
  DeleteError,
  DeleteResult,
  DownloadUrlOptions,
  FileContent,
  FileInfo,
  FileMetadata,
  IVolume,
  ListOptions,
  ListResult,
  MoveOptions,
  MoveResult,
  PresignedUrl,
  PutContent,
  PutOptions,
  PutResult,
  UploadUrlOptions,
  VolumeModule,
  VolumePermissionValue,
} from "../volume/types.ts";
export type { SandboxBuffer } from "./binary.ts";
export type { FlatNames } from "./flat-names.ts";
export type { KetricsSdkV1 } from "./ketrics.ts";
export type * from "./older-types.ts";

declare global {
  /** The SDK. Module-level code may read `environment`; everything else needs an invocation. */
  const ketrics: import("./ketrics.ts").KetricsSdkV1;
}
