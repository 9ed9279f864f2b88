// Payloads come from outside: each function says what it takes before it does anything.

type Fields = Record<string, unknown>;

/** The payload as an object. */
export function fields(payload: unknown): Fields {
  if (typeof payload !== "object" || payload === null || Array.isArray(payload)) {
    throw new Error("The payload must be an object");
  }
  return payload as Fields;
}

/** A text that must be there. */
export function text(from: Fields, name: string): string {
  const value = from[name];
  if (typeof value !== "string" || value.trim() === "") {
    throw new Error(`\`${name}\` must be a text that is not empty`);
  }
  return value;
}

/** A whole number between two bounds, or what to take when there is none. */
export function integer(
  from: Fields,
  name: string,
  bounds: { min: number; max: number; otherwise?: number },
): number {
  const value = from[name] ?? bounds.otherwise;
  if (!Number.isSafeInteger(value) || Number(value) < bounds.min || Number(value) > bounds.max) {
    throw new Error(`\`${name}\` must be a whole number from ${bounds.min} to ${bounds.max}`);
  }
  return Number(value);
}
