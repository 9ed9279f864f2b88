// What the application answers to. A name that starts with `_` is reached by jobs only.

export { echo } from "./echo";
export { createInvoice } from "./invoices";
export { _sendShipmentNotifications, getJob } from "./jobs";
export { createOrder, getOrder, listOrders } from "./orders";
export { exportTransactions, generateMonthlyReport } from "./reports";
export { getLabelUrl, processOrder } from "./shipping";
