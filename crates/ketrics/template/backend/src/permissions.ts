/** The actions that `ketrics.config.json` declares. */
type Action = "read" | "write";

/** Ends the request unless one of the requestor's roles allows the action. */
export function mustBeAllowedTo(action: Action): void {
  const allowed = ketrics.requestor.applicationPermissions;
  if (!allowed.includes(action) && !allowed.includes("*")) {
    throw new Error(`You are not allowed to do this: it needs the permission "${action}"`);
  }
}
