/**
 * A document on its way to the store. It must come back as it was put, so what JSON would drop or
 * change without a word (`undefined`, `NaN`, a function) is refused, and the error says where it
 * stands. What has a `toJSON` goes as that says: a Date as its ISO text.
 */

const { stringify } = JSON;
const { isArray } = Array;
const { isFinite: isFiniteNumber } = Number;

/** What a document can't hold, and where. */
export class BadItem {
  readonly what: string;
  /** As tenant code would write it: `lines[0].price`; empty for the document itself. */
  readonly path: string;

  constructor(what: string, path: string) {
    this.what = what;
    this.path = path;
  }
}

interface Above {
  readonly holder: unknown;
  readonly path: string;
}

function step(path: string, holder: unknown, key: string): string {
  if (isArray(holder)) return `${path}[${key}]`;
  return path === "" ? key : `${path}.${key}`;
}

/** Why JSON can't hold a value faithfully, if it can't. */
function fault(value: unknown): string | undefined {
  switch (typeof value) {
    case "undefined":
      return "is undefined; leave the field out, or put null";
    case "function":
      return "is a function";
    case "symbol":
      return "is a symbol";
    case "bigint":
      return "is a BigInt; put its digits as a string";
    case "number":
      return isFiniteNumber(value) ? undefined : `is ${value}`;
    default:
      return undefined;
  }
}

function kind(item: unknown): string {
  if (item === null) return "null";
  if (isArray(item)) return "an array";
  return typeof item === "object" ? "an object that becomes something else" : typeof item;
}

/** The document as JSON, or throws a `BadItem`. */
export function itemJson(item: unknown): string {
  if (typeof item !== "object" || item === null || isArray(item)) {
    throw new BadItem(`must be a plain object, not ${kind(item)}`, "");
  }
  // The objects from the document down to what is looked at, to tell the path and find circles.
  const above: Above[] = [];
  function visit(this: unknown, key: string, value: unknown): unknown {
    while (above.length > 0 && above[above.length - 1]?.holder !== this) above.length -= 1;
    const parent = above[above.length - 1];
    const path = parent === undefined ? "" : step(parent.path, this, key);
    const what = fault(value);
    if (what !== undefined) throw new BadItem(what, path);
    if (typeof value === "object" && value !== null) {
      for (const { holder } of above) {
        if (holder === value) throw new BadItem("refers back to itself", path);
      }
      above[above.length] = { holder: value, path };
    }
    return value;
  }
  const json = stringify(item, visit);
  if (json[0] !== "{") throw new BadItem(`must be a plain object, not ${kind(item)}`, "");
  return json;
}
