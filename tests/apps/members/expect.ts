// What the functions here expect of the SDK; the first thing that differs fails the call.

/** Fails unless two values are the same as JSON. */
export function same(what: string, found: unknown, expected: unknown): void {
  const [left, right] = [JSON.stringify(found), JSON.stringify(expected)];
  if (left !== right) throw new Error(`${what}: found ${left}, expected ${right}`);
}

/** Fails unless it is so. */
export function holds(what: string, condition: boolean): void {
  if (!condition) throw new Error(`${what}: it is not so`);
}

/** The error that the work must end with. */
export async function thrown(work: () => unknown): Promise<unknown> {
  try {
    await work();
  } catch (error) {
    return error;
  }
  throw new Error(`no error came from ${String(work)}`);
}
