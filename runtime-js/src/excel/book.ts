/** What the objects of one workbook share: the workbook in Rust, and what waits to go there. */

import type { Workbook as Handle } from "ext:core/ops";
import { ExcelWriteError } from "./errors.ts";
import { Packer } from "./packer.ts";

/** A workbook. */
export class Book {
  readonly handle: Handle;
  readonly packer: Packer;

  constructor(handle: Handle) {
    this.handle = handle;
    this.packer = new Packer(handle);
  }

  /** Does something with the workbook in Rust, once it has all that waits. */
  act<Result>(what: (handle: Handle) => Result): Result {
    return this.#mapped(() => {
      this.packer.flush();
      return what(this.handle);
    });
  }

  /** Does something that the single cells that wait make no difference to. */
  actBesideCells(what: (handle: Handle) => void): void {
    this.#mapped(() => {
      if (this.packer.mode === "rows") this.packer.flush();
      what(this.handle);
    });
  }

  #mapped<Result>(what: () => Result): Result {
    try {
      return what();
    } catch (error) {
      // A limit of the file format.
      if (error instanceof RangeError) throw new ExcelWriteError(error.message);
      throw error;
    }
  }
}
