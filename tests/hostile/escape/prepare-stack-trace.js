// Call sites hold the functions and receivers of the platform's own frames.
exports.attack = async () => {
  const found = [];
  const look = (_, sites) => {
    for (const site of sites) {
      for (const name of ["getThis", "getFunction", "getEvalOrigin", "getScriptNameOrSourceURL"]) {
        let value;
        try { value = site[name] && site[name](); } catch {}
        if (typeof value === "function" && /^(async_)?op_/.test(value.name)) found.push(value.name);
        if (value && typeof value === "object" && value !== globalThis && "ops" in value) found.push("ops");
      }
    }
    return "";
  };
  Error.prepareStackTrace = look;
  Error.stackTraceLimit = 1_000;
  void new Error("here").stack;
  try { await ketrics.Volume.connect({ toString() { void new Error("inside").stack; return "files"; } }); } catch (error) { void error.stack; }
  try { await ketrics.Volume.connect("none"); } catch (error) { void error.stack; }
  await new Promise((resolve) => setTimeout(() => { void new Error("timer").stack; resolve(); }, 0));
  return found.length === 0 ? "held" : found;
};
