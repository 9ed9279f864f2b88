import { withOrders } from "./database";
import { setting } from "./environment";
import { fields, text } from "./input";
import { findOrder, type Order } from "./orders";
import { mustBeAllowedTo } from "./permissions";

const LEFT = 56;
const RIGHT = 539;
const VAT_PERCENT = 23;

/** What a line of the invoice says: its text, and an amount at the right. */
interface Line {
  text: string;
  cents: number;
}

/** The order's price holds the tax already. */
function linesOf(order: Order): Line[] {
  const net = Math.round((order.amount_cents * 100) / (100 + VAT_PERCENT));
  return [
    { text: `Order ${order.id}, as agreed`, cents: net },
    { text: `VAT ${VAT_PERCENT} %`, cents: order.amount_cents - net },
  ];
}

function money(cents: number, currency: string): string {
  return `${(cents / 100).toFixed(2)} ${currency}`;
}

/** Draws the invoice on a page of its own. */
async function invoice(order: Order, number: string) {
  const document = await ketrics.Pdf.create();
  document.setTitle(`Invoice ${number}`);
  document.setAuthor(ketrics.tenant.name);
  document.setKeywords(["invoice", order.id]);
  const regular = await document.embedStandardFont("Helvetica");
  const bold = await document.embedStandardFont("HelveticaBold");
  const ink = ketrics.Pdf.rgb(0.13, 0.16, 0.22);
  const accent = ketrics.Pdf.rgb(0.05, 0.42, 0.55);
  const pale = ketrics.Pdf.rgb(0.92, 0.95, 0.97);
  const page = document.addPage("A4");

  page.drawRectangle({ x: 0, y: page.height - 90, width: page.width, height: 90, color: accent });
  page.drawCircle({
    x: RIGHT - 20,
    y: page.height - 45,
    radius: 20,
    color: ketrics.Pdf.rgb(1, 1, 1),
    opacity: 0.25,
  });
  const title = { x: LEFT, y: page.height - 56, size: 26, font: bold };
  await page.drawText("INVOICE", { ...title, color: ketrics.Pdf.rgb(1, 1, 1) });

  const plain = { size: 11, font: regular, color: ink, lineHeight: 15 };
  await page.drawText(`${order.customer}\n${order.address.replace(", ", "\n")}`, {
    ...plain,
    x: LEFT,
    y: 700,
  });
  const date = new Date(order.created_at).toISOString().slice(0, 10);
  const facts = `Number ${number}\nDate ${date}\nSold by ${ketrics.tenant.name}`;
  await page.drawText(facts, { ...plain, x: 380, y: 700, maxWidth: RIGHT - 380 });

  /** A row of the table, with its amount aligned at the right. */
  const row = async (y: number, line: Line, font: typeof regular) => {
    const amount = money(line.cents, order.currency);
    await page.drawText(line.text, { ...plain, font, x: LEFT + 8, y });
    const x = RIGHT - 8 - font.widthOfTextAtSize(amount, plain.size);
    await page.drawText(amount, { ...plain, font, x, y });
  };
  let y = 600;
  page.drawRectangle({ x: LEFT, y: y - 8, width: RIGHT - LEFT, height: 24, color: pale });
  await page.drawText("Description", { ...plain, font: bold, x: LEFT + 8, y });
  const amount = "Amount";
  const x = RIGHT - 8 - bold.widthOfTextAtSize(amount, plain.size);
  await page.drawText(amount, { ...plain, font: bold, x, y });
  for (const line of linesOf(order)) {
    y -= 24;
    await row(y, line, regular);
    page.drawLine({
      start: { x: LEFT, y: y - 8 },
      end: { x: RIGHT, y: y - 8 },
      thickness: 0.5,
      color: pale,
    });
  }
  y -= 30;
  page.drawLine({
    start: { x: 380, y: y + 18 },
    end: { x: RIGHT, y: y + 18 },
    thickness: 1.5,
    color: accent,
  });
  await row(y, { text: "Total", cents: order.amount_cents }, bold);

  const thanks =
    "The amount was paid when the order was placed. Thank you for your order: we are glad to be of service, and answer every question about it.";
  await page.drawText(thanks, { ...plain, x: LEFT, y: y - 70, maxWidth: 300 });
  return document.toBuffer();
}

/** Makes the invoice of an order as a PDF document, and a link to it. */
export async function createInvoice(payload: unknown) {
  mustBeAllowedTo("read");
  const orderId = text(fields(payload), "orderId");
  const order = await withOrders((db) => findOrder(db, orderId));
  const number = order.id.replace("order-", "R-");
  const reports = await ketrics.Volume.connect(setting("REPORTS_VOLUME"));
  const key = `invoices/${number}.pdf`;
  const content = await invoice(order, number);
  await reports.put(key, content, { contentType: "application/pdf" });
  const link = await reports.generateDownloadUrl(key, { expiresIn: 3_600 });
  return { number, key, url: link.url, bytes: content.length };
}
