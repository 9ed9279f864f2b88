// Uses every member of SDK 0.17 as its declarations allow. It must compile against the published
// package and against ours.

import type {
  AIChatResponse,
  ApplicationInvokeResult,
  DatabaseQueryResult,
  ExcelCellValue,
  FileContent,
  IDatabaseConnection,
  IExcelWorksheet,
  IVolume,
  JobStatus,
  KetricsSdkV1,
  PdfEmbeddedFont,
  PresignedUrl,
  SendBulkMessageResult,
  TenantUserInfo,
  VolumeErrorClass,
  VolumeErrorConstructor,
} from "@ketrics/sdk-backend";
import { isVolumeErrorType, VolumeNotFoundError } from "@ketrics/sdk-backend";

interface Order {
  id: string;
  total: number;
}

export function context(): string[] {
  const { tenant, application, requestor, runtime, environment } = ketrics;
  const version: string | undefined = application.version;
  const level: string = environment.LOG_LEVEL ?? "info";
  if (requestor.type === "USER" && requestor.email) ketrics.console.info(requestor.email);
  const cross: boolean =
    requestor.isCrossApp === true && requestor.sourceApplicationCode === "billing";
  return [
    tenant.id,
    tenant.code,
    tenant.name,
    version ?? "",
    application.deploymentId,
    runtime.nodeVersion,
    runtime.runtime,
    level,
    String(cross),
    ...requestor.applicationPermissions,
  ];
}

export async function files(buffer: Buffer): Promise<PresignedUrl> {
  const volume: IVolume = await ketrics.Volume.connect("uploads");
  if (!volume.permissions.has("GetObject")) throw new Error(volume.code);
  const file: FileContent = await volume.get("a.txt");
  const text: string = file.content.toString("utf8");
  const bytes: Buffer = file.content;
  const put = await volume.put("b.txt", text + bytes.length, {
    contentType: "text/plain",
    metadata: { a: "b" },
    ifNotExists: true,
  });
  await volume.put("c.bin", buffer);
  const size: number = put.size;
  const { key, lastModified, metadata } = await volume.getMetadata("b.txt");
  const page = await volume.list({ prefix: "x/", maxResults: size, delimiter: "/" });
  for (const folder of page.folders ?? [])
    ketrics.console.log(folder, page.continuationToken, page.isTruncated);
  for (const entry of page.files)
    ketrics.console.log(entry.key, entry.contentType, entry.lastModified.getTime());
  const removed = await volume.deleteByPrefix("x/");
  for (const error of removed.errors ?? [])
    ketrics.console.warn(error.key, error.code, error.message);
  await volume.copy("a", "b", { ifNotExists: true, metadataDirective: "REPLACE", metadata: {} });
  const moved = await volume.move("a", "b", { ifNotExists: false });
  const deleted: boolean = (await volume.delete(moved.destinationKey)).deleted;
  if (deleted || (await volume.exists(key)))
    ketrics.console.debug(lastModified.toISOString(), metadata?.a);
  await volume.generateDownloadUrl("a", {
    expiresIn: 60,
    responseContentType: "text/plain",
    responseContentDisposition: "inline",
  });
  return volume.generateUploadUrl("a", { expiresIn: 60, contentType: "text/plain", maxSize: 10 });
}

export async function sql(): Promise<Order[]> {
  const db: IDatabaseConnection = await ketrics.Database.connect("main");
  try {
    const found: DatabaseQueryResult<Order> = await db.query<Order>(
      "SELECT * FROM orders WHERE id = $1",
      [1],
    );
    const count: number = found.rowCount + (found.affectedRows ?? 0);
    const total: number = await db.transaction(async (tx) => {
      const { affectedRows, insertId } = await tx.execute("INSERT INTO t VALUES (?)", [count]);
      return affectedRows + Number(insertId ?? 0);
    });
    return total > 0 ? found.rows : [];
  } catch (error) {
    if (ketrics.Database.isError(error)) ketrics.console.error(error.databaseCode, error.toJSON());
    if (ketrics.Database.isErrorType(error, ketrics.Database.QueryError))
      ketrics.console.error(error.operation);
    if (error instanceof ketrics.Database.TransactionError) ketrics.console.error(error.timestamp);
    throw error;
  } finally {
    await db.close();
  }
}

