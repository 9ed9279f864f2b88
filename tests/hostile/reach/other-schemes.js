exports.attack = async () => {
  const found = [];
  for (const url of ["file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1:25/", "data:text/plain,x", "ws://127.0.0.1/", "unix:/tmp/x", "javascript:1",
    "http:/etc/passwd", "//127.0.0.1/", "\\\\127.0.0.1\\x", "blob:http://x/y", "about:blank", "dict://127.0.0.1:11211/stat"]) {
    try { found.push(`${url} ${(await ketrics.http.get(url, { timeout: 400 })).status}`); } catch {}
  }
  return found.length === 0 ? "held" : found;
};
