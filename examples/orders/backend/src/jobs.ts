import { withOrders } from "./database";
import { setting } from "./environment";
import { fields, text } from "./input";
import { addEvent, findOrder } from "./orders";
import { mustBeAllowedTo } from "./permissions";

/** What follows a shipment and need not keep anybody waiting. */
export async function _sendShipmentNotifications(payload: unknown) {
  const orderId = text(fields(payload), "orderId");
  await withOrders(async (db) => {
    const order = await findOrder(db, orderId);
    try {
      const sent = await ketrics.Messages.sendToGroup({
        groupCode: setting("FINANCE_GROUP"),
        type: "ORDER_SHIPPED",
        subject: `Order ${order.id} has shipped`,
        body: `${order.customer}: ${(order.amount_cents / 100).toFixed(2)} ${order.currency}`,
        priority: "LOW",
      });
      ketrics.console.info("Finance was told of a shipment", { orderId, sent: sent.sent });
    } catch (error) {
      // Whoever runs the application may have no such group: the shipment stands all the same.
      if (!(error instanceof ketrics.Messages.GroupNotFoundError)) {
        throw error;
      }
      ketrics.console.warn("There is nobody to tell of a shipment", { orderId });
    }
    await addEvent(db, orderId, "notified");
  });
}

/** How a background job stands. */
export async function getJob(payload: unknown) {
  mustBeAllowedTo("read");
  return ketrics.Job.getStatus(text(fields(payload), "jobId"));
}
