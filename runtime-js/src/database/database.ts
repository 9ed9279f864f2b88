/**
 * `ketrics.Database`: SQL. A connection and a transaction are numbers that mean something to the
 * gateway within this invocation; whatever is still open when it ends is rolled back and closed
 * there.
 */

import { op_database } from "ext:core/ops";
import { filledText, present, serviceCall } from "../service/call.ts";
import { permissionSet } from "../service/permissions.ts";
import { type Cell, fromCell, toCells, toRows } from "./cells.ts";
import {
  DatabaseAccessDeniedError,
  DatabaseConnectionError,
  DatabaseError,
  DatabaseNotFoundError,
  DatabaseQueryError,
  DatabaseTransactionError,
  isDatabaseError,
  isDatabaseErrorType,
  LONGEST_SQL_IN_ERROR,
} from "./errors.ts";
import type {
  DatabaseExecuteResult,
  DatabaseModule,
  DatabaseQueryResult,
  IDatabaseConnection,
} from "./types.ts";

/** A connection, as it and the transactions on it share it. */
interface Link {
  readonly code: string;
  readonly connection: number;
  readonly permissions: ReadonlySet<string>;
  open: boolean;
}

interface QueryReply {
  columns: string[];
  cells: Cell[];
  rowCount: number;
  affectedRows?: number | null;
}

interface ExecuteReply {
  affectedRows: number;
  insertId?: Cell;
}

const makeConnection = Symbol("made by Database.connect");

/** A connection to a database, or a transaction on one. */
class DatabaseConnection implements IDatabaseConnection {
  declare readonly code: string;
  declare readonly permissions: ReadonlySet<string>;
  readonly #link: Link;
  /** The transaction that this handle stands for. */
  readonly #transaction: number | undefined;
  /** Why this handle takes no more statements, once it doesn't. */
  #ended: string | undefined;

  constructor(key: typeof makeConnection, link: Link, transaction: number | undefined) {
    if (key !== makeConnection) throw new TypeError("use ketrics.Database.connect(code)");
    this.#link = link;
    this.#transaction = transaction;
    const field = { writable: false, enumerable: true, configurable: false };
    Object.defineProperties(this, {
      code: { ...field, value: link.code },
      permissions: { ...field, value: link.permissions },
    });
  }

  #needOpen(): void {
    const reason = this.#link.open ? this.#ended : "the connection is closed";
    if (reason !== undefined) throw new DatabaseConnectionError(this.#link.code, reason);
  }

  /** The parts of a call that a statement needs; a bad argument is an error of the query. */
  #statement(sql: unknown, parameters: unknown) {
    this.#needOpen();
    if (typeof sql !== "string" || sql.trim() === "") {
      throw new DatabaseQueryError(this.#link.code, "the SQL must be a non-empty string");
    }
    const { connection } = this.#link;
    try {
      const cells = toCells(parameters);
      return { connection, transaction: this.#transaction, sql, parameters: cells };
    } catch (error) {
      const cut = sql.slice(0, LONGEST_SQL_IN_ERROR);
      throw new DatabaseQueryError(this.#link.code, (error as Error).message, cut);
    }
  }

  async query<Row = unknown>(
    sql: string,
    parameters?: unknown[],
  ): Promise<DatabaseQueryResult<Row>> {
    const call = { query: this.#statement(sql, parameters) };
    const reply = await serviceCall<QueryReply>("db.query", op_database, call);
    return present({
      rows: toRows(reply.columns, reply.cells) as Row[],
      rowCount: reply.rowCount,
      affectedRows: reply.affectedRows,
    });
  }

  async execute(sql: string, parameters?: unknown[]): Promise<DatabaseExecuteResult> {
    const call = { execute: this.#statement(sql, parameters) };
    const reply = await serviceCall<ExecuteReply>("db.execute", op_database, call);
    const insertId =
      reply.insertId === undefined
        ? undefined
        : (fromCell(reply.insertId) as number | string | null);
    return present({ affectedRows: reply.affectedRows, insertId });
  }

  /** Commits when `work` resolves; rolls back when it throws, and throws the same. */
  async transaction<Result>(
    work: (transaction: DatabaseConnection) => Promise<Result> | Result,
  ): Promise<Result> {
    this.#needOpen();
    if (typeof work !== "function") {
      throw new TypeError(`db.transaction takes a function, got ${typeof work}`);
    }
    const link = this.#link;
    const { connection } = link;
    const { transaction } = await serviceCall<{ transaction: number }>(
      "db.transaction",
      op_database,
      { begin: { connection, parent: this.#transaction } },
    );
    const handle = new DatabaseConnection(makeConnection, link, transaction);
    let result: Result;
    try {
      result = await work(handle);
    } catch (error) {
      handle.#ended = "the transaction was rolled back";
      await rollBack(link, transaction);
      throw error;
    }
    handle.#ended = "the transaction was committed";
    if (!link.open) throw new DatabaseTransactionError(link.code, "the connection was closed");
    await serviceCall("db.transaction", op_database, { commit: { connection, transaction } });
    return result;
  }

  async close(): Promise<void> {
    if (this.#transaction !== undefined) {
      throw new DatabaseTransactionError(
        this.#link.code,
        "a transaction ends with its function; close the connection instead",
        false,
      );
    }
    if (!this.#link.open) return;
    this.#link.open = false;
    const { connection } = this.#link;
    await serviceCall("db.close", op_database, { close: { connection } });
  }
}

/** The handler's own error counts; one about undoing would hide it, and the gateway undoes anyway. */
async function rollBack(link: Link, transaction: number): Promise<void> {
  if (!link.open) return;
  const { connection } = link;
  const undone = serviceCall("db.transaction", op_database, {
    rollback: { connection, transaction },
  });
  await undone.catch(() => undefined);
}

/** Connects to the database with this code. */
async function connect(databaseCode: string): Promise<DatabaseConnection> {
  const database = filledText(databaseCode, "the code of a database");
  const reply = await serviceCall<{ connection: number; permissions: string[] }>(
    "ketrics.Database.connect",
    op_database,
    { connect: { database } },
  );
  const link: Link = {
    code: database,
    connection: reply.connection,
    permissions: permissionSet(reply.permissions),
    open: true,
  };
  return new DatabaseConnection(makeConnection, link, undefined);
}

/** The class of connections, to be frozen. */
export { DatabaseConnection };

/** `ketrics.Database`. */
export const databaseModule: DatabaseModule = {
  connect,
  Error: DatabaseError,
  NotFoundError: DatabaseNotFoundError,
  AccessDeniedError: DatabaseAccessDeniedError,
  ConnectionError: DatabaseConnectionError,
  QueryError: DatabaseQueryError,
  TransactionError: DatabaseTransactionError,
  isError: isDatabaseError,
  isErrorType: isDatabaseErrorType,
};