export async function secrets(): Promise<string> {
  if (!(await ketrics.Secret.exists("key"))) return "";
  const cipher: string = await ketrics.Secret.encrypt("text", { encryptionContext: { a: "b" } });
  return (
    (await ketrics.Secret.get("key")) +
    (await ketrics.Secret.decrypt(cipher, { encryptionContext: { a: "b" } }))
  );
}

export async function parameters(): Promise<string> {
  const config = await ketrics.Parameter.get<{ currency: string }>("billing");
  const loose = await ketrics.Parameter.get("billing");
  const unknownValue: unknown = loose.anything;
  return config.currency + String(unknownValue) + String(await ketrics.Parameter.exists("x"));
}

export async function excel(input: Buffer): Promise<Buffer> {
  const workbook = await ketrics.Excel.read(input);
  const sheet: IExcelWorksheet | undefined =
    workbook.getWorksheet(1) ?? workbook.getWorksheet("Data");
  if (sheet === undefined) throw new ketrics.Excel.ParseError("no sheet");
  const value: ExcelCellValue = sheet.getCell("A1").value;
  sheet.getCell(2, 1).value = new Date();
  sheet
    .getRow(1)
    .eachCell(
      (cell, column) =>
        ketrics.console.log(cell.address, column, cell.text, cell.type, cell.formula),
      { includeEmpty: true },
    );
  sheet.eachRow((row, number) =>
    ketrics.console.log(row.values, number, row.cellCount, row.actualCellCount),
  );
  for (const row of sheet.getRows(1, 3)) row.commit();
  const created = ketrics.Excel.create();
  const target = created.addWorksheet("New", {
    tabColor: "FF00FF00",
    defaultRowHeight: 15,
    defaultColWidth: 10,
  });
  target.columns = [{ header: "Id", key: "id", width: 10 }];
  target.addRow([1, "two", true, null, value]);
  target.addRows([[1], [2]]);
  target.insertRow(1, ["x"]);
  target.insertRows(1, [["x"], ["y"]]);
  target.spliceRows(1, 1, ["z"]);
  target.mergeCells("A1", "B2");
  target.mergeCells(4, 1, 5, 2);
  target.unMergeCells("A1", "B2");
  const values = target.getSheetValues();
  ketrics.console.log(
    values.length,
    created.worksheets.length,
    created.worksheetCount,
    target.rowCount,
    target.columnCount,
    target.actualRowCount,
    target.actualColumnCount,
    target.id,
    target.name,
  );
  created.removeWorksheet("New");
  ketrics.console.log(await created.toCsv("New"));
  return created.toBuffer();
}

export async function pdf(input: Buffer): Promise<Buffer> {
  const read = await ketrics.Pdf.read(input);
  const doc = await ketrics.Pdf.create();
  const page = doc.addPage("A4");
  doc.addPage([200, 300]);
  doc.insertPage(0, "Letter");
  const font: PdfEmbeddedFont = await doc.embedStandardFont("HelveticaBold");
  const width: number = font.widthOfTextAtSize("x", 12) + font.heightAtSize(12);
  await page.drawText("x", {
    x: 1,
    y: 2,
    size: 12,
    font,
    color: ketrics.Pdf.rgb(0, 0, 0),
    rotate: 90,
    opacity: 1,
    lineHeight: 14,
    maxWidth: width,
  });
  page.drawRectangle({
    x: 1,
    y: 1,
    width,
    height: 2,
    color: { r: 1, g: 0, b: 0 },
    borderColor: ketrics.Pdf.rgb(1, 1, 1),
    borderWidth: 1,
  });
  page.drawLine({ start: { x: 0, y: 0 }, end: { x: 1, y: 1 }, thickness: 2 });
  page.drawCircle({ x: 1, y: 1, radius: 3 });
  const image = await doc.embedPng(new Uint8Array(3));
  page.drawImage(image, { x: 1, y: 1, ...image.scale(0.5) });
  page.setSize(page.getSize().width, page.height);
  await doc.embedJpg(input);
  await doc.embedFont(input);
  const copied = await doc.copyPages(read, [0]);
  doc.removePage(0);
  doc.setTitle("a");
  doc.setAuthor("a");
  doc.setSubject("a");
  doc.setKeywords(["a"]);
  doc.setCreator("a");
  doc.setProducer("a");
  const title: string | undefined =
    doc.getTitle() ??
    doc.getAuthor() ??
    doc.getSubject() ??
    doc.getKeywords() ??
    doc.getCreator() ??
    doc.getProducer();
  ketrics.console.log(
    title,
    copied.length,
    doc.getPageCount(),
    doc.getPages().length,
    doc.getPage(0).width,
  );
  return doc.toBuffer();
}

