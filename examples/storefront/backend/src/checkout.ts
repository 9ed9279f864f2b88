import { carts, linesOf, shopper } from "./cart";

interface Checkout {
  customer: string;
  address: string;
}

/** Orders what is in the requestor's cart, and empties it. */
export async function checkout(payload: Checkout) {
  const user = shopper();
  const lines = await linesOf(user);
  if (lines.length === 0) {
    throw new Error("The cart is empty");
  }
  const amountCents = lines.reduce((total, line) => total + line.amountCents, 0);
  const orders = await ketrics.Applications.connect("orders");
  const { customer, address } = payload ?? {};
  const answer = await orders.invoke<object, { orderId: string }>("createOrder", {
    customer,
    address,
    amountCents,
  });
  const database = await carts();
  await database.delete(`user#${user}`, "cart");
  return { orderId: answer.result?.orderId, amountCents };
}
