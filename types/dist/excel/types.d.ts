// Made from runtime-js/src by `make types`. Change it there.
/** Excel workbooks. */
import type { ErrorTypeGuard } from "../errors/base.js";
import type { SandboxBuffer } from "../sdk/binary.js";
import type { ExcelError, ExcelParseError, ExcelWriteError } from "./errors.js";
/** What a cell holds. */
export type ExcelCellValue = null | undefined | number | string | boolean | Date;
/**
 * What a cell holds that is no plain value, as ExcelJS has it. Such a cell reads as this object,
 * whatever the type of `value` says: `cell.type` tells, and `cell.text` and `cell.formula` do
 * without it.
 */
export type ExcelObjectValue = {
    formula: string;
    result?: ExcelCellValue | {
        error: string;
    };
} | {
    text: string;
    hyperlink: string;
    tooltip?: string;
} | {
    richText: {
        text: string;
        font?: object;
    }[];
} | {
    error: string;
};
/** The values of a row in the order of the columns; as `values`, from index 1 on. */
export type ExcelRowValues = ExcelCellValue[];
/** The values of a row by the keys of the columns. */
export type ExcelRowObject = Record<string, ExcelCellValue>;
/** A column. */
export interface ExcelColumnDefinition {
    /** The text that stands in row 1. */
    header?: string | undefined;
    /** The name by which rows that are objects give its value. */
    key?: string | undefined;
    /** The width, in characters of the standard font. */
    width?: number | undefined;
}
/** How a new worksheet looks. */
export interface AddWorksheetOptions {
    /** The color of its tab, as ARGB in hexadecimal: `FFC00000`. */
    tabColor?: string;
    /** The height of rows that have none of their own, in points. */
    defaultRowHeight?: number;
    /** The width of columns that have none of their own, in characters. */
    defaultColWidth?: number;
}
/** A cell. */
export interface IExcelCell {
    /** What it holds, at most 32,767 characters; a merged cell has the value of the first one. */
    get value(): ExcelCellValue;
    set value(value: ExcelCellValue | ExcelObjectValue);
    /** The value as text. */
    readonly text: string;
    /** Where it is, for example `B3`. */
    readonly address: string;
    /** Its row, from 1. */
    readonly row: number;
    /** Its column, from 1. */
    readonly col: number;
    /** Its formula without the equals sign, if it has one. */
    formula?: string | undefined;
    /**
     * What kind of value it holds, as ExcelJS names it: `Null`, `Merge`, `Number`, `String`, `Date`,
     * `Hyperlink`, `Formula`, `RichText`, `Boolean` or `Error`.
     */
    readonly type: string;
}
/** A row. */
export interface IExcelRow {
    /** Its number, from 1. */
    readonly number: number;
    /** The number of its last cell. */
    readonly cellCount: number;
    /** How many of its cells hold a value. */
    readonly actualCellCount: number;
    /** Its values from index 1 on; index 0 is empty. An array without that hole can be assigned. */
    values: ExcelRowValues;
    /** The cell in this column: its number from 1, its letters, or its key. */
    getCell(col: number | string): IExcelCell;
    /** Goes through the cells that hold a value, or with `includeEmpty` through all. */
    eachCell(callback: (cell: IExcelCell, colNumber: number) => void, options?: {
        includeEmpty?: boolean;
    }): void;
    /** Does nothing: every change is in the workbook at once. */
    commit(): void;
}
/** A worksheet: at most 1,048,576 rows of 16,384 columns. */
export interface IExcelWorksheet {
    /** Its name: at most 31 characters, none of `* ? : \ / [ ]`. */
    name: string;
    /** Its number in the workbook. */
    readonly id: number;
    /** The number of the last row. */
    readonly rowCount: number;
    /** How many rows hold a value. */
    readonly actualRowCount: number;
    /** The number of the last column. */
    readonly columnCount: number;
    /** How many columns hold a value. */
    readonly actualColumnCount: number;
    /** The columns. Setting them with headers writes row 1. */
    columns: ExcelColumnDefinition[];
    /** The row with this number, from 1. */
    getRow(rowNumber: number): IExcelRow;
    /** The rows from one number to another, both included; without them, all that hold a value. */
    getRows(startRow?: number, endRow?: number): IExcelRow[];
    /** The cell at this address, for example `B3`. */
    getCell(address: string): IExcelCell;
    /** The cell in this row and column, both from 1. */
    getCell(row: number, col: number): IExcelCell;
    /** Adds a row below the last one. */
    addRow(values: ExcelRowValues | ExcelRowObject): IExcelRow;
    /** Adds rows below the last one. */
    addRows(rows: (ExcelRowValues | ExcelRowObject)[]): void;
    /** Inserts a row; those from there on move down, and so do the references to them. */
    insertRow(pos: number, values: ExcelRowValues | ExcelRowObject): IExcelRow;
    /** Inserts rows; those from there on move down, and so do the references to them. */
    insertRows(pos: number, rows: (ExcelRowValues | ExcelRowObject)[]): void;
    /** Removes rows, and inserts others in their place. */
    spliceRows(start: number, count: number, ...rows: (ExcelRowValues | ExcelRowObject)[]): void;
    /** Goes through the rows that hold a value, or with `includeEmpty` through all. */
    eachRow(callback: (row: IExcelRow, rowNumber: number) => void, options?: {
        includeEmpty?: boolean;
    }): void;
    /** The values of all rows by number, each as `row.values`; index 0 is empty. */
    getSheetValues(): ExcelRowValues[];
    /** Merges the cells between two addresses. Merging what is merged is an error. */
    mergeCells(start: string, end: string): void;
    /** Merges the cells of a range, given by rows and columns from 1. */
    mergeCells(startRow: number, startCol: number, endRow: number, endCol: number): void;
    /** Undoes the merges between two addresses. */
    unMergeCells(start: string, end: string): void;
}
/** A workbook. */
export interface IExcelWorkbook {
    /** The worksheets in their order. */
    readonly worksheets: IExcelWorksheet[];
    /** How many there are. */
    readonly worksheetCount: number;
    /** The worksheet with this name, or in this place from 1. */
    getWorksheet(indexOrName: number | string): IExcelWorksheet | undefined;
    /** Adds a worksheet at the end. */
    addWorksheet(name?: string, options?: AddWorksheetOptions): IExcelWorksheet;
    /** Removes the worksheet with this name, or in this place from 1. */
    removeWorksheet(indexOrName: number | string): void;
    /**
     * Writes the workbook. Of one that was read, everything stays that was not touched: styles,
     * images, charts, names and the like.
     * @throws ExcelWriteError
     */
    toBuffer(): Promise<SandboxBuffer>;
    /** @deprecated The name of `toBuffer` in SDK 0.7 to 0.9. */
    writeFile(): Promise<SandboxBuffer>;
    /** A worksheet, the first by default, as comma-separated values (RFC 4180). */
    toCsv(worksheetName?: string): Promise<string>;
}
/** What reads and makes workbooks. */
export interface ExcelManager {
    /**
     * Reads a workbook.
     * @throws ExcelParseError
     */
    read(buffer: Uint8Array): Promise<IExcelWorkbook>;
    /** Makes an empty workbook. */
    create(): IExcelWorkbook;
}
/** `ketrics.Excel`: workbooks (Office Open XML, ECMA-376). */
export interface ExcelModule extends ExcelManager {
    /** What all errors of a workbook extend. */
    Error: typeof ExcelError;
    /** The file cannot be read. */
    ParseError: typeof ExcelParseError;
    /** The workbook cannot be written. */
    WriteError: typeof ExcelWriteError;
    /** Whether something is an error of a workbook. */
    isError: (error: unknown) => error is ExcelError;
    /** Whether something is this error of a workbook; takes the class or its name. */
    isErrorType: ErrorTypeGuard<ExcelError>;
}
