/**
 * The global `ketrics`: the context, the modules with their error classes (SDK 0.11 and later), and
 * the same classes and guards by their flat names (SDK 0.7 to 0.9). All of it is frozen, so that
 * one package in a bundle can't change what another one gets.
 */

import { aiModule } from "./ai/ai.ts";
import { ApplicationConnection, applicationsModule } from "./applications/applications.ts";
import { logger } from "./console/console.ts";
import { contextProperties } from "./context/context.ts";
import { DatabaseConnection, databaseModule } from "./database/database.ts";
import { DocumentDbConnection, documentDbModule } from "./documentdb/documentdb.ts";
import { errorClasses, guards } from "./errors/all.ts";
import { excelClasses, excelModule } from "./excel/excel.ts";
import { http } from "./http/http.ts";
import { jobModule } from "./job/job.ts";
import { messagesModule } from "./messages/messages.ts";
import { parameterModule } from "./parameter/parameter.ts";
import { pdfClasses, pdfModule } from "./pdf/pdf.ts";
import type { FlatNames } from "./sdk/flat-names.ts";
import type { SdkModules } from "./sdk/ketrics.ts";
import { secretModule } from "./secret/secret.ts";
import { usersModule } from "./users/users.ts";
import { VolumeConnection, volumeModule } from "./volume/volume.ts";

const modules: SdkModules & Pick<FlatNames, "DatabaseConnection"> = {
  console: logger,
  http,
  Volume: volumeModule,
  Database: databaseModule,
  /** The name of `Database` in SDK 0.7 to 0.9. */
  DatabaseConnection: databaseModule,
  Secret: secretModule,
  Parameter: parameterModule,
  DocumentDb: documentDbModule,
  Excel: excelModule,
  Job: jobModule,
  Messages: messagesModule,
  Users: usersModule,
  Applications: applicationsModule,
  AI: aiModule,
  Pdf: pdfModule,
};

type AnyClass = abstract new (...parameters: never[]) => unknown;

function freezeClass(frozen: AnyClass): void {
  Object.freeze(frozen);
  const prototype: object = frozen.prototype as object;
  for (const name of Reflect.ownKeys(prototype)) {
    const member = Object.getOwnPropertyDescriptor(prototype, name)?.value as unknown;
    if (typeof member === "function") Object.freeze(member);
  }
  Object.freeze(prototype);
}

function freezeModule(module: object): void {
  for (const member of Object.values(module)) Object.freeze(member);
  Object.freeze(module);
}

function build(): object {
  const ketrics = Object.defineProperties(
    {},
    {
      ...Object.getOwnPropertyDescriptors(contextProperties),
      ...Object.getOwnPropertyDescriptors(modules),
      ...Object.getOwnPropertyDescriptors(errorClasses),
      ...Object.getOwnPropertyDescriptors(guards),
    },
  );
  for (const errorClass of Object.values(errorClasses)) freezeClass(errorClass as AnyClass);
  for (const connection of [
    VolumeConnection,
    DatabaseConnection,
    DocumentDbConnection,
    ApplicationConnection,
    ...excelClasses,
    ...pdfClasses,
  ]) {
    freezeClass(connection as AnyClass);
  }
  for (const module of Object.values(modules)) freezeModule(module);
  for (const guard of Object.values(guards)) Object.freeze(guard);
  return Object.freeze(ketrics);
}

/** Puts it on the global object, for good. */
export function installKetrics(): void {
  Object.defineProperty(globalThis, "ketrics", {
    value: build(),
    writable: false,
    enumerable: true,
    configurable: false,
  });
}
