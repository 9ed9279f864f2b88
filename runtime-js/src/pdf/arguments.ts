/**
 * The arguments of drawing, checked and laid out in one array for the worker's ops; what was left
 * out is NaN there.
 */

import { PdfError } from "./errors.ts";
import type { PdfRgbColor } from "./types.ts";

const { isFinite: isFiniteNumber, isInteger } = Number;
const { isArray } = Array;

/** A value that a caller may leave out. */
export type Optional<Value> = Value | null | undefined;

/** The throwing of an error that says what a value is and what it must be. */
function mustBe(operation: string, name: string, what: string, value: unknown): never {
  let given: string = typeof value;
  if (value === null) given = "null";
  else if (given === "number") given = `${value as number}`;
  throw new PdfError(operation, `${name} must be ${what}, not ${given}`);
}

/** Takes the options of one call. */
export class Options<Given extends object> {
  readonly #operation: string;
  readonly #given: Partial<Given>;
  readonly #laid: number[] = [];

  constructor(operation: string, given: Optional<Given>) {
    if (given !== undefined && given !== null && typeof given !== "object") {
      mustBe(operation, "the options", "an object", given);
    }
    this.#operation = operation;
    this.#given = given ?? {};
  }

  /** A number, or what it is when it was left out. */
  number(name: keyof Given & string, otherwise = Number.NaN): this {
    return this.value(name, this.#given[name], otherwise);
  }

  /** A number that stands deeper in the options. */
  value(name: string, value: unknown, otherwise = Number.NaN): this {
    this.#laid[this.#laid.length] =
      value === undefined || value === null ? otherwise : finite(this.#operation, name, value);
    return this;
  }

  /** The three parts of a color. */
  color(name: keyof Given & string): this {
    const color = this.#given[name] as Optional<PdfRgbColor>;
    if (color === undefined || color === null) {
      return this.value("", null).value("", null).value("", null);
    }
    if (typeof color !== "object") mustBe(this.#operation, name, "a color of Pdf.rgb", color);
    for (const part of ["r", "g", "b"] as const) {
      const value = finite(this.#operation, `${name}.${part}`, color[part]);
      this.value("", value);
    }
    return this;
  }

  /** All of them, as an op takes them. */
  get laidOut(): Uint8Array {
    const laid = this.#laid;
    const numbers = new Float64Array(laid.length);
    for (let index = 0; index < laid.length; index++) numbers[index] = laid[index] as number;
    return new Uint8Array(numbers.buffer);
  }
}

/** A number that is one. */
export function finite(operation: string, name: string, value: unknown): number {
  return isFiniteNumber(value) ? (value as number) : mustBe(operation, name, "a number", value);
}

/** A text. */
export function text(operation: string, name: string, value: unknown): string {
  return typeof value === "string" ? value : mustBe(operation, name, "a string", value);
}

/** The place of a page, from 0. */
export function index(operation: string, name: string, value: unknown): number {
  const isIndex = isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 31;
  return isIndex
    ? (value as number)
    : mustBe(operation, name, "the number of a page, from 0", value);
}

/** A list. */
export function list(operation: string, name: string, value: unknown): unknown[] {
  return isArray(value) ? (value as unknown[]) : mustBe(operation, name, "an array", value);
}
