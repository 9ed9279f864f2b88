import { withOrders } from "./database";
import { setting } from "./environment";
import { fields, text } from "./input";
import { debug } from "./log";
import { addEvent, findOrder, type Order } from "./orders";
import { mustBeAllowedTo } from "./permissions";

interface Shipment {
  shipmentId: string;
  trackingUrl: string;
  /** Base64. */
  labelPdf: string;
}

/** Asks the shipping service for a shipment. */
async function requestShipment(order: Order): Promise<Shipment> {
  const apiKey = await ketrics.Secret.get(setting("SHIPPING_API_KEY_SECRET"));
  const response = await ketrics.http.post<Shipment>(
    `${setting("SHIPPING_URL")}/shipments`,
    { orderId: order.id, customer: order.customer, address: order.address },
    { headers: { Authorization: `Bearer ${apiKey}` }, timeout: 10_000 },
  );
  if (response.status !== 201) {
    ketrics.console.error("The shipping service refused a shipment", {
      orderId: order.id,
      status: response.status,
    });
    throw new Error(`The shipping service answered with status ${response.status}`);
  }
  return response.data;
}

/** Ships an order: shipment, label, database, message to its owner, and the rest in the background. */
export async function processOrder(payload: unknown) {
  mustBeAllowedTo("write");
  const orderId = text(fields(payload), "orderId");
  ketrics.console.log(`Processing ${orderId} for ${ketrics.requestor.name}`);

  return withOrders(async (db) => {
    const order = await findOrder(db, orderId);
    if (order.status === "shipped") {
      throw new Error(`The order "${orderId}" was shipped already`);
    }
    const shipment = await requestShipment(order);
    debug("Shipment made", { orderId, shipmentId: shipment.shipmentId });

    const labels = await ketrics.Volume.connect(setting("LABELS_VOLUME"));
    const labelKey = `shipments/${order.id}/label.pdf`;
    await labels.put(labelKey, Buffer.from(shipment.labelPdf, "base64"), {
      contentType: "application/pdf",
    });

    await db.transaction(async (tx) => {
      // Of two requests for the same order, one finds nothing left to change.
      const changed = await tx.execute(
        `UPDATE orders SET status = 'shipped', shipment_id = ?, tracking_url = ?, label_key = ?
         WHERE id = ? AND status = 'paid'`,
        [shipment.shipmentId, shipment.trackingUrl, labelKey, order.id],
      );
      if (changed.affectedRows !== 1) {
        throw new Error(`The order "${orderId}" was shipped by another request`);
      }
      await addEvent(tx, order.id, "shipped");
    });

    const message = await ketrics.Messages.send({
      userId: order.user_id,
      type: "ORDER_SHIPPED",
      subject: "Your order has shipped",
      body: `Order **${order.id}** is on its way to ${order.customer}.`,
      priority: "HIGH",
      actionUrl: shipment.trackingUrl,
    });

    const jobId = await ketrics.Job.runInBackground({
      function: "_sendShipmentNotifications",
      payload: { orderId: order.id },
      options: { timeout: 60_000, idempotencyKey: `shipped-${order.id}` },
    });

    return { shipmentId: shipment.shipmentId, labelKey, messageStatus: message.status, jobId };
  });
}

/** A link to the label of a shipped order, for ten minutes. */
export async function getLabelUrl(payload: unknown) {
  mustBeAllowedTo("read");
  const orderId = text(fields(payload), "orderId");
  const order = await withOrders((db) => findOrder(db, orderId));
  if (!order.label_key) {
    throw new Error(`The order "${orderId}" has no label yet: it was not shipped`);
  }
  const labels = await ketrics.Volume.connect(setting("LABELS_VOLUME"));
  return labels.generateDownloadUrl(order.label_key, {
    expiresIn: 600,
    responseContentDisposition: `attachment; filename="${orderId}.pdf"`,
  });
}
