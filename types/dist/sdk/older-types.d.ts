// Made from runtime-js/src by `make types`. Change it there.
/** Names of types that SDK 0.11 to 0.17 exported, for code that imports them. */
import type { AIError } from "../ai/errors.js";
import type { AIModule } from "../ai/types.js";
import type { ApplicationsError } from "../applications/errors.js";
import type { ApplicationsModule } from "../applications/types.js";
import type { DatabaseError } from "../database/errors.js";
import type { IDatabaseConnection } from "../database/types.js";
import type { DocumentDbError } from "../documentdb/errors.js";
import type { IDocumentDbConnection } from "../documentdb/types.js";
import type { ExcelError } from "../excel/errors.js";
import type { ExcelModule } from "../excel/types.js";
import type { JobError } from "../job/errors.js";
import type { JobGroupedModule } from "../job/types.js";
import type { MessageError } from "../messages/errors.js";
import type { ParameterError } from "../parameter/errors.js";
import type { ParameterModule } from "../parameter/types.js";
import type { PdfError } from "../pdf/errors.js";
import type { PdfModule } from "../pdf/types.js";
import type { SecretError } from "../secret/errors.js";
import type { SecretModule } from "../secret/types.js";
import type { UsersError } from "../users/errors.js";
import type { UsersModule } from "../users/types.js";
import type { VolumeError } from "../volume/errors.js";
import type { IVolume } from "../volume/types.js";
type Arguments = any[];
/** What every error of its module has. */
export type VolumeErrorClass = VolumeError;
/** A class of such errors. */
export type VolumeErrorConstructor = new (...parameters: Arguments) => VolumeError;
/** A class of such errors, or their base. */
export type AbstractVolumeErrorConstructor = abstract new (...parameters: Arguments) => VolumeError;
/** What every error of its module has. */
export type DatabaseErrorClass = DatabaseError;
/** A class of such errors. */
export type DatabaseErrorConstructor = new (...parameters: Arguments) => DatabaseError;
/** A class of such errors, or their base. */
export type AbstractDatabaseErrorConstructor = abstract new (...parameters: Arguments) => DatabaseError;
/** What every error of its module has. */
export type SecretErrorClass = SecretError;
/** A class of such errors. */
export type SecretErrorConstructor = new (...parameters: Arguments) => SecretError;
/** A class of such errors, or their base. */
export type AbstractSecretErrorConstructor = abstract new (...parameters: Arguments) => SecretError;
/** What every error of its module has. */
export type ParameterErrorClass = ParameterError;
/** A class of such errors. */
export type ParameterErrorConstructor = new (...parameters: Arguments) => ParameterError;
/** A class of such errors, or their base. */
export type AbstractParameterErrorConstructor = abstract new (...parameters: Arguments) => ParameterError;
/** What every error of its module has. */
export type ExcelErrorClass = ExcelError;
/** A class of such errors. */
export type ExcelErrorConstructor = new (...parameters: Arguments) => ExcelError;
/** A class of such errors, or their base. */
export type AbstractExcelErrorConstructor = abstract new (...parameters: Arguments) => ExcelError;
/** What every error of its module has. */
export type PdfErrorClass = PdfError;
/** A class of such errors. */
export type PdfErrorConstructor = new (...parameters: Arguments) => PdfError;
/** A class of such errors, or their base. */
export type AbstractPdfErrorConstructor = abstract new (...parameters: Arguments) => PdfError;
/** What every error of its module has. */
export type JobErrorClass = JobError;
/** A class of such errors. */
export type JobErrorConstructor = new (...parameters: Arguments) => JobError;
/** A class of such errors, or their base. */
export type AbstractJobErrorConstructor = abstract new (...parameters: Arguments) => JobError;
/** What every error of its module has. */
export type MessageErrorClass = MessageError;
/** A class of such errors. */
export type MessageErrorConstructor = new (message: string, code?: string) => MessageError;
/** What every error of its module has. */
export type DocumentDbErrorClass = DocumentDbError;
/** A class of such errors. */
export type DocumentDbErrorConstructor = new (...parameters: Arguments) => DocumentDbError;
/** A class of such errors, or their base. */
export type AbstractDocumentDbErrorConstructor = abstract new (...parameters: Arguments) => DocumentDbError;
/** What every error of its module has. */
export type UsersErrorClass = UsersError;
/** A class of such errors. */
export type UsersErrorConstructor = new (...parameters: Arguments) => UsersError;
/** What every error of its module has. */
export type ApplicationsErrorClass = ApplicationsError;
/** A class of such errors. */
export type ApplicationsErrorConstructor = new (...parameters: Arguments) => ApplicationsError;
/** A class of such errors, or their base. */
export type AbstractApplicationsErrorConstructor = abstract new (...parameters: Arguments) => ApplicationsError;
/** What every error of its module has. */
export type AIErrorClass = AIError;
/** A class of such errors. */
export type AIErrorConstructor = new (...parameters: Arguments) => AIError;
/** A class of such errors, or their base. */
export type AbstractAIErrorConstructor = abstract new (...parameters: Arguments) => AIError;
/** A connection; the module itself is `ketrics.Volume`. */
export type Volume = IVolume;
/** A connection; the module itself is `ketrics.Database`. */
export type Database = IDatabaseConnection;
/** The module itself is `ketrics.Secret`. */
export type Secret = SecretModule;
/** The module itself is `ketrics.Parameter`. */
export type Parameter = ParameterModule;
/** The module itself is `ketrics.Excel`. */
export type Excel = ExcelModule;
/** The module itself is `ketrics.Pdf`. */
export type Pdf = PdfModule;
/** The module itself is `ketrics.Job`. */
export type Job = JobGroupedModule;
/** A connection; the module itself is `ketrics.DocumentDb`. */
export type DocumentDb = IDocumentDbConnection;
/** The module itself is `ketrics.Users`. */
export type Users = UsersModule;
/** The module itself is `ketrics.Applications`. */
export type Applications = ApplicationsModule;
/** The module itself is `ketrics.AI`. */
export type AI = AIModule;
export {};
