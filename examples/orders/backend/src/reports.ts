import { csv } from "./csv";
import { withOrders } from "./database";
import { setting } from "./environment";
import { fields } from "./input";
import { mustBeAllowedTo } from "./permissions";

interface Transaction {
  booked_on: Date | string;
  amount_cents: number;
  category: string;
  note: string;
}

/** The first days of a month and of the one after it, as dates in SQL. */
function bounds(month: string): [string, string] {
  const [year, number] = month.split("-").map(Number) as [number, number];
  return [`${month}-01`, new Date(Date.UTC(year, number, 1)).toISOString().slice(0, 10)];
}

function chosenMonth(payload: unknown): string {
  const month = fields(payload ?? {}).month ?? new Date().toISOString().slice(0, 7);
  if (typeof month !== "string" || !/^\d{4}-(0[1-9]|1[0-2])$/.test(month)) {
    throw new Error('`month` must look like "2026-10"');
  }
  return month;
}

/** Puts all transactions of a month into a file, and tells the finance group about it. */
export async function generateMonthlyReport(payload: unknown) {
  mustBeAllowedTo("report");
  const month = chosenMonth(payload);
  const { rows } = await withOrders((db) =>
    db.query<Transaction>(
      `SELECT booked_on, amount_cents, category, note FROM transactions
       WHERE booked_on >= ? AND booked_on < ? ORDER BY booked_on, id`,
      bounds(month),
    ),
  );

  const table = rows.map((row) => [
    new Date(row.booked_on).toISOString().slice(0, 10),
    (row.amount_cents / 100).toFixed(2),
    row.category,
    row.note,
  ]);
  const reports = await ketrics.Volume.connect(setting("REPORTS_VOLUME"));
  const key = `monthly/${month}.csv`;
  await reports.put(key, csv([["Date", "Amount", "Category", "Note"], ...table]), {
    contentType: "text/csv; charset=utf-8",
  });
  const link = await reports.generateDownloadUrl(key, { expiresIn: 86_400 });

  const totalCents = rows.reduce((sum, row) => sum + row.amount_cents, 0);
  const told = await tellFinance(month, link.url);
  return { month, key, url: link.url, count: rows.length, total: totalCents / 100, told };
}

/** Puts the transactions of a month into a workbook, with a sum that Excel keeps right. */
export async function exportTransactions(payload: unknown) {
  mustBeAllowedTo("report");
  const month = chosenMonth(payload);
  const { rows } = await withOrders((db) =>
    db.query<Transaction>(
      `SELECT booked_on, amount_cents, category, note FROM transactions
       WHERE booked_on >= ? AND booked_on < ? ORDER BY booked_on, id`,
      bounds(month),
    ),
  );

  const workbook = ketrics.Excel.create();
  const sheet = workbook.addWorksheet(month, { tabColor: "FF1F6FEB" });
  sheet.columns = [
    { header: "Date", key: "date", width: 11 },
    { header: "Category", key: "category", width: 14 },
    { header: "Note", key: "note", width: 28 },
    { header: "Amount", key: "amount", width: 10 },
  ];
  for (const { booked_on, category, note, amount_cents } of rows) {
    sheet.addRow([new Date(booked_on), category, note, amount_cents / 100]);
  }
  const total = rows.reduce((sum, row) => sum + row.amount_cents, 0) / 100;
  const last = rows.length + 1;
  sheet.getCell(last + 1, 3).value = "Total";
  // What it comes to, for readers that don't calculate.
  const sum = sheet.getCell(last + 1, 4);
  sum.value = total;
  sum.formula = `SUM(D2:D${last})`;

  const reports = await ketrics.Volume.connect(setting("REPORTS_VOLUME"));
  const key = `monthly/${month}.xlsx`;
  await reports.put(key, await workbook.toBuffer(), {
    contentType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  });
  const link = await reports.generateDownloadUrl(key, { expiresIn: 86_400 });
  return { month, key, url: link.url, count: rows.length, total };
}

async function tellFinance(month: string, url: string): Promise<number> {
  try {
    const result = await ketrics.Messages.sendToGroup({
      groupCode: setting("FINANCE_GROUP"),
      type: "REPORT_READY",
      subject: `Sales report of ${month}`,
      body: "The monthly sales report is ready.",
      priority: "MEDIUM",
      actionUrl: url,
    });
    return result.sent;
  } catch (error) {
    if (error instanceof ketrics.Messages.GroupNotFoundError) {
      ketrics.console.warn(`The report has no readers: ${error.message}`);
      return 0;
    }
    throw error;
  }
}
