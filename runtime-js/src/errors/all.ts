/**
 * Every error class and guard of the SDK by its full name: the flat names of SDK 0.7 to 0.9, what a
 * bundle gets that imports from `@ketrics/sdk-backend`, and what a failed service call names.
 */

import { aiErrors, isAIError, isAIErrorType } from "../ai/errors.ts";
import {
  applicationsErrors,
  isApplicationsError,
  isApplicationsErrorType,
} from "../applications/errors.ts";
import { databaseErrors, isDatabaseError, isDatabaseErrorType } from "../database/errors.ts";
import {
  documentDbErrors,
  isDocumentDbError,
  isDocumentDbErrorType,
} from "../documentdb/errors.ts";
import { excelErrors, isExcelError, isExcelErrorType } from "../excel/errors.ts";
import { isJobError, isJobErrorType, jobErrors } from "../job/errors.ts";
import { isMessageError, isMessageErrorType, messageErrors } from "../messages/errors.ts";
import { isParameterError, isParameterErrorType, parameterErrors } from "../parameter/errors.ts";
import { isPdfError, isPdfErrorType, pdfErrors } from "../pdf/errors.ts";
import { isSecretError, isSecretErrorType, secretErrors } from "../secret/errors.ts";
import { isUsersError, isUsersErrorType, usersErrors } from "../users/errors.ts";
import { isVolumeError, isVolumeErrorType, volumeErrors } from "../volume/errors.ts";

/** The classes. */
export const errorClasses = {
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
  ...aiErrors,
};

/** The guards. */
export const guards = {
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
  isAIErrorType,
};
