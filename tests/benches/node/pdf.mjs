// The documents of the bench, with pdf-lib: `node pdf.mjs write|merge|sources <folder>`. Prints
// what it took, in milliseconds and bytes of peak memory.
import { readFileSync, writeFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { PDFDocument, rgb, StandardFonts } from "pdf-lib";

const [, , what, folder] = process.argv;
const TEXT = "The quick brown fox jumps over the lazy dog, and the dog does not mind at all. ".repeat(12);

async function written(pages) {
  const document = await PDFDocument.create();
  const font = await document.embedFont(StandardFonts.Helvetica);
  for (let number = 0; number < pages; number++) {
    const page = document.addPage([595.28, 841.89]);
    page.drawText(`Page ${number}`, { x: 50, y: 780, size: 20, font });
    page.drawText(TEXT, { x: 50, y: 740, size: 10, font, lineHeight: 13, maxWidth: 495 });
    for (let row = 0; row < 25; row++) {
      const y = 560 - row * 20;
      page.drawLine({ start: { x: 50, y }, end: { x: 545, y }, thickness: 0.5, color: rgb(0.7, 0.7, 0.7) });
      for (let column = 0; column < 5; column++) {
        const cell = `${number}.${row}.${column}`;
        const x = 140 + column * 100 - font.widthOfTextAtSize(cell, 9);
        page.drawText(cell, { x, y: y + 6, size: 9, font });
      }
    }
  }
  return document.save();
}

async function merged() {
  const whole = await PDFDocument.create();
  for (let number = 0; number < 20; number++) {
    const source = await PDFDocument.load(readFileSync(`${folder}/${number}.pdf`));
    const pages = await whole.copyPages(source, source.getPageIndices());
    for (const page of pages) whole.addPage(page);
  }
  return whole.save();
}

if (what === "sources") {
  const source = await written(50);
  for (let number = 0; number < 20; number++) writeFileSync(`${folder}/${number}.pdf`, source);
} else {
  const start = performance.now();
  const bytes = await (what === "write" ? written(200) : merged());
  const milliseconds = performance.now() - start;
  const memory = process.resourceUsage().maxRSS * 1024;
  console.log(JSON.stringify({ milliseconds, memory, bytes: bytes.length }));
}
