import { holds, same, thrown } from "./expect";

export async function documentDb() {
  const { DocumentDb } = ketrics;
  const docs = await DocumentDb.connect("docs");
  same("code", [docs.code, docs.permissions.has("write")], ["docs", true]);
  for (const n of [1, 2, 3]) await docs.put("p", `s${n}`, { n }, { indexKey: { pk: "i", sk: `${9 - n}` }, ttl: 60 });
  same("get", [await docs.get("p", "s1"), await docs.get("p", "no")], [{ n: 1 }, null]);
  const page = await docs.list("p", { limit: 2, skPrefix: "s", scanForward: false });
  same("list", [page.items, page.count, typeof page.cursor], [[{ n: 3 }, { n: 2 }], 2, "string"]);
  const rest = await docs.list("p", { limit: 2, skPrefix: "s", scanForward: false, cursor: page.cursor ?? "" });
  same("rest", [rest.items, rest.cursor], [[{ n: 1 }], undefined]);
  const found = await docs.query("i", { limit: 2, skPrefix: "", scanForward: true });
  same("query", found.items, [{ n: 3 }, { n: 2 }]);
  same("more", (await docs.query("i", { limit: 2, skPrefix: "", scanForward: true, cursor: found.cursor ?? "" })).count, 1);
  await docs.delete("p", "s1");
  same("delete", await docs.get("p", "s1"), null);
  const wrong = await thrown(() => docs.put("", "s", {}));
  holds("ValidationError", wrong instanceof DocumentDb.ValidationError && wrong instanceof DocumentDb.Error);
  holds("guards", DocumentDb.isError(wrong) && DocumentDb.isErrorType(wrong, DocumentDb.ValidationError));
  const readOnly = await DocumentDb.connect("read-only");
  holds("PermissionDeniedError", (await thrown(() => readOnly.put("p", "s", {}))) instanceof DocumentDb.PermissionDeniedError);
  holds("NotFoundError", (await thrown(() => DocumentDb.connect("no"))) instanceof DocumentDb.NotFoundError);
  holds("AccessDeniedError", (await thrown(() => DocumentDb.connect("foreign"))) instanceof DocumentDb.AccessDeniedError);
  holds("OperationError", new DocumentDb.OperationError("docs", "put", "down") instanceof DocumentDb.Error);
}
