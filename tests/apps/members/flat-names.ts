import { holds, same } from "./expect";

/** Every flat name of SDK 0.7 to 0.9 is the class or guard of its module. */
export async function flatNames() {
  const sdk: Record<string, unknown> = { ...ketrics };
  const modules = ["Volume", "Database", "Secret", "Parameter", "Excel", "Pdf", "Job", "Messages", "DocumentDb", "Users", "Applications", "AI"];
  const grouped = new Set(modules.flatMap((name) => Object.values(sdk[name] as object)));
  const flat = Object.entries(sdk).filter(([name]) => /Error$|^is[A-Z]/.test(name));
  holds("there are many", flat.length > 80);
  const strangers = flat.filter(([, value]) => !grouped.has(value)).map(([name]) => name);
  same("each is of a module", strangers, []);
}
