import type { IDatabaseConnection } from "@ketrics/sdk-backend";
import { withOrders } from "./database";
import { fields, integer, text } from "./input";
import { mustBeAllowedTo } from "./permissions";

/** An order as it is stored. */
export interface Order {
  id: string;
  user_id: string;
  customer: string;
  address: string;
  amount_cents: number;
  currency: string;
  status: "paid" | "shipped";
  shipment_id: string | null;
  tracking_url: string | null;
  label_key: string | null;
  created_at: Date;
}

/** An order, or an error that says that there is none. */
export async function findOrder(db: IDatabaseConnection, id: string): Promise<Order> {
  const result = await db.query<Order>("SELECT * FROM orders WHERE id = ?", [id]);
  const order = result.rows[0];
  if (!order) {
    throw new Error(`There is no order "${id}"`);
  }
  return order;
}

/** Notes what happened to an order. */
export async function addEvent(db: IDatabaseConnection, orderId: string, event: string) {
  await db.execute("INSERT INTO order_events (order_id, event, happened_at) VALUES (?, ?, ?)", [
    orderId,
    event,
    new Date(),
  ]);
}

/** Takes an order that was paid, and books what was paid. */
export async function createOrder(payload: unknown) {
  mustBeAllowedTo("write");
  const input = fields(payload);
  const order = {
    id: `order-${crypto.randomUUID()}`,
    customer: text(input, "customer"),
    address: text(input, "address"),
    amountCents: integer(input, "amountCents", { min: 1, max: 100_000_000 }),
  };
  // A service account has no inbox; its orders belong to it all the same.
  const owner = ketrics.requestor.userId ?? ketrics.requestor.serviceAccountId;
  const now = new Date();
  return withOrders((db) =>
    db.transaction(async (tx) => {
      await tx.execute(
        `INSERT INTO orders (id, user_id, customer, address, amount_cents, currency, status, created_at)
         VALUES (?, ?, ?, ?, ?, 'EUR', 'paid', ?)`,
        [order.id, owner, order.customer, order.address, order.amountCents, now],
      );
      await tx.execute(
        "INSERT INTO transactions (order_id, booked_on, amount_cents, category) VALUES (?, ?, ?, 'sales')",
        [order.id, now.toISOString().slice(0, 10), order.amountCents],
      );
      await addEvent(tx, order.id, "created");
      return { orderId: order.id };
    }),
  );
}

/** An order and what happened to it. */
export async function getOrder(payload: unknown) {
  mustBeAllowedTo("read");
  const id = text(fields(payload), "orderId");
  return withOrders(async (db) => {
    const order = await findOrder(db, id);
    const events = await db.query<{ event: string; happened_at: Date }>(
      "SELECT event, happened_at FROM order_events WHERE order_id = ? ORDER BY id",
      [id],
    );
    return { order, events: events.rows };
  });
}

/** The newest orders, all or those of one status. */
export async function listOrders(payload: unknown) {
  mustBeAllowedTo("read");
  const input = fields(payload ?? {});
  const limit = integer(input, "limit", { min: 1, max: 100, otherwise: 20 });
  const status = input.status === undefined ? null : text(input, "status");
  return withOrders(async (db) => {
    const result = await db.query<Order>(
      "SELECT * FROM orders WHERE $1 IS NULL OR status = $1 ORDER BY created_at DESC, id LIMIT $2",
      [status, limit],
    );
    return { orders: result.rows, count: result.rowCount };
  });
}
