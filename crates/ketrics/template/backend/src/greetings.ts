import { mustBeAllowedTo } from "./permissions";

/** Greets somebody, and remembers it. */
export async function greet(payload: { name?: string } | null) {
  mustBeAllowedTo("write");
  const name = payload?.name?.trim();
  if (!name) throw new Error('The payload must have a name: {"name": "Ada"}');
  const greeting = `${ketrics.environment.GREETING || "Hello"}, ${name}!`;
  const greetings = await ketrics.DocumentDb.connect(ketrics.environment.GREETINGS_DOCDB ?? "");
  const at = new Date().toISOString();
  await greetings.put("GREETING", `${at}#${name}`, { name, at });
  ketrics.console.info("greeted", { name });
  return { greeting };
}

/** Who was greeted, the latest first. */
export async function listGreetings() {
  mustBeAllowedTo("read");
  const greetings = await ketrics.DocumentDb.connect(ketrics.environment.GREETINGS_DOCDB ?? "");
  const { items } = await greetings.list("GREETING", { scanForward: false, limit: 20 });
  return items;
}
