// A shipping service to call: POST /shipments makes a shipment and its label. Needs Node only.
//
// PORT    where to listen on the loopback interface (8787)
// API_KEY what callers must send as a bearer token

import { createHash } from "node:crypto";
import { createServer } from "node:http";

const port = Number(process.env.PORT ?? 8787);
const apiKey = process.env.API_KEY;
if (!apiKey) {
  console.error("shipping: set API_KEY to what callers must send as a bearer token");
  process.exit(2);
}

/** A PDF of one page that shows these lines. */
function label(lines) {
  const escaped = lines.map((line) => line.replace(/[^ -~]/g, "?").replace(/[\\()]/g, "\\$&"));
  const text = escaped.map((line) => `(${line}) Tj T*`).join(" ");
  const content = `BT /F1 14 Tf 18 TL 24 160 Td ${text} ET`;
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 288 192] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
  ];
  let pdf = "%PDF-1.4\n";
  const offsets = objects.map((object, index) => {
    const offset = pdf.length;
    pdf += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const table = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  const size = objects.length + 1;
  const trailer = `trailer\n<< /Size ${size} /Root 1 0 R >>\nstartxref\n${pdf.length}\n%%EOF\n`;
  return Buffer.from(`${pdf}xref\n0 ${size}\n0000000000 65535 f \n${table}${trailer}`, "latin1");
}

function answer(response, status, body) {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

async function read(request) {
  const parts = [];
  for await (const part of request) {
    parts.push(part);
  }
  return JSON.parse(Buffer.concat(parts).toString("utf8"));
}

const server = createServer(async (request, response) => {
  if (request.headers.authorization !== `Bearer ${apiKey}`) {
    return answer(response, 401, { error: "the bearer token is wrong" });
  }
  if (request.method !== "POST" || request.url !== "/shipments") {
    return answer(response, 404, { error: "there is only POST /shipments" });
  }
  const order = await read(request).catch(() => undefined);
  if (typeof order?.orderId !== "string" || typeof order.address !== "string") {
    return answer(response, 400, { error: "orderId and address must be strings" });
  }
  // The same order gives the same shipment, so that a caller may try again.
  const digest = createHash("sha256").update(order.orderId).digest("hex");
  const shipmentId = `shp-${digest.slice(0, 12)}`;
  return answer(response, 201, {
    shipmentId,
    trackingUrl: `https://tracking.example/${shipmentId}`,
    labelPdf: label([shipmentId, String(order.customer ?? ""), order.address]).toString("base64"),
  });
});

server.on("error", (error) => {
  console.error(`shipping: cannot listen on 127.0.0.1:${port}: ${error.message}`);
  process.exit(1);
});
server.listen(port, "127.0.0.1", () => console.log(`shipping: http://127.0.0.1:${port}`));
