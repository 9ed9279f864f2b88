import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { PdfError, PdfParseError, PdfWriteError } from "../src/pdf/errors.ts";
import { pdfModule } from "../src/pdf/pdf.ts";
import { host } from "./stubs/ops.ts";

/** What the ops were called with, without the document. */
let calls: unknown[][] = [];
let replies: Record<string, unknown> = {};

beforeEach(() => {
  calls = [];
  let page = 0;
  replies = { create: {}, read: {}, pages: [], page_size: [100, 50], image_size: [40, 20] };
  host.pdf = (name, parameters) => {
    const numbers = parameters.map((value) =>
      value instanceof Uint8Array && name.startsWith("draw_")
        ? [...new Float64Array(value.buffer)]
        : value,
    );
    calls.push([name, ...numbers.slice(name === "read" ? 0 : 1)]);
    const reply = replies[name];
    if (reply instanceof Error) throw reply;
    if (name === "create") return {};
    if (name === "insert_page") return page++;
    return reply ?? 7;
  };
});

const NONE = Number.NaN;

test("a page is as large as its name, its sides or its options say", async () => {
  const document = await pdfModule.create();
  for (const size of ["A4", [200, 300], { size: "Letter" }, undefined, { size: [5, 6] }]) {
    document.addPage(size as "A4");
  }
  assert.deepEqual(
    calls.filter(([name]) => name === "insert_page").map(([, , ...size]) => size),
    [
      [595.28, 841.89],
      [200, 300],
      [612, 792],
      [595.28, 841.89],
      [5, 6],
    ],
  );
  assert.throws(() => document.addPage("B7" as "A4"), {
    name: "PdfError",
    operation: "addPage",
    message: "'B7' is no page size; give A3, A4, A5, Letter, Legal, Tabloid or [width, height]",
  });
  assert.throws(() => document.addPage(["1", 2] as unknown as [number, number]), PdfError);
  assert.throws(() => document.insertPage(-1), PdfError);
});

test("what is left out is what pdf-lib takes", async () => {
  const document = await pdfModule.create();
  const page = document.addPage();
  calls = [];
  const font = await document.embedStandardFont("Helvetica");
  await page.drawText("a");
  const red = pdfModule.rgb(1, 0, 0.5);
  await page.drawText("b", { font, size: 9, x: 1, y: 2, rotate: 45, opacity: 0.5, lineHeight: 11 });
  await page.drawText("c", { maxWidth: 80, color: red });
  page.drawLine({ start: { x: 1, y: 2 }, end: { x: 3, y: 4 } });
  page.drawRectangle({ x: 1, y: 2, width: 3, height: 4, borderColor: red });
  page.drawCircle({ x: 1, y: 2, radius: 9, color: red, borderWidth: 2 });
  page.drawImage(await document.embedPng(new Uint8Array(1)));
  const none = [NONE, NONE, NONE];
  assert.deepEqual(
    calls.filter(([name]) => String(name).startsWith("draw_")),
    [
      ["draw_text", 0, "a", [NONE, 24, 0, 0, 0, NONE, 24, NONE, ...none]],
      ["draw_text", 0, "b", [7, 9, 1, 2, 45, 0.5, 11, NONE, ...none]],
      ["draw_text", 0, "c", [NONE, 24, 0, 0, 0, NONE, 24, 80, 1, 0, 0.5]],
      ["draw_line", 0, [1, 2, 3, 4, 1, NONE, ...none]],
      ["draw_shape", 0, [1, 2, 3, 4, 0, 0, NONE, NONE, ...none, 1, 0, 0.5]],
      ["draw_shape", 0, [1, 2, 9, NONE, 0, 2, NONE, NONE, 1, 0, 0.5, ...none]],
      ["draw_image", 0, 7, [0, 0, NONE, NONE, 0, NONE]],
    ],
  );
});

test("a bad argument is named and nothing is drawn", async () => {
  const document = await pdfModule.create();
  const page = document.addPage();
  const other = await (await pdfModule.create()).embedStandardFont("Courier");
  calls = [];
  await assert.rejects(page.drawText("a", { x: NONE }), {
    operation: "drawText",
    message: "x must be a number, not NaN",
  });
  await assert.rejects(page.drawText(5 as unknown as string), /text must be a string, not 5/);
  await assert.rejects(page.drawText("a", { font: other }), /font must be one that this document/);
  assert.throws(() => page.drawLine({ start: { x: 1 } } as never), /start.y must be a number/);
  assert.throws(() => page.drawRectangle({ color: "red" } as never), /color must be a color/);
  assert.throws(() => page.drawImage({} as never), /image must be one that this document/);
  assert.throws(() => pdfModule.rgb(255, 0, 0), /red must be 0 to 1, not 255/);
  assert.deepEqual(calls, []);
});

test("what the worker refuses is a typed error", async () => {
  replies.read = new Error("it is encrypted");
  await assert.rejects(pdfModule.read(new Uint8Array(3)), (error: PdfParseError) => {
    assert.ok(error instanceof PdfParseError && pdfModule.isError(error));
    assert.equal(error.reason, "it is encrypted");
    return pdfModule.isErrorType(error, "PdfParseError");
  });
  await assert.rejects(pdfModule.read("text" as never), /must be a Buffer or a Uint8Array/);
  const document = await pdfModule.create();
  replies.write = new Error("no");
  await assert.rejects(document.toBuffer(), PdfWriteError);
  replies.draw_text = new Error('WinAnsi cannot encode "→"');
  await assert.rejects(document.addPage().drawText("→"), {
    name: "PdfError",
    operation: "drawText",
    message: 'WinAnsi cannot encode "→"',
  });
});

test("pages keep their identity, and a copied page can be put elsewhere", async () => {
  const document = await pdfModule.create();
  const source = await pdfModule.read(new Uint8Array(1));
  replies.pages = [4, 2];
  replies.copy_pages = [5, 6];
  assert.equal(document.getPages()[1], document.getPage(1));
  assert.equal(document.getPageCount(), 2);
  assert.throws(
    () => document.getPage(2),
    /there is no page 2: the document has 2, counted from 0/,
  );
  const [first] = await document.copyPages(source, [0, 1]);
  assert.equal(document.addPage(first), first);
  assert.deepEqual(calls.at(-1), ["move_page", 5, 2]);
  assert.throws(() => source.addPage(first), /belongs to another document; copyPages copies it/);
  await assert.rejects(document.copyPages(source, [0.5]), /each page index must be the number/);
  await assert.rejects(document.copyPages({} as never, [0]), /must be a document of ketrics.Pdf/);
});

test("keywords are one text, and an image keeps its shape", async () => {
  const document = await pdfModule.create();
  document.setKeywords(["one", "two"]);
  assert.deepEqual(calls.at(-1), ["set_field", "keywords", "one two"]);
  assert.throws(() => document.setKeywords("one" as never), /keywords must be an array/);
  assert.throws(() => document.setTitle(1 as never), /title must be a string/);
  const image = await document.embedJpg(new Uint8Array(1));
  assert.deepEqual([image.width, image.height], [40, 20]);
  assert.deepEqual(image.scale(0.5), { width: 20, height: 10 });
  assert.deepEqual(image.scaleToFit(100, 10), { width: 20, height: 10 });
});
