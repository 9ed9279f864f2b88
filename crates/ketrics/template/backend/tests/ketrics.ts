// A stand-in for the `ketrics` global: the parts that the application uses, kept in memory.

type Item = Record<string, unknown>;

/** Puts the stand-in where the application looks for the SDK, and returns what it keeps. */
export function mockKetrics(permissions: string[]): { documents: Map<string, Item> } {
  const documents = new Map<string, Item>();
  const mock = {
    environment: { GREETING: "Hi", GREETINGS_DOCDB: "greetings" },
    requestor: { type: "USER", name: "Ada Example", applicationPermissions: permissions },
    console: { info() {}, log() {}, warn() {}, error() {}, debug() {} },
    DocumentDb: {
      async connect() {
        return {
          async put(_pk: string, sk: string, item: Item) {
            documents.set(sk, item);
          },
          async list() {
            const items = [...documents.values()].reverse();
            return { items, count: items.length };
          },
        };
      },
    },
  };
  Object.assign(globalThis, { ketrics: mock });
  return { documents };
}
