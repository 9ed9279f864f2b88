import { same } from "./expect";

export async function http(payload: { url: string }) {
  const { http } = ketrics;
  const config = { headers: { "X-Test": "1" }, timeout: 5000, params: { a: 1 }, maxRedirects: 1 };
  const got = await http.get<{ method: string }>(payload.url, config);
  same("get", [got.status, got.statusText, got.data.method, got.headers["content-type"]], [200, "OK", "GET", "application/json"]);
  const bodies = [
    await http.post<{ method: string }>(payload.url, { a: 1 }, config),
    await http.put<{ method: string }>(payload.url, "text", config),
    await http.patch<{ method: string }>(payload.url, { a: 1 }, config),
    await http.delete<{ method: string }>(payload.url, config),
  ];
  same("methods", bodies.map((answer) => answer.data.method), ["POST", "PUT", "PATCH", "DELETE"]);
}
