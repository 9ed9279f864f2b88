/** The permissions of a connection, as a set that can't be changed. */

function refuse(): never {
  throw new TypeError("the permissions of a connection cannot be changed");
}

/** A set with these members; it reads as any `Set`, and refuses to be changed. */
export function permissionSet(members: readonly string[]): ReadonlySet<string> {
  const set = new Set(members);
  const refusal = { value: refuse, writable: false, enumerable: false, configurable: false };
  Object.defineProperties(set, { add: refusal, delete: refusal, clear: refusal });
  return Object.freeze(set);
}
