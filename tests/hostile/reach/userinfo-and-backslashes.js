// What one parser takes for the host and another for something else.
exports.attack = async ({ port }) => {
  const found = [];
  for (const url of [`http://example.com@127.0.0.1:${port}/health`, `http://example.com:80@127.0.0.1:${port}/health`, `http://127.0.0.1:${port}#@example.com/`,
    `http://127.0.0.1:${port}\\@example.com/health`, `http://example.com\\@127.0.0.1:${port}/health`, `http://127.0.0.1:${port}?@example.com/`,
    `http://127.0.0.1\t:${port}/health`, `http://127.0.0.1%00.example.com:${port}/`, `http://127.0.0.1%2f@example.com:${port}/`, ` http://127.0.0.1:${port}/health`,
    `http:127.0.0.1:${port}/health`, `http:////127.0.0.1:${port}/health`, `http://[::1]:${port}:80/`]) {
    try { found.push(`${url} ${(await ketrics.http.get(url, { timeout: 400 })).status}`); } catch {}
  }
  return found.length === 0 ? "held" : found;
};
