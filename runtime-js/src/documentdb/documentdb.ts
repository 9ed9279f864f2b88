/**
 * `ketrics.DocumentDb`: documents by partition key and sort key. The gateway knows what a key, a
 * document and a page may be; here the arguments only become what can be sent.
 */

import { op_document_db } from "ext:core/ops";
import { filledText, serviceCall } from "../service/call.ts";
import { permissionSet } from "../service/permissions.ts";
import {
  DocumentDbAccessDeniedError,
  DocumentDbError,
  DocumentDbNotFoundError,
  DocumentDbOperationError,
  DocumentDbPermissionDeniedError,
  DocumentDbValidationError,
  isDocumentDbError,
  isDocumentDbErrorType,
} from "./errors.ts";
import { BadItem, itemJson } from "./item.ts";
import type {
  DocumentDbListOptions,
  DocumentDbListResult,
  DocumentDbModule,
  DocumentDbPutOptions,
  DocumentDbQueryOptions,
  IDocumentDbConnection,
} from "./types.ts";

const MOST_DOCUMENTS = 1_000;

const parse = JSON.parse;
const { defineProperties } = Object;
const { isInteger } = Number;

type Item = Record<string, unknown>;

interface PageReply {
  items: string[];
  cursor?: string | null;
}

const makeConnection = Symbol("made by DocumentDb.connect");

