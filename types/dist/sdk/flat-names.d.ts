// Made from runtime-js/src by `make types`. Change it there.
/** The names that SDK 0.7 to 0.9 had directly on `ketrics`: the same classes and guards. */
import type { AIAccessDeniedError, AIError, AIFeatureDisabledError, AIInvalidRequestError, AIModelError, AIQuotaExceededError, AIRateLimitError, isAIError, isAIErrorType } from "../ai/errors.js";
import type { ApplicationInvocationError, ApplicationNotDeployedError, ApplicationNotFoundError, ApplicationPermissionDeniedError, ApplicationsError, ApplicationTimeoutError, isApplicationsError, isApplicationsErrorType } from "../applications/errors.js";
import type { DatabaseAccessDeniedError, DatabaseConnectionError, DatabaseError, DatabaseNotFoundError, DatabaseQueryError, DatabaseTransactionError, isDatabaseError, isDatabaseErrorType } from "../database/errors.js";
import type { DatabaseModule } from "../database/types.js";
import type { DocumentDbAccessDeniedError, DocumentDbError, DocumentDbNotFoundError, DocumentDbOperationError, DocumentDbPermissionDeniedError, DocumentDbValidationError, isDocumentDbError, isDocumentDbErrorType } from "../documentdb/errors.js";
import type { ExcelError, ExcelParseError, ExcelWriteError, isExcelError, isExcelErrorType } from "../excel/errors.js";
import type { CrossAppPermissionError, EltJobExecutionError, InvalidFunctionError, isJobError, isJobErrorType, JobError, JobNotFoundError } from "../job/errors.js";
import type { GroupNotFoundError, isMessageError, isMessageErrorType, MessageError, MessageValidationError, TenantGrantPermissionDeniedError } from "../messages/errors.js";
import type { isParameterError, isParameterErrorType, ParameterAccessDeniedError, ParameterError, ParameterInvalidJsonError, ParameterNotFoundError } from "../parameter/errors.js";
import type { isPdfError, isPdfErrorType, PdfError, PdfParseError, PdfWriteError } from "../pdf/errors.js";
import type { isSecretError, isSecretErrorType, SecretAccessDeniedError, SecretDecryptionError, SecretError, SecretNotFoundError, SecretPayloadTooLargeError, SecretReservedContextKeyError } from "../secret/errors.js";
import type { isUsersError, isUsersErrorType, UsersError, UsersPermissionDeniedError } from "../users/errors.js";
import type { ContentTypeNotAllowedError, FileAlreadyExistsError, FileNotFoundError, FileSizeLimitError, InvalidPathError, isVolumeError, isVolumeErrorType, VolumeAccessDeniedError, VolumeError, VolumeNotFoundError, VolumePermissionDeniedError } from "../volume/errors.js";
/** The error classes, the guards and one module by their older names. */
export interface FlatNames {
    /** @deprecated Use `ketrics.Database`. */
    DatabaseConnection: DatabaseModule;
    /** @deprecated Use `ketrics.Volume.Error`. */
    VolumeError: typeof VolumeError;
    /** @deprecated Use `ketrics.Volume.NotFoundError`. */
    VolumeNotFoundError: typeof VolumeNotFoundError;
    /** @deprecated Use `ketrics.Volume.AccessDeniedError`. */
    VolumeAccessDeniedError: typeof VolumeAccessDeniedError;
    /** @deprecated Use `ketrics.Volume.PermissionDeniedError`. */
    VolumePermissionDeniedError: typeof VolumePermissionDeniedError;
    /** @deprecated Use `ketrics.Volume.FileNotFoundError`. */
    FileNotFoundError: typeof FileNotFoundError;
    /** @deprecated Use `ketrics.Volume.FileAlreadyExistsError`. */
    FileAlreadyExistsError: typeof FileAlreadyExistsError;
    /** @deprecated Use `ketrics.Volume.InvalidPathError`. */
    InvalidPathError: typeof InvalidPathError;
    /** @deprecated Use `ketrics.Volume.FileSizeLimitError`. */
    FileSizeLimitError: typeof FileSizeLimitError;
    /** @deprecated Use `ketrics.Volume.ContentTypeNotAllowedError`. */
    ContentTypeNotAllowedError: typeof ContentTypeNotAllowedError;
    /** @deprecated Use `ketrics.Volume.isError`. */
    isVolumeError: typeof isVolumeError;
    /** @deprecated Use `ketrics.Volume.isErrorType`. */
    isVolumeErrorType: typeof isVolumeErrorType;
    /** @deprecated Use `ketrics.Database.Error`. */
    DatabaseError: typeof DatabaseError;
    /** @deprecated Use `ketrics.Database.NotFoundError`. */
    DatabaseNotFoundError: typeof DatabaseNotFoundError;
    /** @deprecated Use `ketrics.Database.AccessDeniedError`. */
    DatabaseAccessDeniedError: typeof DatabaseAccessDeniedError;
    /** @deprecated Use `ketrics.Database.ConnectionError`. */
    DatabaseConnectionError: typeof DatabaseConnectionError;
    /** @deprecated Use `ketrics.Database.QueryError`. */
    DatabaseQueryError: typeof DatabaseQueryError;
    /** @deprecated Use `ketrics.Database.TransactionError`. */
    DatabaseTransactionError: typeof DatabaseTransactionError;
    /** @deprecated Use `ketrics.Database.isError`. */
    isDatabaseError: typeof isDatabaseError;
    /** @deprecated Use `ketrics.Database.isErrorType`. */
    isDatabaseErrorType: typeof isDatabaseErrorType;
    /** @deprecated Use `ketrics.Secret.Error`. */
    SecretError: typeof SecretError;
    /** @deprecated Use `ketrics.Secret.NotFoundError`. */
    SecretNotFoundError: typeof SecretNotFoundError;
    /** @deprecated Use `ketrics.Secret.AccessDeniedError`. */
    SecretAccessDeniedError: typeof SecretAccessDeniedError;
    /** @deprecated Use `ketrics.Secret.DecryptionError`. */
    SecretDecryptionError: typeof SecretDecryptionError;
    /** @deprecated Use `ketrics.Secret.PayloadTooLargeError`. */
    SecretPayloadTooLargeError: typeof SecretPayloadTooLargeError;
    /** @deprecated Use `ketrics.Secret.ReservedContextKeyError`. */
    SecretReservedContextKeyError: typeof SecretReservedContextKeyError;
    /** @deprecated Use `ketrics.Secret.isError`. */
    isSecretError: typeof isSecretError;
    /** @deprecated Use `ketrics.Secret.isErrorType`. */
    isSecretErrorType: typeof isSecretErrorType;
    /** @deprecated Use `ketrics.Parameter.Error`. */
    ParameterError: typeof ParameterError;
    /** @deprecated Use `ketrics.Parameter.NotFoundError`. */
    ParameterNotFoundError: typeof ParameterNotFoundError;
    /** @deprecated Use `ketrics.Parameter.AccessDeniedError`. */
    ParameterAccessDeniedError: typeof ParameterAccessDeniedError;
    /** @deprecated Use `ketrics.Parameter.InvalidJsonError`. */
    ParameterInvalidJsonError: typeof ParameterInvalidJsonError;
    /** @deprecated Use `ketrics.Parameter.isError`. */
    isParameterError: typeof isParameterError;
    /** @deprecated Use `ketrics.Parameter.isErrorType`. */
    isParameterErrorType: typeof isParameterErrorType;
    /** @deprecated Use `ketrics.Excel.Error`. */
    ExcelError: typeof ExcelError;
    /** @deprecated Use `ketrics.Excel.ParseError`. */
    ExcelParseError: typeof ExcelParseError;
    /** @deprecated Use `ketrics.Excel.WriteError`. */
    ExcelWriteError: typeof ExcelWriteError;
    /** @deprecated Use `ketrics.Excel.isError`. */
    isExcelError: typeof isExcelError;
    /** @deprecated Use `ketrics.Excel.isErrorType`. */
    isExcelErrorType: typeof isExcelErrorType;
    /** @deprecated Use `ketrics.Pdf.Error`. */
    PdfError: typeof PdfError;
    /** @deprecated Use `ketrics.Pdf.ParseError`. */
    PdfParseError: typeof PdfParseError;
    /** @deprecated Use `ketrics.Pdf.WriteError`. */
    PdfWriteError: typeof PdfWriteError;
    /** @deprecated Use `ketrics.Pdf.isError`. */
    isPdfError: typeof isPdfError;
    /** @deprecated Use `ketrics.Pdf.isErrorType`. */
    isPdfErrorType: typeof isPdfErrorType;
    /** @deprecated Use `ketrics.Job.Error`. */
    JobError: typeof JobError;
    /** @deprecated Use `ketrics.Job.NotFoundError`. */
    JobNotFoundError: typeof JobNotFoundError;
    /** @deprecated Use `ketrics.Job.InvalidFunctionError`. */
    InvalidFunctionError: typeof InvalidFunctionError;
    /** @deprecated Use `ketrics.Job.CrossAppPermissionError`. */
    CrossAppPermissionError: typeof CrossAppPermissionError;
    /** @deprecated Use `ketrics.Job.ExecutionError`. */
    EltJobExecutionError: typeof EltJobExecutionError;
    /** @deprecated Use `ketrics.Job.ExecutionError`. */
    JobExecutionError: typeof EltJobExecutionError;
    /** @deprecated Use `ketrics.Job.isError`. */
    isJobError: typeof isJobError;
    /** @deprecated Use `ketrics.Job.isErrorType`. */
    isJobErrorType: typeof isJobErrorType;
    /** @deprecated Use `ketrics.Messages.Error`. */
    MessageError: typeof MessageError;
    /** @deprecated Use `ketrics.Messages.ValidationError`. */
    MessageValidationError: typeof MessageValidationError;
    /** @deprecated Use `ketrics.Messages.GroupNotFoundError`. */
    GroupNotFoundError: typeof GroupNotFoundError;
    /** @deprecated Use `ketrics.Messages.PermissionDeniedError`. */
    TenantGrantPermissionDeniedError: typeof TenantGrantPermissionDeniedError;
    /** @deprecated Use `ketrics.Messages.isError`. */
    isMessageError: typeof isMessageError;
    /** @deprecated Use `ketrics.Messages.isErrorType`. */
    isMessageErrorType: typeof isMessageErrorType;
    /** @deprecated Use `ketrics.DocumentDb.Error`. */
    DocumentDbError: typeof DocumentDbError;
    /** @deprecated Use `ketrics.DocumentDb.NotFoundError`. */
    DocumentDbNotFoundError: typeof DocumentDbNotFoundError;
    /** @deprecated Use `ketrics.DocumentDb.AccessDeniedError`. */
    DocumentDbAccessDeniedError: typeof DocumentDbAccessDeniedError;
    /** @deprecated Use `ketrics.DocumentDb.PermissionDeniedError`. */
    DocumentDbPermissionDeniedError: typeof DocumentDbPermissionDeniedError;
    /** @deprecated Use `ketrics.DocumentDb.ValidationError`. */
    DocumentDbValidationError: typeof DocumentDbValidationError;
    /** @deprecated Use `ketrics.DocumentDb.OperationError`. */
    DocumentDbOperationError: typeof DocumentDbOperationError;
    /** @deprecated Use `ketrics.DocumentDb.isError`. */
    isDocumentDbError: typeof isDocumentDbError;
    /** @deprecated Use `ketrics.DocumentDb.isErrorType`. */
    isDocumentDbErrorType: typeof isDocumentDbErrorType;
    /** @deprecated Use `ketrics.Users.Error`. */
    UsersError: typeof UsersError;
    /** @deprecated Use `ketrics.Users.PermissionDeniedError`. */
    UsersPermissionDeniedError: typeof UsersPermissionDeniedError;
    /** @deprecated Use `ketrics.Users.isError`. */
    isUsersError: typeof isUsersError;
    /** @deprecated Use `ketrics.Users.isErrorType`. */
    isUsersErrorType: typeof isUsersErrorType;
    /** @deprecated Use `ketrics.Applications.Error`. */
    ApplicationsError: typeof ApplicationsError;
    /** @deprecated Use `ketrics.Applications.NotFoundError`. */
    ApplicationNotFoundError: typeof ApplicationNotFoundError;
    /** @deprecated Use `ketrics.Applications.NotDeployedError`. */
    ApplicationNotDeployedError: typeof ApplicationNotDeployedError;
    /** @deprecated Use `ketrics.Applications.PermissionDeniedError`. */
    ApplicationPermissionDeniedError: typeof ApplicationPermissionDeniedError;
    /** @deprecated Use `ketrics.Applications.InvocationError`. */
    ApplicationInvocationError: typeof ApplicationInvocationError;
    /** @deprecated Use `ketrics.Applications.TimeoutError`. */
    ApplicationTimeoutError: typeof ApplicationTimeoutError;
    /** @deprecated Use `ketrics.Applications.isError`. */
    isApplicationsError: typeof isApplicationsError;
    /** @deprecated Use `ketrics.Applications.isErrorType`. */
    isApplicationsErrorType: typeof isApplicationsErrorType;
    /** @deprecated Use `ketrics.AI.AIError`. */
    AIError: typeof AIError;
    /** @deprecated Use `ketrics.AI.FeatureDisabledError`. */
    AIFeatureDisabledError: typeof AIFeatureDisabledError;
    /** @deprecated Use `ketrics.AI.AccessDeniedError`. */
    AIAccessDeniedError: typeof AIAccessDeniedError;
    /** @deprecated Use `ketrics.AI.RateLimitError`. */
    AIRateLimitError: typeof AIRateLimitError;
    /** @deprecated Use `ketrics.AI.QuotaExceededError`. */
    AIQuotaExceededError: typeof AIQuotaExceededError;
    /** @deprecated Use `ketrics.AI.InvalidRequestError`. */
    AIInvalidRequestError: typeof AIInvalidRequestError;
    /** @deprecated Use `ketrics.AI.ModelError`. */
    AIModelError: typeof AIModelError;
    /** @deprecated Use `ketrics.AI.isError`. */
    isAIError: typeof isAIError;
    /** @deprecated Use `ketrics.AI.isErrorType`. */
    isAIErrorType: typeof isAIErrorType;
}
