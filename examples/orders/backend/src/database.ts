import type { IDatabaseConnection } from "@ketrics/sdk-backend";
import { setting } from "./environment";

/** Does something with a connection to the orders, and gives the connection back. */
export async function withOrders<T>(work: (db: IDatabaseConnection) => Promise<T>): Promise<T> {
  const db = await ketrics.Database.connect(setting("ORDERS_DB"));
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}
