// Made from runtime-js/src by `make types`. Change it there.
/**
 * `@ketrics/sdk-backend`: what applications on Ketrics find at run time, for their editors, their
 * compilers and their unit tests. `ketrics` is a global; nothing has to be imported to use it.
 *
 * @packageDocumentation
 */
export { AIAccessDeniedError, AIError, AIFeatureDisabledError, AIInvalidRequestError, AIModelError, AIQuotaExceededError, AIRateLimitError, isAIError, isAIErrorType, } from "../ai/errors.js";
export type { AIChatParams, AIChatResponse, AIModule } from "../ai/types.js";
export { ApplicationInvocationError, ApplicationNotDeployedError, ApplicationNotFoundError, ApplicationPermissionDeniedError, ApplicationsError, ApplicationTimeoutError, isApplicationsError, isApplicationsErrorType, } from "../applications/errors.js";
export type { ApplicationInvokeResult, ApplicationsModule, IApplicationConnection, } from "../applications/types.js";
export type { ConsoleLogger } from "../console/types.js";
export type { ApplicationContext, EnvironmentVariables, RequestorContext, RuntimeContext, TenantContext, UserContext, } from "../context/types.js";
export { DatabaseAccessDeniedError, DatabaseConnectionError, DatabaseError, DatabaseNotFoundError, DatabaseQueryError, DatabaseTransactionError, isDatabaseError, isDatabaseErrorType, } from "../database/errors.js";
export type { DatabaseExecuteResult, DatabaseManager, DatabaseModule, DatabaseQueryResult, IDatabaseConnection, } from "../database/types.js";
export { DocumentDbAccessDeniedError, DocumentDbError, DocumentDbNotFoundError, DocumentDbOperationError, DocumentDbPermissionDeniedError, DocumentDbValidationError, isDocumentDbError, isDocumentDbErrorType, } from "../documentdb/errors.js";
export type { DocumentDbListOptions, DocumentDbListResult, DocumentDbModule, DocumentDbPutOptions, DocumentDbQueryOptions, IDocumentDbConnection, } from "../documentdb/types.js";
export type { ErrorClass, ErrorTypeGuard } from "../errors/base.js";
export { ExcelError, ExcelParseError, ExcelWriteError, isExcelError, isExcelErrorType, } from "../excel/errors.js";
export type { AddWorksheetOptions, ExcelCellValue, ExcelColumnDefinition, ExcelManager, ExcelModule, ExcelObjectValue, ExcelRowObject, ExcelRowValues, IExcelCell, IExcelRow, IExcelWorkbook, IExcelWorksheet, } from "../excel/types.js";
export type { HttpClient, HttpRequestConfig, HttpResponse } from "../http/types.js";
export { CrossAppPermissionError, EltJobExecutionError, EltJobExecutionError as JobExecutionError, InvalidFunctionError, isJobError, isJobErrorType, JobError, JobNotFoundError, } from "../job/errors.js";
export type { JobErrorDetails, JobGroupedModule, JobListParams, JobListResult, JobStatus, JobStatusValue, RunInBackgroundOptions, RunInBackgroundParams, } from "../job/types.js";
export { GroupNotFoundError, isMessageError, isMessageErrorType, MessageError, MessageValidationError, TenantGrantPermissionDeniedError, } from "../messages/errors.js";
export type { MessageChannelConfig, MessagePriorityLevel, MessagesGroupedModule, MessagesManager, SendBulkMessageParams, SendBulkMessageResult, SendGroupMessageParams, SendMessageParams, SendMessageResult, } from "../messages/types.js";
export { isParameterError, isParameterErrorType, ParameterAccessDeniedError, ParameterError, ParameterInvalidJsonError, ParameterNotFoundError, } from "../parameter/errors.js";
export type { IParameter, ParameterModule } from "../parameter/types.js";
export { isPdfError, isPdfErrorType, PdfError, PdfParseError, PdfWriteError, } from "../pdf/errors.js";
export type { IPdfDocument, IPdfPage, PdfDrawCircleOptions, PdfDrawImageOptions, PdfDrawLineOptions, PdfDrawRectOptions, PdfDrawTextOptions, PdfEmbeddedFont, PdfEmbeddedImage, PdfManager, PdfModule, PdfPageDimensions, PdfPageSize, PdfRgbColor, PdfStandardFont, } from "../pdf/types.js";
export { isSecretError, isSecretErrorType, SecretAccessDeniedError, SecretDecryptionError, SecretError, SecretNotFoundError, SecretPayloadTooLargeError, SecretReservedContextKeyError, } from "../secret/errors.js";
export type { ISecret, SecretCryptoOptions, SecretModule } from "../secret/types.js";
export { isUsersError, isUsersErrorType, UsersError, UsersPermissionDeniedError, } from "../users/errors.js";
export type { TenantUserInfo, UsersModule } from "../users/types.js";
export { ContentTypeNotAllowedError, FileAlreadyExistsError, FileNotFoundError, FileSizeLimitError, InvalidPathError, isVolumeError, isVolumeErrorType, VolumeAccessDeniedError, VolumeError, VolumeNotFoundError, VolumePermissionDeniedError, } from "../volume/errors.js";
export type { CopyOptions, CopyResult, DeleteByPrefixResult, DeleteError, DeleteResult, DownloadUrlOptions, FileContent, FileInfo, FileMetadata, IVolume, ListOptions, ListResult, MoveOptions, MoveResult, PresignedUrl, PutContent, PutOptions, PutResult, UploadUrlOptions, VolumeModule, VolumePermissionValue, } from "../volume/types.js";
export type { SandboxBuffer } from "./binary.js";
export type { FlatNames } from "./flat-names.js";
export type { KetricsSdkV1 } from "./ketrics.js";
export type * from "./older-types.js";
declare global {
    /** The SDK. Module-level code may read `environment`; everything else needs an invocation. */
    const ketrics: import("./ketrics.js").KetricsSdkV1;
}
