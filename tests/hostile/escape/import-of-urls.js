exports.attack = async () => {
  const found = [];
  for (const url of ["file:///etc/passwd", "file:///proc/self/environ", "data:text/javascript,export default 1", "ext:core/mod.js", "ext:core/ops",
    "ext:deno_web/00_url.js", "node:fs", "node:child_process", "node:vm", "node:worker_threads", "node:process/../fs", "https://example.com/a.js",
    "ketrics:values", "ketrics:__proto__", "blob:x", "/etc/passwd", "./index.js", "internal:core", "npm:left-pad", "__proto__", "constructor"]) {
    try { await import(url); found.push(`import ${url}`); } catch {}
    try { if (require(url)) found.push(`require ${url}`); } catch {}
    try { if (process.getBuiltinModule(url)) found.push(`builtin ${url}`); } catch {}
  }
  return found.length === 0 ? "held" : found;
};
