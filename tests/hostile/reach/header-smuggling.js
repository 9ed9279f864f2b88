// Line breaks in headers, and headers that only the client itself may set.
exports.attack = async ({ port }) => {
  const found = [];
  for (const headers of [{ "x-a": "1\r\nhost: inside" }, { "x-a\r\nx-b": "1" }, { "x-a": "1\n\nGET /health HTTP/1.1" }, { host: "inside" },
    { "transfer-encoding": "chunked", "content-length": "3" }, { "x-a": "\u010d\u010a" }, { connection: "x-a", "x-a": "1" }]) {
    try { found.push(`${JSON.stringify(headers)} ${(await ketrics.http.get(`http://127.0.0.1:${port}/health`, { headers, timeout: 400 })).status}`); } catch {}
  }
  return found.length === 0 ? "held" : found;
};
