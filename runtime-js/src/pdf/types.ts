/** PDF documents. Lengths are in points (1/72 inch); coordinates start at the bottom left. */

import type { ErrorTypeGuard } from "../errors/base.ts";
import type { SandboxBuffer } from "../sdk/binary.ts";
import type { PdfError, PdfParseError, PdfWriteError } from "./errors.ts";

/** A size of paper, upright. */
export type PdfPageSize = "A4" | "Letter" | "Legal" | "Tabloid" | "A3" | "A5";

/** How large a page is: by name, or its width and height. */
export type PdfPageDimensions =
  | PdfPageSize
  | [number, number]
  | {
      /** By name, or its width and height. */
      size: PdfPageSize | [number, number];
    };

/** One of the 14 fonts that every reader has. */
export type PdfStandardFont =
  | "Courier"
  | "CourierBold"
  | "CourierBoldOblique"
  | "CourierOblique"
  | "Helvetica"
  | "HelveticaBold"
  | "HelveticaBoldOblique"
  | "HelveticaOblique"
  | "TimesRoman"
  | "TimesRomanBold"
  | "TimesRomanBoldItalic"
  | "TimesRomanItalic"
  | "Symbol"
  | "ZapfDingbats";

/** A color; each part from 0 to 1. */
export interface PdfRgbColor {
  /** Red. */
  r: number;
  /** Green. */
  g: number;
  /** Blue. */
  b: number;
}

/** Width and height. */
interface Size {
  /** The width. */
  width: number;
  /** The height. */
  height: number;
}

/** A place on a page. */
interface Point {
  /** From the left. */
  x: number;
  /** From the bottom. */
  y: number;
}

/** How text is drawn. */
export interface PdfDrawTextOptions {
  /** Where the line begins, from the left. */
  x?: number;
  /** Where its baseline is, from the bottom. */
  y?: number;
  /** The size of the font; 24 by default. */
  size?: number;
  /** The font; Helvetica by default. */
  font?: PdfEmbeddedFont;
  /** The color; black by default. */
  color?: PdfRgbColor;
  /** Degrees, counterclockwise. */
  rotate?: number;
  /** From 0 to 1; 1 by default. */
  opacity?: number;
  /** From one baseline to the next. */
  lineHeight?: number;
  /** Where lines are broken, between words. */
  maxWidth?: number;
}

/** How a rectangle is drawn. */
export interface PdfDrawRectOptions {
  /** Its left side. */
  x: number;
  /** Its bottom. */
  y: number;
  /** Its width. */
  width: number;
  /** Its height. */
  height: number;
  /** What it is filled with. */
  color?: PdfRgbColor;
  /** The color of its border. */
  borderColor?: PdfRgbColor;
  /** The width of its border. */
  borderWidth?: number;
  /** From 0 to 1; 1 by default. */
  opacity?: number;
  /** Degrees, counterclockwise. */
  rotate?: number;
}

/** How a line is drawn. */
export interface PdfDrawLineOptions {
  /** Where it begins. */
  start: Point;
  /** Where it ends. */
  end: Point;
  /** Its width; 1 by default. */
  thickness?: number;
  /** Its color; black by default. */
  color?: PdfRgbColor;
  /** From 0 to 1; 1 by default. */
  opacity?: number;
}

/** How a circle is drawn. */
export interface PdfDrawCircleOptions {
  /** Its center, from the left. */
  x: number;
  /** Its center, from the bottom. */
  y: number;
  /** Its radius. */
  radius: number;
  /** What it is filled with. */
  color?: PdfRgbColor;
  /** The color of its border. */
  borderColor?: PdfRgbColor;
  /** The width of its border. */
  borderWidth?: number;
  /** From 0 to 1; 1 by default. */
  opacity?: number;
}

/** How an image is drawn. */
export interface PdfDrawImageOptions {
  /** Its left side. */
  x?: number;
  /** Its bottom. */
  y?: number;
  /** Its width; the image's own by default, a point for a pixel. */
  width?: number;
  /** Its height; the image's own by default, a point for a pixel. */
  height?: number;
  /** Degrees, counterclockwise. */
  rotate?: number;
  /** From 0 to 1; 1 by default. */
  opacity?: number;
}

/** An image that is part of a document. */
export interface PdfEmbeddedImage {
  /** Its width in pixels. */
  readonly width: number;
  /** Its height in pixels. */
  readonly height: number;
  /** Its size times a factor. */
  scale(factor: number): Size;
  /** The largest size of its shape within these bounds. */
  scaleToFit(width: number, height: number): Size;
}