function isAbsent(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

function given(value: unknown): string {
  return value === null ? "null" : typeof value;
}

/** Takes the arguments of one operation, or throws the error that names the bad one. */
class Arguments {
  readonly #database: string;
  readonly #operation: string;

  constructor(database: string, operation: string) {
    this.#database = database;
    this.#operation = operation;
  }

  fail(field: string, message: string): never {
    throw new DocumentDbValidationError(this.#database, this.#operation, message, field);
  }

  /** A string that has an encoding: half of a surrogate pair would become another character. */
  text(value: unknown, field: string): string {
    if (typeof value !== "string")
      this.fail(field, `${field} must be a string, not ${given(value)}`);
    if (!value.isWellFormed()) this.fail(field, `${field} holds half of a surrogate pair`);
    return value;
  }

  optionalText(value: unknown, field: string): string | undefined {
    return isAbsent(value) ? undefined : this.text(value, field);
  }

  options<Options extends object>(value: Options | null | undefined): Partial<Options> {
    if (isAbsent(value)) return {};
    if (typeof value === "object") return value;
    return this.fail("options", `the options must be an object, not ${given(value)}`);
  }

  item(value: unknown): string {
    try {
      return itemJson(value);
    } catch (error) {
      // Anything else comes from a toJSON or a getter of the tenant's own, or is too deep.
      if (!(error instanceof BadItem)) {
        if (error instanceof RangeError) return this.fail("item", "item is nested too deeply");
        throw error;
      }
      const field = error.path === "" ? "item" : `item.${error.path}`;
      return this.fail(field, `${field} ${error.what}`);
    }
  }

  indexKey(value: DocumentDbPutOptions["indexKey"] | null): { pk: string; sk: string } | undefined {
    if (isAbsent(value)) return undefined;
    if (typeof value !== "object") {
      this.fail("indexKey", `indexKey must be an object with pk and sk, not ${given(value)}`);
    }
    return {
      pk: this.text(value.pk, "indexKey.pk"),
      sk: this.text(value.sk, "indexKey.sk"),
    };
  }

  ttl(value: unknown): number | undefined {
    if (isAbsent(value)) return undefined;
    if (typeof value === "number" && value > 0) return value;
    const got = typeof value === "number" ? String(value) : given(value);
    return this.fail("ttl", `ttl must be a number of seconds above 0, not ${got}`);
  }

  page(value: DocumentDbListOptions | null | undefined) {
    const { skPrefix, limit, cursor, scanForward } = this.options(value);
    if (!isAbsent(scanForward) && typeof scanForward !== "boolean") {
      this.fail("scanForward", `scanForward must be a boolean, not ${given(scanForward)}`);
    }
    return {
      skPrefix: this.optionalText(skPrefix, "skPrefix"),
      limit: this.#limit(limit),
      cursor: this.optionalText(cursor, "cursor"),
      scanForward,
    };
  }

  #limit(value: unknown): number | undefined {
    if (isAbsent(value)) return undefined;
    if (!isInteger(value) || (value as number) < 1) {
      const got = typeof value === "number" ? String(value) : given(value);
      this.fail("limit", `limit must be a whole number of at least 1, not ${got}`);
    }
    return (value as number) > MOST_DOCUMENTS ? MOST_DOCUMENTS : (value as number);
  }
}

function pageOf(reply: PageReply): DocumentDbListResult {
  const items: Item[] = [];
  for (const json of reply.items) items[items.length] = parse(json) as Item;
  const page: DocumentDbListResult = { items, count: items.length };
  if (typeof reply.cursor === "string") page.cursor = reply.cursor;
  return page;
}

/** A connection to a document database. */
class DocumentDbConnection implements IDocumentDbConnection {
  declare readonly code: string;
  declare readonly permissions: ReadonlySet<string>;

  constructor(key: typeof makeConnection, code: string, permissions: ReadonlySet<string>) {
    if (key !== makeConnection) throw new TypeError("use ketrics.DocumentDb.connect(code)");
    const field = { writable: false, enumerable: true, configurable: false };
    defineProperties(this, {
      code: { ...field, value: code },
      permissions: { ...field, value: permissions },
    });
  }

  async put(pk: string, sk: string, item: Item, options?: DocumentDbPutOptions): Promise<void> {
    const database = this.code;
    const take = new Arguments(database, "put");
    const { indexKey, ttl } = take.options(options);
    const call = {
      put: {
        database,
        pk: take.text(pk, "pk"),
        sk: take.text(sk, "sk"),
        item: take.item(item),
        indexKey: take.indexKey(indexKey),
        ttl: take.ttl(ttl),
      },
    };
    await serviceCall("docdb.put", op_document_db, call);
  }

  async get(pk: string, sk: string): Promise<Item | null> {
    const database = this.code;
    const take = new Arguments(database, "get");
    const call = { get: { database, pk: take.text(pk, "pk"), sk: take.text(sk, "sk") } };
    const reply = await serviceCall<{ item?: string | null }>("docdb.get", op_document_db, call);
    return typeof reply.item === "string" ? (parse(reply.item) as Item) : null;
  }

  async delete(pk: string, sk: string): Promise<void> {
    const database = this.code;
    const take = new Arguments(database, "delete");
    const call = { delete: { database, pk: take.text(pk, "pk"), sk: take.text(sk, "sk") } };
    await serviceCall("docdb.delete", op_document_db, call);
  }

  async list(pk: string, options?: DocumentDbListOptions): Promise<DocumentDbListResult> {
    const database = this.code;
    const take = new Arguments(database, "list");
    const call = { list: { database, pk: take.text(pk, "pk"), options: take.page(options) } };
    return pageOf(await serviceCall<PageReply>("docdb.list", op_document_db, call));
  }

  async query(indexPk: string, options?: DocumentDbQueryOptions): Promise<DocumentDbListResult> {
    const database = this.code;
    const take = new Arguments(database, "query");
    const call = {
      query: {
        database,
        indexPk: take.text(indexPk, "indexPk"),
        options: take.page(options),
      },
    };
    return pageOf(await serviceCall<PageReply>("docdb.query", op_document_db, call));
  }
}

/** Connects to the document database with this code. */
async function connect(databaseCode: string): Promise<DocumentDbConnection> {
  const database = filledText(databaseCode, "the code of a document database");
  const { permissions } = await serviceCall<{ permissions: string[] }>(
    "ketrics.DocumentDb.connect",
    op_document_db,
    { connect: { database } },
  );
  return new DocumentDbConnection(makeConnection, database, permissionSet(permissions));
}

/** The class of connections, to be frozen. */
export { DocumentDbConnection };

/** `ketrics.DocumentDb`. */
export const documentDbModule: DocumentDbModule = {
  connect,
  Error: DocumentDbError,
  NotFoundError: DocumentDbNotFoundError,
  AccessDeniedError: DocumentDbAccessDeniedError,
  PermissionDeniedError: DocumentDbPermissionDeniedError,
  ValidationError: DocumentDbValidationError,
  OperationError: DocumentDbOperationError,
  isError: isDocumentDbError,
  isErrorType: isDocumentDbErrorType,
};
