import { holds, same, thrown } from "./expect";

export async function volume() {
  const { Volume } = ketrics;
  const files = await Volume.connect("files");
  same("code", files.code, "files");
  holds("permissions", files.permissions.has("PutObject"));
  const put = await files.put("a/b.txt", "hello", { metadata: { by: "ada" }, contentType: "text/plain" });
  same("put", [put.key, put.size, typeof put.etag, put.versionId], ["a/b.txt", 5, "string", undefined]);
  const file = await files.get("a/b.txt");
  same("get", [file.content.toString(), file.contentType, file.contentLength, file.metadata?.by], ["hello", "text/plain", 5, "ada"]);
  holds("dates", file.lastModified instanceof Date && file.etag === put.etag);
  const known = await files.getMetadata("a/b.txt");
  same("getMetadata", [known.key, known.size, known.contentType, known.metadata], ["a/b.txt", 5, "text/plain", { by: "ada" }]);
  holds("same", known.lastModified.getTime() === file.lastModified.getTime() && known.etag === put.etag);
  same("exists", [await files.exists("a/b.txt"), await files.exists("no")], [true, false]);
  const copied = await files.copy("a/b.txt", "a/c.txt", { metadata: { by: "eve" }, metadataDirective: "REPLACE", ifNotExists: true });
  same("copy", [copied.sourceKey, copied.destinationKey, typeof copied.etag, copied.lastModified instanceof Date], ["a/b.txt", "a/c.txt", "string", true]);
  const moved = await files.move("a/c.txt", "d.txt", { ifNotExists: true });
  same("move", [moved.sourceKey, moved.destinationKey, typeof moved.etag], ["a/c.txt", "d.txt", "string"]);
  const page = await files.list({ delimiter: "/", maxResults: 1 });
  same("list", [page.files.map((one) => one.key), page.folders, page.count, page.isTruncated], [[], ["a/"], 0, true]);
  const rest = await files.list({ prefix: "", delimiter: "/", continuationToken: page.continuationToken ?? "" });
  same("rest", rest.files.map((one) => [one.key, one.size, typeof one.etag, one.lastModified instanceof Date]), [["d.txt", 5, "string", true]]);
  const [first] = rest.files;
  holds("type", first?.contentType === undefined || first.contentType === "text/plain");
  const down = await files.generateDownloadUrl("d.txt", { expiresIn: 60, responseContentType: "text/css", responseContentDisposition: "inline" });
  same("downloads", [down.method, down.url.startsWith("http"), down.expiresAt instanceof Date, down.fields], ["GET", true, true, undefined]);
  const up = await files.generateUploadUrl("e.txt", { expiresIn: 60, contentType: "text/plain", maxSize: 9 });
  same("uploads", up.method, "PUT");
  same("old names", [(await files.downloadUrl("d.txt")).method, (await files.uploadUrl("e.txt")).method], ["GET", "PUT"]);
  const deleted = await files.delete("d.txt");
  same("delete", [deleted.key, deleted.deleted, deleted.versionId], ["d.txt", true, undefined]);
  const cleared = await files.deleteByPrefix("a/");
  same("deleteByPrefix", [cleared.prefix, cleared.deletedCount, cleared.deletedKeys, cleared.errors], ["a/", 1, ["a/b.txt"], undefined]);

  const missing = await thrown(() => files.get("no"));
  holds("FileNotFoundError", missing instanceof Volume.FileNotFoundError && missing instanceof Volume.Error);
  holds("guards", Volume.isError(missing) && Volume.isErrorType(missing, Volume.FileNotFoundError) && Volume.isErrorType(missing, "FileNotFoundError"));
  await files.put("x", "1");
  holds("FileAlreadyExistsError", (await thrown(() => files.put("x", "2", { ifNotExists: true }))) instanceof Volume.FileAlreadyExistsError);
  holds("InvalidPathError", (await thrown(() => files.get("../x"))) instanceof Volume.InvalidPathError);
  holds("NotFoundError", (await thrown(() => Volume.connect("no"))) instanceof Volume.NotFoundError);
  holds("AccessDeniedError", (await thrown(() => Volume.connect("foreign"))) instanceof Volume.AccessDeniedError);
  const small = await Volume.connect("small");
  holds("PermissionDeniedError", (await thrown(() => small.get("x"))) instanceof Volume.PermissionDeniedError);
  holds("FileSizeLimitError", (await thrown(() => small.put("x.png", "12345678901"))) instanceof Volume.FileSizeLimitError);
  holds("ContentTypeNotAllowedError", (await thrown(() => small.put("x.txt", "1"))) instanceof Volume.ContentTypeNotAllowedError);
}
