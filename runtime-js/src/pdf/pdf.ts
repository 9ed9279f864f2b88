/**
 * `ketrics.Pdf`: documents, pages, fonts and images. What they do is done by the worker
 * (crates/documents) at once and in this process; here stand the signatures.
 */

import {
  op_pdf_copy_pages,
  op_pdf_create,
  op_pdf_draw_image,
  op_pdf_draw_line,
  op_pdf_draw_shape,
  op_pdf_draw_text,
  op_pdf_embed_font,
  op_pdf_embed_jpeg,
  op_pdf_embed_png,
  op_pdf_embed_standard_font,
  op_pdf_field,
  op_pdf_font_height,
  op_pdf_font_name,
  op_pdf_image_size,
  op_pdf_insert_page,
  op_pdf_move_page,
  op_pdf_page_size,
  op_pdf_pages,
  op_pdf_read,
  op_pdf_remove_page,
  op_pdf_set_field,
  op_pdf_set_page_size,
  op_pdf_text_width,
  op_pdf_write,
  type PdfHandle,
} from "ext:core/ops";
import { Buffer } from "../node/buffer.ts";
import type { SandboxBuffer } from "../sdk/binary.ts";
import { bytesOf } from "../volume/content.ts";
import { finite, index, list, type Optional, Options, text } from "./arguments.ts";
import { isPdfError, isPdfErrorType, PdfError, PdfParseError, PdfWriteError } from "./errors.ts";
import type {
  IPdfDocument,
  IPdfPage,
  PdfDrawCircleOptions,
  PdfDrawImageOptions,
  PdfDrawLineOptions,
  PdfDrawRectOptions,
  PdfDrawTextOptions,
  PdfEmbeddedFont,
  PdfEmbeddedImage,
  PdfModule,
  PdfPageDimensions,
  PdfPageSize,
  PdfRgbColor,
  PdfStandardFont,
} from "./types.ts";

/** pdf-lib's, which other sizes are measured by. */
const SIZES: Readonly<Record<PdfPageSize, readonly [number, number]>> = {
  A3: [841.89, 1190.55],
  A4: [595.28, 841.89],
  A5: [419.53, 595.28],
  Letter: [612, 792],
  Legal: [612, 1008],
  Tabloid: [792, 1224],
};

/** What pdf-lib takes for the size of text and the distance of lines. */
const TEXT_SIZE = 24;

const made = Symbol("made by ketrics.Pdf");
const { hasOwn, keys } = Object;
const { isArray } = Array;
const { min } = Math;

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Does something, and makes a typed error of what goes wrong. */
function attempt<Result>(operation: string, act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    if (error instanceof PdfError) throw error;
    throw new PdfError(operation, messageOf(error));
  }
}

function bytesFor(operation: string, value: unknown): Uint8Array {
  const bytes = typeof value === "string" ? undefined : bytesOf(value);
  if (bytes !== undefined) return bytes;
  const given = value === null ? "null" : typeof value;
  throw new PdfError(operation, `the data must be a Buffer or a Uint8Array, not ${given}`);
}

function sizeOf(operation: string, given: unknown): readonly [number, number] {
  const size =
    typeof given === "object" && given !== null && "size" in given
      ? (given as { size: unknown }).size
      : given;
  if (size === undefined || size === null) return SIZES.A4;
  if (typeof size === "string" && hasOwn(SIZES, size)) return SIZES[size as PdfPageSize];
  if (isArray(size) && size.length === 2) {
    return [finite(operation, "the width", size[0]), finite(operation, "the height", size[1])];
  }
  const names = keys(SIZES).join(", ");
  const what = typeof size === "string" ? `'${size}'` : `a value of type ${typeof size}`;
  throw new PdfError(operation, `${what} is no page size; give ${names} or [width, height]`);
}

/** A font of a document. */
class PdfFont implements PdfEmbeddedFont {
  readonly #document: PdfHandle;
  readonly #number: number;

  constructor(key: typeof made, document: PdfHandle, number: number) {
    if (key !== made) throw new TypeError("use the document's embedFont or embedStandardFont");
    this.#document = document;
    this.#number = number;
  }