export async function jobs(): Promise<JobStatus[]> {
  const id: string = await ketrics.Job.runInBackground({
    function: "_work",
    payload: { a: 1 },
    options: { timeout: 1000, idempotencyKey: "k" },
  });
  const status = await ketrics.Job.getStatus(id);
  if (status.status === "failed")
    ketrics.console.error(status.error?.code, status.error?.message, status.completedAt);
  const { jobs, cursor } = await ketrics.Job.list({ status: "pending", limit: 5 });
  return cursor === undefined ? jobs : (await ketrics.Job.list({ cursor })).jobs;
}

export async function messages(): Promise<SendBulkMessageResult> {
  const message = {
    type: "t",
    subject: "s",
    body: "b",
    priority: "HIGH" as const,
    channels: { push: true },
    actionUrl: "/x",
    data: { a: 1 },
    expiresAt: "2030-01-01T00:00:00Z",
  };
  const { status, messageId } = await ketrics.Messages.send({ userId: "u", ...message });
  ketrics.console.log(status, messageId);
  await ketrics.Messages.sendBulk({ userIds: ["u"], ...message });
  return ketrics.Messages.sendToGroup({ groupCode: "g", ...message });
}

export async function documents(): Promise<number> {
  const db = await ketrics.DocumentDb.connect("app-data");
  await db.put("pk", "sk", { a: 1 }, { indexKey: { pk: "i", sk: "j" }, ttl: 60 });
  const item = await db.get("pk", "sk");
  if (item !== null) ketrics.console.log(item.a);
  const page = await db.list("pk", { skPrefix: "s", limit: 10, scanForward: false });
  const found = await db.query("i", page.cursor === undefined ? {} : { cursor: page.cursor });
  await db.delete("pk", "sk");
  return found.count + found.items.length;
}

export async function others(): Promise<
  [TenantUserInfo[], ApplicationInvokeResult<number>, AIChatResponse]
> {
  const users = await ketrics.Users.list();
  for (const user of users)
    ketrics.console.log(
      user.email,
      user.groups.map((group) => group.groupCode),
    );
  const application = await ketrics.Applications.connect("billing");
  const answer = await application.invoke<{ a: number }, number>("total", { a: 1 });
  const chat = await ketrics.AI.chat({
    model: ketrics.AI.Models.OPUS,
    messages: [{ role: "user", content: "x" }],
    systemPrompt: "y",
    maxTokens: 5,
    temperature: 0.1,
  });
  ketrics.console.log(
    chat.usage.inputTokens,
    application.code,
    application.name,
    application.applicationId,
  );
  return [users, answer, chat];
}

export async function requests(): Promise<number> {
  const { data } = await ketrics.http.get<Order>("https://example.com", {
    headers: { a: "b" },
    timeout: 5,
    params: { a: 1, b: true, c: "d" },
    maxRedirects: 2,
  });
  const posted = await ketrics.http.post("https://example.com", { a: 1 });
  const contentType: string | undefined = posted.headers["content-type"];
  await ketrics.http.put("https://example.com", "text");
  await ketrics.http.patch("https://example.com");
  await ketrics.http.delete("https://example.com");
  return data.total + posted.status + (contentType ?? posted.statusText).length;
}

export function guards(error: unknown, sdk: KetricsSdkV1): string {
  const wanted: VolumeErrorConstructor = sdk.Volume.NotFoundError;
  if (sdk.Volume.isErrorType(error, wanted)) return error.volumeCode;
  if (isVolumeErrorType(error, VolumeNotFoundError)) return error.volumeCode;
  if (sdk.Volume.isError(error)) {
    const any: VolumeErrorClass = error;
    return any.name + JSON.stringify(any.toJSON());
  }
  const guard: (error: unknown) => boolean = sdk.AI.isError;
  return [
    guard,
    sdk.AI.AIError,
    sdk.Messages.isError,
    sdk.Users.PermissionDeniedError,
    sdk.Job.ExecutionError,
  ].length.toString();
}
