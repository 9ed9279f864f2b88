// Made from runtime-js/src by `make types`. Change it there.
/** The global `ketrics`. */
import type { AIModule } from "../ai/types.js";
import type { ApplicationsModule } from "../applications/types.js";
import type { ConsoleLogger } from "../console/types.js";
import type { ApplicationContext, EnvironmentVariables, RequestorContext, RuntimeContext, TenantContext } from "../context/types.js";
import type { DatabaseModule } from "../database/types.js";
import type { DocumentDbModule } from "../documentdb/types.js";
import type { ExcelModule } from "../excel/types.js";
import type { HttpClient } from "../http/types.js";
import type { JobGroupedModule } from "../job/types.js";
import type { MessagesGroupedModule } from "../messages/types.js";
import type { ParameterModule } from "../parameter/types.js";
import type { PdfModule } from "../pdf/types.js";
import type { SecretModule } from "../secret/types.js";
import type { UsersModule } from "../users/types.js";
import type { VolumeModule } from "../volume/types.js";
import type { FlatNames } from "./flat-names.js";
/** The modules of the SDK, by name. */
export interface SdkModules {
    /** The application's log; the global `console` writes to it as well. */
    console: ConsoleLogger;
    /** Requests to the outside. */
    http: HttpClient;
    /** Files in volumes. */
    Volume: VolumeModule;
    /** SQL databases. */
    Database: DatabaseModule;
    /** Secret values, and encryption. */
    Secret: SecretModule;
    /** Configuration that applications share. */
    Parameter: ParameterModule;
    /** Excel workbooks. */
    Excel: ExcelModule;
    /** PDF documents. */
    Pdf: PdfModule;
    /** Functions that run in the background. */
    Job: JobGroupedModule;
    /** Messages into users' inboxes. */
    Messages: MessagesGroupedModule;
    /** Documents by key. */
    DocumentDb: DocumentDbModule;
    /** The tenant's users. */
    Users: UsersModule;
    /** Functions of the tenant's other applications. */
    Applications: ApplicationsModule;
    /** Language models. */
    AI: AIModule;
}
/** The global `ketrics`. All of it is frozen. */
export interface KetricsSdkV1 extends SdkModules, FlatNames {
    /** The tenant whose application runs. */
    tenant: TenantContext;
    /** The application that runs. */
    application: ApplicationContext;
    /** Who calls. */
    requestor: RequestorContext;
    /** What the application runs on. */
    runtime: RuntimeContext;
    /** The application's environment; module-level code may read it, too. */
    environment: EnvironmentVariables;
}