  /** Its number in this document. */
  static number(font: Optional<PdfEmbeddedFont>, document: PdfHandle): number | undefined {
    if (font === undefined || font === null) return undefined;
    if (typeof font !== "object" || !(#document in font) || font.#document !== document) {
      throw new PdfError("drawText", "font must be one that this document has embedded");
    }
    return font.#number;
  }

  get name(): string {
    return op_pdf_font_name(this.#document, this.#number);
  }

  widthOfTextAtSize(string: string, size: number): number {
    const operation = "widthOfTextAtSize";
    text(operation, "text", string);
    finite(operation, "size", size);
    return attempt(operation, () => op_pdf_text_width(this.#document, this.#number, string, size));
  }

  heightAtSize(size: number): number {
    finite("heightAtSize", "size", size);
    return op_pdf_font_height(this.#document, this.#number, size);
  }
}

/** An image of a document. */
class PdfImage implements PdfEmbeddedImage {
  readonly #document: PdfHandle;
  readonly #number: number;
  readonly #size: readonly [number, number];

  constructor(key: typeof made, document: PdfHandle, number: number) {
    if (key !== made) throw new TypeError("use the document's embedPng or embedJpg");
    this.#document = document;
    this.#number = number;
    this.#size = op_pdf_image_size(document, number);
  }

  /** Its number in this document. */
  static number(image: unknown, document: PdfHandle): number {
    const isImage = typeof image === "object" && image !== null && #document in image;
    if (!isImage || image.#document !== document) {
      throw new PdfError("drawImage", "image must be one that this document has embedded");
    }
    return image.#number;
  }

  get width(): number {
    return this.#size[0];
  }

  get height(): number {
    return this.#size[1];
  }

  scale(factor: number) {
    finite("scale", "factor", factor);
    return { width: this.width * factor, height: this.height * factor };
  }

  scaleToFit(width: number, height: number) {
    const across = finite("scaleToFit", "width", width) / this.width;
    const upwards = finite("scaleToFit", "height", height) / this.height;
    return this.scale(min(across, upwards));
  }
}

/** A page of a document. */
class PdfPage implements IPdfPage {
  readonly #document: PdfHandle;
  readonly #number: number;

  constructor(key: typeof made, document: PdfHandle, number: number) {
    if (key !== made) throw new TypeError("use the document's addPage, insertPage or getPage");
    this.#document = document;
    this.#number = number;
  }

  /** Its number, if it is a page, and if it is one of this document. */
  static number(operation: string, page: unknown, document: PdfHandle): number | undefined {
    if (typeof page !== "object" || page === null || !(#document in page)) return undefined;
    if (page.#document === document) return page.#number;
    throw new PdfError(operation, "the page belongs to another document; copyPages copies it");
  }

  get width(): number {
    return this.getSize().width;
  }

  get height(): number {
    return this.getSize().height;
  }

  getSize() {
    const [width, height] = op_pdf_page_size(this.#document, this.#number);
    return { width, height };
  }

  setSize(width: number, height: number): void {
    finite("setSize", "width", width);
    finite("setSize", "height", height);
    attempt("setSize", () => op_pdf_set_page_size(this.#document, this.#number, width, height));
  }

  async drawText(string: string, options?: PdfDrawTextOptions): Promise<void> {
    const operation = "drawText";
    text(operation, "text", string);
    const how = new Options(operation, options)
      .value("font", PdfFont.number(options?.font, this.#document))
      // As in pdf-lib, a size of 0 is the usual one.
      .value("size", options?.size || undefined, TEXT_SIZE)
      .number("x", 0)
      .number("y", 0)
      .number("rotate", 0)
      .number("opacity")
      .number("lineHeight", TEXT_SIZE)
      .number("maxWidth")
      .color("color");
    attempt(operation, () => op_pdf_draw_text(this.#document, this.#number, string, how.laidOut));
  }

  drawRectangle(options: PdfDrawRectOptions): void {
    const how = new Options<PdfDrawRectOptions & { borderOpacity?: number }>(
      "drawRectangle",
      options,
    )
      .number("x", 0)
      .number("y", 0)
      .number("width", 150)
      .number("height", 100)
      .number("rotate", 0)
      .number("borderWidth", 0)
      .number("opacity")
      .number("borderOpacity")
      .color("color")
      .color("borderColor");
    attempt("drawRectangle", () => op_pdf_draw_shape(this.#document, this.#number, how.laidOut));
  }

  drawCircle(options: PdfDrawCircleOptions): void {
    const how = new Options<PdfDrawCircleOptions & { borderOpacity?: number }>(
      "drawCircle",
      options,
    )
      .number("x", 0)
      .number("y", 0)
      .number("radius", 100)
      .value("height", undefined)
      .value("rotate", 0)
      .number("borderWidth", 0)
      .number("opacity")
      .number("borderOpacity")
      .color("color")
      .color("borderColor");
    attempt("drawCircle", () => op_pdf_draw_shape(this.#document, this.#number, how.laidOut));
  }

  drawLine(options: PdfDrawLineOptions): void {
    const operation = "drawLine";
    const how = new Options(operation, options);
    for (const end of ["start", "end"] as const) {
      for (const axis of ["x", "y"] as const) {
        how.value(end, finite(operation, `${end}.${axis}`, options?.[end]?.[axis]));
      }
    }
    how.number("thickness", 1).number("opacity").color("color");
    attempt(operation, () => op_pdf_draw_line(this.#document, this.#number, how.laidOut));
  }

  drawImage(image: PdfEmbeddedImage, options?: PdfDrawImageOptions): void {
    const number = PdfImage.number(image, this.#document);
    const how = new Options("drawImage", options)
      .number("x", 0)
      .number("y", 0)
      .number("width")
      .number("height")
      .number("rotate", 0)
      .number("opacity");
    attempt("drawImage", () =>
      op_pdf_draw_image(this.#document, this.#number, number, how.laidOut),
    );
  }
}

/** The texts that a document says about itself. */
type Field = "title" | "author" | "subject" | "keywords" | "creator" | "producer";

/** A document. */
class PdfDocument implements IPdfDocument {
  readonly #handle: PdfHandle;
  /** The pages that were handed out, so that a page is always the same object. */
  readonly #pages: PdfPage[] = [];

  constructor(key: typeof made, handle: PdfHandle) {
    if (key !== made) throw new TypeError("use ketrics.Pdf.create() or ketrics.Pdf.read(buffer)");
    this.#handle = handle;
  }

  #page(number: number): PdfPage {
    this.#pages[number] ??= new PdfPage(made, this.#handle, number);
    return this.#pages[number];
  }

  #handedOut(numbers: readonly number[]): PdfPage[] {
    const pages: PdfPage[] = [];
    for (const number of numbers) pages[pages.length] = this.#page(number);
    return pages;
  }

  getPageCount(): number {
    return op_pdf_pages(this.#handle).length;
  }

  getPages(): IPdfPage[] {
    return this.#handedOut(op_pdf_pages(this.#handle));
  }

  getPage(at: number): IPdfPage {
    const pages = op_pdf_pages(this.#handle);
    const number = pages[index("getPage", "index", at)];
    if (number !== undefined) return this.#page(number);
    const has = `the document has ${pages.length}, counted from 0`;
    throw new PdfError("getPage", `there is no page ${at}: ${has}`);
  }

  addPage(size?: PdfPageDimensions | IPdfPage): IPdfPage {
    return this.#put("addPage", this.getPageCount(), size);
  }

  insertPage(at: number, size?: PdfPageDimensions | IPdfPage): IPdfPage {
    return this.#put("insertPage", index("insertPage", "index", at), size);
  }

  #put(operation: string, at: number, given: PdfPageDimensions | IPdfPage | undefined): PdfPage {
    const known = PdfPage.number(operation, given, this.#handle);
    if (known !== undefined) {
      attempt(operation, () => op_pdf_move_page(this.#handle, known, at));
      return this.#page(known);
    }
    const [width, height] = sizeOf(operation, given);
    return this.#page(
      attempt(operation, () => op_pdf_insert_page(this.#handle, at, width, height)),
    );
  }

  removePage(at: number): void {
    const place = index("removePage", "index", at);
    attempt("removePage", () => op_pdf_remove_page(this.#handle, place));
  }

  async copyPages(source: IPdfDocument, indexes: number[]): Promise<IPdfPage[]> {
    const operation = "copyPages";
    if (typeof source !== "object" || source === null || !(#handle in source)) {
      throw new PdfError(operation, "the source must be a document of ketrics.Pdf");
    }
    const wanted: number[] = [];
    for (const at of list(operation, "the page indices", indexes)) {
      wanted[wanted.length] = index(operation, "each page index", at);
    }
    const from = source.#handle;
    return this.#handedOut(attempt(operation, () => op_pdf_copy_pages(this.#handle, from, wanted)));
  }

  async embedPng(imageData: Uint8Array): Promise<PdfEmbeddedImage> {
    const bytes = bytesFor("embedPng", imageData);
    const number = attempt("embedPng", () => op_pdf_embed_png(this.#handle, bytes));
    return new PdfImage(made, this.#handle, number);
  }

  async embedJpg(imageData: Uint8Array): Promise<PdfEmbeddedImage> {
    const bytes = bytesFor("embedJpg", imageData);
    const number = attempt("embedJpg", () => op_pdf_embed_jpeg(this.#handle, bytes));
    return new PdfImage(made, this.#handle, number);
  }

  async embedFont(fontData: Uint8Array): Promise<PdfEmbeddedFont> {
    const bytes = bytesFor("embedFont", fontData);
    const number = attempt("embedFont", () => op_pdf_embed_font(this.#handle, bytes));
    return new PdfFont(made, this.#handle, number);
  }

  async embedStandardFont(font: PdfStandardFont): Promise<PdfEmbeddedFont> {
    const name = text("embedStandardFont", "font", font);
    const number = attempt("embedStandardFont", () =>
      op_pdf_embed_standard_font(this.#handle, name),
    );
    return new PdfFont(made, this.#handle, number);
  }

  #set(operation: string, field: Field, value: unknown): void {
    op_pdf_set_field(this.#handle, field, text(operation, field, value));
  }

  #get(field: Field): string | undefined {
    return op_pdf_field(this.#handle, field) ?? undefined;
  }

  setTitle(title: string): void {
    this.#set("setTitle", "title", title);
  }

  setAuthor(author: string): void {
    this.#set("setAuthor", "author", author);
  }

  setSubject(subject: string): void {
    this.#set("setSubject", "subject", subject);
  }

  setKeywords(keywords: string[]): void {
    let joined = "";
    for (const keyword of list("setKeywords", "keywords", keywords)) {
      const next = text("setKeywords", "each keyword", keyword);
      joined = joined === "" ? next : `${joined} ${next}`;
    }
    this.#set("setKeywords", "keywords", joined);
  }

  setCreator(creator: string): void {
    this.#set("setCreator", "creator", creator);
  }

  setProducer(producer: string): void {
    this.#set("setProducer", "producer", producer);
  }

  getTitle(): string | undefined {
    return this.#get("title");
  }

  getAuthor(): string | undefined {
    return this.#get("author");
  }

  getSubject(): string | undefined {
    return this.#get("subject");
  }

  getKeywords(): string | undefined {
    return this.#get("keywords");
  }

  getCreator(): string | undefined {
    return this.#get("creator");
  }

  getProducer(): string | undefined {
    return this.#get("producer");
  }

  async toBuffer(): Promise<SandboxBuffer> {
    let bytes: Uint8Array<ArrayBuffer>;
    try {
      bytes = op_pdf_write(this.#handle);
    } catch (error) {
      throw new PdfWriteError(messageOf(error));
    }
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
}

async function read(buffer: Uint8Array): Promise<IPdfDocument> {
  const bytes = bytesOf(buffer);
  if (bytes === undefined || typeof buffer === "string") {
    const given = buffer === null ? "null" : typeof buffer;
    throw new PdfParseError(`it must be a Buffer or a Uint8Array, not ${given}`);
  }
  let handle: PdfHandle;
  try {
    handle = op_pdf_read(bytes);
  } catch (error) {
    throw new PdfParseError(messageOf(error));
  }
  return new PdfDocument(made, handle);
}

async function create(): Promise<IPdfDocument> {
  return new PdfDocument(made, op_pdf_create());
}

function rgb(r: number, g: number, b: number): PdfRgbColor {
  const parts = { red: r, green: g, blue: b };
  for (const name of ["red", "green", "blue"] as const) {
    const value = finite("rgb", name, parts[name]);
    if (value < 0 || value > 1) {
      throw new PdfError("rgb", `${name} must be 0 to 1, not ${value}`);
    }
  }
  return { r, g, b };
}

/** The classes of what the module makes, to be frozen. */
export const pdfClasses = [PdfDocument, PdfPage, PdfFont, PdfImage];

/** `ketrics.Pdf`. */
export const pdfModule: PdfModule = {
  read,
  create,
  rgb,
  Error: PdfError,
  ParseError: PdfParseError,
  WriteError: PdfWriteError,
  isError: isPdfError,
  isErrorType: isPdfErrorType,
};
