/** One thing in a cart. */
export interface Line {
  item: string;
  amountCents: number;
}

/** Whose cart it is; ends the request for who may not shop. */
export function shopper(): string {
  const { applicationPermissions, userId } = ketrics.requestor;
  const mayShop = applicationPermissions.includes("shop") || applicationPermissions.includes("*");
  if (!mayShop || !userId) {
    throw new Error('You are not allowed to do this: it needs a user with the permission "shop"');
  }
  return userId;
}

/** The document database with all carts. */
export function carts() {
  return ketrics.DocumentDb.connect(ketrics.environment.CARTS_DOCDB ?? "");
}

/** What is in a cart. */
export async function linesOf(user: string): Promise<Line[]> {
  const database = await carts();
  const cart = await database.get(`user#${user}`, "cart");
  return (cart?.lines as Line[] | undefined) ?? [];
}

/** Puts something into the requestor's cart. */
export async function addToCart(payload: Line) {
  const user = shopper();
  if (typeof payload?.item !== "string" || !Number.isSafeInteger(payload.amountCents)) {
    throw new Error("The payload must be { item: a text, amountCents: a whole number }");
  }
  const lines = await linesOf(user);
  const limits = await ketrics.Parameter.get<{ maxLines: number }>(
    ketrics.environment.LIMITS_PARAMETER ?? "",
  );
  if (lines.length >= limits.maxLines) {
    throw new Error(`A cart has at most ${limits.maxLines} lines`);
  }
  lines.push({ item: payload.item, amountCents: payload.amountCents });
  const database = await carts();
  await database.put(`user#${user}`, "cart", { lines });
  return { lines };
}

/** What is in the requestor's cart. */
export async function getCart() {
  return { lines: await linesOf(shopper()) };
}
