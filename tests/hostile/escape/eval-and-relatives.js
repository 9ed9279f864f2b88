exports.attack = async () => {
  const found = [];
  const attempts = {
    eval: () => eval("1"),
    indirect: () => (0, eval)("1"),
    Function: () => new Function("return 1")(),
    async: () => (async () => {}).constructor("return 1")(),
    generator: () => (function* () {}).constructor("yield 1")().next(),
    asyncGenerator: () => (async function* () {}).constructor("yield 1")(),
    timer: () => setTimeout("1", 0),
    reflect: () => Reflect.construct(Function, ["return 1"])(),
    bound: () => Function.bind(null, "return 1")()(),
    proxy: () => new Proxy(Function, {})("return 1")(),
    import: () => import("data:text/javascript,1").then(() => found.push("import"), () => {}),
    shadow: () => new ShadowRealm().evaluate("1"),
    vm: () => require("vm").runInThisContext("1"),
  };
  for (const [name, attempt] of Object.entries(attempts)) {
    try { const value = await attempt(); if (name !== "import") found.push(name, String(value)); } catch {}
  }
  return found.length === 0 ? "held" : found;
};
