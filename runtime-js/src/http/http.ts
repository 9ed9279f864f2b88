/**
 * `ketrics.http`: requests to the outside. The gateway dials, after it checked where to; here the
 * request is put together and the response taken apart. A status is never an error.
 */

import { op_http } from "ext:core/ops";
import { options, serviceCall } from "../service/call.ts";
import { URL, URLSearchParams } from "../web/url.ts";
import { bodyOf, dataOf } from "./body.ts";
import type { HttpClient, HttpResponse } from "./types.ts";

const DEFAULT_TIMEOUT = 30_000;
const LONGEST_TIMEOUT = 120_000;
const MOST_REDIRECTS = 20;

interface Config {
  headers?: Record<string, unknown>;
  timeout?: number;
  params?: Record<string, unknown> | URLSearchParams;
  maxRedirects?: number;
}

interface Reply {
  status: number;
  statusText: string;
  headers: [string, string][];
  body: Uint8Array;
}

const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a value may not hold
const BAD_IN_HEADER_VALUE = /[\u0000-\u0008\u000a-\u001f\u007f]|[^\u0000-\u00ff]/;

function urlOf(given: unknown, params: Config["params"]): string {
  if (typeof given !== "string" && !(given instanceof URL)) {
    throw new TypeError(`the URL of a request must be a string, got ${typeof given}`);
  }
  const parsed = URL.parse(String(given));
  if (parsed === null) throw new TypeError(`the URL of a request is invalid: '${String(given)}'`);
  if (parsed.protocol !== "http:" && parsed.protocol !== "https:") {
    throw new TypeError(`the URL of a request must be http or https, got '${parsed.protocol}'`);
  }
  appendParams(parsed, params);
  parsed.hash = "";
  return parsed.href;
}

function appendParams(url: URL, params: Config["params"]): void {
  if (params === undefined || params === null) return;
  if (typeof params !== "object") throw new TypeError("params must be an object");
  const entries = params instanceof URLSearchParams ? [...params] : Object.entries(params);
  const added = new URLSearchParams();
  for (const [name, value] of entries) appendParam(added, name, value);
  const query = added.toString();
  // Appended as text: the part that the caller wrote stays as it is written.
  if (query !== "") url.search = url.search.length > 1 ? `${url.search}&${query}` : query;
}

function appendParam(query: URLSearchParams, name: string, value: unknown): void {
  if (value === undefined || value === null) return;
  if (Array.isArray(value)) {
    for (const entry of value) appendParam(query, `${name}[]`, entry);
  } else if (value instanceof Date) {
    query.append(name, value.toISOString());
  } else {
    query.append(name, typeof value === "object" ? JSON.stringify(value) : String(value));
  }
}

function headersOf(given: Config["headers"]): Map<string, string> {
  const headers = new Map<string, string>();
  if (given === undefined || given === null) return headers;
  if (typeof given !== "object") throw new TypeError("headers must be an object");
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || value === null || value === false) continue;
    if (!HEADER_NAME.test(name)) throw new TypeError(`'${name}' is no valid name of a header`);
    const text = Array.isArray(value) ? value.join(", ") : String(value);
    if (BAD_IN_HEADER_VALUE.test(text)) {
      throw new TypeError(
        `the value of header '${name}' holds a character that headers cannot hold (a line break, a control character or one beyond Latin-1)`,
      );
    }
    headers.set(name.toLowerCase(), text.trim());
  }
  return headers;
}

/** A whole number in a range, or an error that says which. */
function bounded(value: unknown, what: string, least: number, most: number): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "number" && value >= least && value <= most) return Math.floor(value);
  throw new TypeError(`${what} must be ${least} to ${most}, got ${String(value)}`);
}

async function request<Data>(
  method: string,
  url: unknown,
  data: unknown,
  given: Config | undefined,
): Promise<HttpResponse<Data>> {
  const config = options<Config>(given, "the configuration of a request");
  const headers = headersOf(config.headers);
  const body = bodyOf(data, headers.get("content-type"));
  if (!headers.has("accept")) headers.set("accept", "application/json, text/plain, */*");
  if (body !== undefined && !headers.has("content-type")) {
    headers.set("content-type", body.contentType);
  }
  const call = {
    request: {
      method,
      url: urlOf(url, config.params),
      headers: [...headers],
      body: body?.bytes ?? null,
      timeout: bounded(config.timeout, "timeout", 1, LONGEST_TIMEOUT) ?? DEFAULT_TIMEOUT,
      maxRedirects: bounded(config.maxRedirects, "maxRedirects", 0, MOST_REDIRECTS),
    },
  };
  const reply = await serviceCall<Reply>(`ketrics.http.${method.toLowerCase()}`, op_http, call);
  const received: Record<string, string> = Object.fromEntries(reply.headers);
  return {
    data: (method === "HEAD" ? "" : dataOf(reply.body, received["content-type"])) as Data,
    status: reply.status,
    statusText: reply.statusText,
    headers: received,
  };
}

/** `ketrics.http`. */
export const http: HttpClient = {
  async get<Data = unknown>(url: string, config?: Config) {
    return await request<Data>("GET", url, undefined, config);
  },
  async post<Data = unknown>(url: string, data?: unknown, config?: Config) {
    return await request<Data>("POST", url, data, config);
  },
  async put<Data = unknown>(url: string, data?: unknown, config?: Config) {
    return await request<Data>("PUT", url, data, config);
  },
  async delete<Data = unknown>(url: string, config?: Config & { data?: unknown }) {
    return await request<Data>("DELETE", url, config?.data, config);
  },
  async patch<Data = unknown>(url: string, data?: unknown, config?: Config) {
    return await request<Data>("PATCH", url, data, config);
  },
};