/** A font that is part of a document. */
export interface PdfEmbeddedFont {
  /** Its name. */
  readonly name: string;
  /**
   * How wide a text is.
   * @throws PdfError Naming the character that the font lacks.
   */
  widthOfTextAtSize(text: string, size: number): number;
  /** How high the font is, from its descenders to its ascenders. */
  heightAtSize(size: number): number;
}

/** A page. Drawing outside of it is no error. */
export interface IPdfPage {
  /** Its width. */
  readonly width: number;
  /** Its height. */
  readonly height: number;
  /** Both. */
  getSize(): Size;
  /** Changes its size. */
  setSize(width: number, height: number): void;
  /** Draws text, a line for each part between line breaks. */
  drawText(text: string, options?: PdfDrawTextOptions): Promise<void>;
  /** Draws a rectangle. */
  drawRectangle(options: PdfDrawRectOptions): void;
  /** Draws a line. */
  drawLine(options: PdfDrawLineOptions): void;
  /** Draws a circle. */
  drawCircle(options: PdfDrawCircleOptions): void;
  /** Draws an image. */
  drawImage(image: PdfEmbeddedImage, options?: PdfDrawImageOptions): void;
}

/** A document. */
export interface IPdfDocument {
  /** How many pages it has. */
  getPageCount(): number;
  /** Its pages in their order. */
  getPages(): IPdfPage[];
  /** The page in this place, from 0. */
  getPage(index: number): IPdfPage;
  /** Adds a page at the end: an empty one, A4 by default; a page of this document moves there. */
  addPage(size?: PdfPageDimensions | IPdfPage): IPdfPage;
  /** Inserts a page in this place, from 0. */
  insertPage(index: number, size?: PdfPageDimensions | IPdfPage): IPdfPage;
  /** Removes the page in this place, from 0. */
  removePage(index: number): void;
  /**
   * Copies pages of another document, or of this one, with all that they need. They are added at
   * the end; `addPage` and `insertPage` take them to another place.
   */
  copyPages(sourceDoc: IPdfDocument, pageIndices: number[]): Promise<IPdfPage[]>;
  /** Makes a PNG image part of the document. */
  embedPng(imageData: Uint8Array): Promise<PdfEmbeddedImage>;
  /** Makes a JPEG image part of the document. */
  embedJpg(imageData: Uint8Array): Promise<PdfEmbeddedImage>;
  /** Makes a TrueType or OpenType font part of the document; only what is used of it is written. */
  embedFont(fontData: Uint8Array): Promise<PdfEmbeddedFont>;
  /** Uses one of the 14 standard fonts. */
  embedStandardFont(font: PdfStandardFont): Promise<PdfEmbeddedFont>;
  /** Sets the title. */
  setTitle(title: string): void;
  /** Sets the author. */
  setAuthor(author: string): void;
  /** Sets the subject. */
  setSubject(subject: string): void;
  /** Sets the keywords. */
  setKeywords(keywords: string[]): void;
  /** Sets the program that made what the document was made from. */
  setCreator(creator: string): void;
  /** Sets the program that made the document. */
  setProducer(producer: string): void;
  /** The title. */
  getTitle(): string | undefined;
  /** The author. */
  getAuthor(): string | undefined;
  /** The subject. */
  getSubject(): string | undefined;
  /** The keywords, as one text. */
  getKeywords(): string | undefined;
  /** The program that made what the document was made from. */
  getCreator(): string | undefined;
  /** The program that made the document. */
  getProducer(): string | undefined;
  /**
   * Writes the document. Of one that was read, everything stays that was not touched: annotations,
   * forms, outlines, attachments.
   * @throws PdfWriteError
   */
  toBuffer(): Promise<SandboxBuffer>;
}

/** What reads and makes documents. */
export interface PdfManager {
  /**
   * Reads a document.
   * @throws PdfParseError Also of one that is encrypted.
   */
  read(buffer: Uint8Array): Promise<IPdfDocument>;
  /** Makes an empty document. */
  create(): Promise<IPdfDocument>;
  /** A color; each part from 0 to 1. */
  rgb(r: number, g: number, b: number): PdfRgbColor;
}

/** `ketrics.Pdf`: PDF documents (ISO 32000). */
export interface PdfModule extends PdfManager {
  /** What all errors of a document extend. */
  Error: typeof PdfError;
  /** The file cannot be read. */
  ParseError: typeof PdfParseError;
  /** The document cannot be written. */
  WriteError: typeof PdfWriteError;
  /** Whether something is an error of a document. */
  isError: (error: unknown) => error is PdfError;
  /** Whether something is this error of a document; takes the class or its name. */
  isErrorType: ErrorTypeGuard<PdfError>;
}
