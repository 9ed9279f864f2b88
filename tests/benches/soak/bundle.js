// What an ordinary application does, one function per kind of work; and what a broken one does.
// Every function gives its number back, so that a mixed-up answer is noticed.
const environment = ketrics.environment;
const connect = () => ketrics.Database.connect("bank");

exports.setUp = async () => {
  const db = await ketrics.Database.connect("orders");
  await db.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY, stock TEXT)");
};

exports.order = async (n) => {
  const { status, data } = await ketrics.http.get(environment.STOCK, { params: { n } });
  const db = await ketrics.Database.connect("orders");
  const row = [n % 1000, JSON.stringify(data)];
  await db.execute("INSERT INTO orders VALUES (?, ?) ON CONFLICT DO UPDATE SET stock = excluded.stock", row);
  const { rows } = await db.query("SELECT stock FROM orders WHERE id = ?", [n % 1000]);
  return status === 200 && rows.length === 1 ? n : rows;
};

exports.transfer = async (n) => {
  const db = await connect();
  const pair = [n % 20, (n + 1 + (n % 19)) % 20].sort((a, b) => a - b);
  await db.transaction(async (tx) => {
    for (const [index, account] of pair.entries()) {
      const change = index === 0 ? 5 : -5;
      await tx.execute("UPDATE account SET amount = amount + $1, moves = moves + 1 WHERE id = $2", [change, account]);
    }
  });
  return n;
};

exports.file = async (n) => {
  const files = await ketrics.Volume.connect("files");
  const key = `notes/${n % 200}.txt`;
  await files.put(key, `note ${n} `.repeat(500));
  const { content } = await files.get(key);
  return content.length >= 3500 ? n : content.length;
};

exports.report = async (n) => {
  const book = ketrics.Excel.create();
  const sheet = book.addWorksheet("Orders");
  sheet.columns = [{ header: "Id", key: "id" }, { header: "Name", key: "name" }, { header: "Total", key: "total" }];
  for (let id = 1; id <= 50; id++) sheet.addRow({ id, name: `order ${n}-${id}`, total: id / 4 });
  const read = await ketrics.Excel.read(await book.toBuffer());
  const last = read.getWorksheet("Orders").getRow(51).values;
  return last[1] === 50 && last[3] === 12.5 ? n : last;
};

exports.invoice = async (n) => {
  const made = await ketrics.Pdf.create();
  const font = await made.embedStandardFont("Helvetica");
  const page = made.addPage("A4");
  for (let line = 0; line < 20; line++) await page.drawText(`Invoice ${n}, line ${line}`, { x: 40, y: 780 - line * 20, size: 11, font });
  const read = await ketrics.Pdf.read(await made.toBuffer());
  return read.getPageCount() === 1 ? n : read.getPageCount();
};

exports.later = async (n) => {
  await ketrics.Job.runInBackground({ function: "_job", payload: n });
  return n;
};
exports._job = async (n) => exports.file(n);

// A transaction that nobody ends: the host rolls it back.
exports.leave = async (n) => {
  const db = await connect();
  db.transaction(async (tx) => {
    await tx.execute("UPDATE account SET amount = amount + 1000 WHERE id = $1", [n % 20]);
    await new Promise(() => {});
  });
  await new Promise((resolve) => setTimeout(resolve, 20));
  return n;
};

exports.fail = (n) => {
  throw new RangeError(`not ${n}`);
};
exports.sleep = () => new Promise((resolve) => setTimeout(resolve, 3_600_000));
exports.spin = () => {
  for (;;);
};
exports.hoard = () => {
  const kept = [];
  for (;;) kept.push({ kept, at: kept.length });
};
