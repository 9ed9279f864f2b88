import { holds, same, thrown } from "./expect";

const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

export async function pdf(payload: { font: string; jpeg: string }) {
  const { Pdf } = ketrics;
  const doc = await Pdf.create();
  const page = doc.addPage("A4");
  doc.addPage([200, 300]);
  const first = doc.insertPage(0, "Letter");
  same("size", [page.getSize().width, page.height, page.width, first.width], [595.28, 841.89, 595.28, 612]);
  page.setSize(600, 800);
  const font = await doc.embedStandardFont("HelveticaBold");
  same("font", [font.name, font.heightAtSize(10) > 9, font.widthOfTextAtSize("x", 10) > 5], ["Helvetica-Bold", true, true]);
  await page.drawText("Hello\nWorld", { x: 50, y: 700, size: 24, font, color: Pdf.rgb(0, 0, 1), rotate: 10, opacity: 0.5, lineHeight: 30, maxWidth: 200 });
  page.drawRectangle({ x: 1, y: 2, width: 30, height: 40, color: Pdf.rgb(1, 0, 0), borderColor: Pdf.rgb(0, 0, 0), borderWidth: 2, opacity: 0.5, rotate: 5 });
  page.drawLine({ start: { x: 0, y: 0 }, end: { x: 100, y: 100 }, thickness: 2, color: Pdf.rgb(0, 1, 0), opacity: 1 });
  page.drawCircle({ x: 100, y: 100, radius: 20, color: Pdf.rgb(1, 1, 0), borderColor: Pdf.rgb(0, 0, 0), borderWidth: 1, opacity: 1 });
  const png = await doc.embedPng(Buffer.from(PNG, "base64"));
  same("image", [png.width, png.height, png.scale(3), png.scaleToFit(10, 20)], [1, 1, { width: 3, height: 3 }, { width: 10, height: 10 }]);
  page.drawImage(png, { x: 10, y: 10, width: 20, height: 20, rotate: 0, opacity: 1 });
  holds("jpeg", (await doc.embedJpg(Buffer.from(payload.jpeg, "base64"))).width > 0);
  const embedded = await doc.embedFont(Buffer.from(payload.font, "base64"));
  await page.drawText("embedded", { font: embedded, x: 10, y: 60 });
  doc.setTitle("Title");
  doc.setAuthor("Author");
  doc.setSubject("Subject");
  doc.setKeywords(["a", "b"]);
  doc.setCreator("Creator");
  doc.setProducer("Producer");
  const read = await Pdf.read(await doc.toBuffer());
  same("metadata", [read.getTitle(), read.getAuthor(), read.getSubject(), read.getKeywords(), read.getCreator()], ["Title", "Author", "Subject", "a b", "Creator"]);
  holds("producer", typeof read.getProducer() === "string");
  same("pages", [read.getPageCount(), read.getPages().length, read.getPage(1).width], [3, 3, 600]);
  read.removePage(0);
  const merged = await Pdf.create();
  const [copied] = await merged.copyPages(read, [0]);
  holds("copyPages", copied !== undefined && copied.width === 600);
  if (copied !== undefined) merged.addPage(copied);
  same("merged", merged.getPageCount(), 1);
  const wrong = await thrown(() => Pdf.read(Buffer.from("no document")));
  holds("ParseError", wrong instanceof Pdf.ParseError && wrong instanceof Pdf.Error);
  holds("guards", Pdf.isError(wrong) && Pdf.isErrorType(wrong, Pdf.ParseError));
  holds("WriteError", new Pdf.WriteError("full") instanceof Pdf.Error);
}
