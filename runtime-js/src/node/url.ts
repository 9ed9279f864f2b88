/** Node's `url`: the URL of the standard, and the functions of the time before it. */

import { URL, URLSearchParams } from "../web/url.ts";
import { querystring } from "./querystring.ts";

type Text = string | null;

/** What `url.parse` returns. */
class Url {
  protocol: Text = null;
  slashes: boolean | null = null;
  auth: Text = null;
  host: Text = null;
  port: Text = null;
  hostname: Text = null;
  hash: Text = null;
  search: Text = null;
  query: Text | Record<string, string | string[]> = null;
  pathname: Text = null;
  path: Text = null;
  href = "";
}

const PARTS =
  /^(?<protocol>[a-z][a-z0-9.+-]*:)?(?<slashes>\/\/)?(?<rest>[^?#]*)(?<search>\?[^#]*)?(?<hash>#.*)?$/is;
const SLASHED = new Set(["http:", "https:", "ftp:", "file:", "ws:", "wss:"]);

/** Takes `user:password@host:port` apart. */
function readAuthority(url: Url, authority: string): void {
  const at = authority.lastIndexOf("@");
  if (at >= 0) url.auth = querystring.unescape(authority.slice(0, at));
  const [, hostname = "", port] =
    /^(\[[^\]]*\]|[^:]*)(?::(\d*))?$/.exec(authority.slice(at + 1).toLowerCase()) ?? [];
  url.hostname = hostname.replace(/^\[|\]$/g, "");
  url.port = port || null;
  url.host = hostname + (port ? `:${port}` : "");
}

/** Whether a host follows such a protocol without slashes, as in `mailto:user@host`. */
function namesHost(protocol: Text): boolean {
  return protocol !== null && protocol !== "javascript:" && !SLASHED.has(protocol);
}

function parse(text: string, parseQuery = false, slashesDenoteHost = false): Url {
  if (typeof text !== "string") throw new TypeError(`url.parse takes a string, got ${typeof text}`);
  const url = new Url();
  const { protocol, slashes, rest = "", search, hash } = PARTS.exec(text.trim())?.groups ?? {};
  url.protocol = protocol?.toLowerCase() ?? null;
  let path = rest;
  const slashed = slashes !== undefined && (protocol !== undefined || slashesDenoteHost);
  if (slashed) url.slashes = true;
  if (slashed || (slashes === undefined && namesHost(url.protocol))) {
    const end = rest.indexOf("/");
    readAuthority(url, end < 0 ? rest : rest.slice(0, end));
    path = end < 0 ? "" : rest.slice(end);
  } else if (slashes !== undefined) {
    path = slashes + rest;
  }
  const known = url.slashes === true && SLASHED.has(url.protocol ?? "");
  url.pathname = path || (known ? "/" : null);
  url.hash = hash ?? null;
  url.search = search ?? null;
  const query = search?.slice(1) ?? null;
  url.query = parseQuery ? querystring.parse(query ?? "") : query;
  url.path =
    url.pathname === null && search === undefined ? null : (url.pathname ?? "") + (search ?? "");
  url.href = format(url);
  return url;
}

interface FormatOptions {
  auth?: boolean;
  fragment?: boolean;
  search?: boolean;
}

function format(given: string | URL | Partial<Url>, options: FormatOptions = {}): string {
  if (typeof given === "string") return parse(given).href;
  if (given instanceof URL) {
    const copy = new URL(given.href);
    if (options.auth === false) copy.username = copy.password = "";
    if (options.fragment === false) copy.hash = "";
    if (options.search === false) copy.search = "";
    return copy.href;
  }
  const protocol = given.protocol ? given.protocol.replace(/:?$/, ":") : "";
  const auth = given.auth ? `${encodeURIComponent(given.auth).replace(/%3A/i, ":")}@` : "";
  const hostname = given.hostname?.includes(":") ? `[${given.hostname}]` : given.hostname;
  const host = given.host || (hostname ? hostname + (given.port ? `:${given.port}` : "") : "");
  const slashes = given.slashes || (host !== "" && SLASHED.has(protocol)) ? "//" : "";
  const query =
    typeof given.query === "object" && given.query !== null
      ? querystring.stringify(given.query)
      : "";
  const search = (given.search || (query && `?${query}`) || "").replace(/^(?!\?|$)/, "?");
  const hash = (given.hash || "").replace(/^(?!#|$)/, "#");
  let pathname = given.pathname ?? "";
  if (slashes && host && pathname && !pathname.startsWith("/")) pathname = `/${pathname}`;
  pathname = pathname.replace(/[?#]/g, encodeURIComponent);
  return (
    protocol + slashes + (host && auth + host) + pathname + search.replaceAll("#", "%23") + hash
  );
}

/** Resolves a reference as a browser does for a link. */
function resolve(from: string, to: string): string {
  const base = new URL(from, "resolve://");
  const resolved = new URL(to, base);
  if (resolved.protocol !== "resolve:") return resolved.href;
  const { pathname, search, hash } = resolved;
  return (
    pathname.replace(/^\/(?=[^/])/, from.startsWith("/") || to.startsWith("/") ? "/" : "") +
    search +
    hash
  );
}

function fileURLToPath(given: string | URL): string {
  const url = new URL(given);
  if (url.protocol !== "file:")
    throw new TypeError(`the URL must be a file URL, got '${url.protocol}'`);
  if (url.hostname !== "") throw new TypeError("the host of a file URL must be empty");
  if (/%2f/i.test(url.pathname)) throw new TypeError("a file URL must not hold encoded slashes");
  return decodeURIComponent(url.pathname);
}

function pathToFileURL(path: string): URL {
  const url = new URL("file:///");
  const absolute = path.startsWith("/") ? path : `/${path}`;
  url.pathname = absolute.replaceAll("%", "%25").replaceAll("\\", "%5C").replaceAll("\n", "%0A");
  return url;
}

function urlToHttpOptions(url: URL): Record<string, unknown> {
  const options: Record<string, unknown> = {
    protocol: url.protocol,
    hostname: url.hostname.replace(/^\[|\]$/g, ""),
    hash: url.hash,
    search: url.search,
    pathname: url.pathname,
    path: url.pathname + url.search,
    href: url.href,
  };
  if (url.port !== "") options.port = Number(url.port);
  if (url.username || url.password) {
    options.auth = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  }
  return options;
}

function domainToASCII(domain: string): string {
  return URL.parse(`ws://${domain}`)?.hostname ?? "";
}

/** The module. */
export const url = {
  URL,
  URLSearchParams,
  Url,
  domainToASCII,
  fileURLToPath,
  format,
  parse,
  pathToFileURL,
  resolve,
  urlToHttpOptions,
};
