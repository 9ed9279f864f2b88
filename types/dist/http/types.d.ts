// Made from runtime-js/src by `make types`. Change it there.
/** Requests to the outside. */
/** How a request is made. */
export interface HttpRequestConfig {
    /** Headers by name. A name or a value that HTTP does not allow is a `TypeError`. */
    headers?: Record<string, string>;
    /** How long the whole request may take, in milliseconds: 30,000 by default, 120,000 at most. */
    timeout?: number;
    /** Appended to the URL's query. */
    params?: Record<string, string | number | boolean>;
    /** How many redirects are followed: 5 by default, 20 at most. */
    maxRedirects?: number;
}
/** What came back, whatever its status. */
export interface HttpResponse<T = unknown> {
    /**
     * The body: parsed where the response says that it is JSON, a `Buffer` for binary content types,
     * otherwise a string.
     */
    data: T;
    /** The status, for example 404. */
    status: number;
    /** The status in words, for example `Not Found`. */
    statusText: string;
    /** The headers by their names in lower case. */
    headers: Record<string, string>;
}
/**
 * Makes requests over HTTP and HTTPS. A status is never an error. What throws is no connection, a
 * refused address, too many redirects and a timeout; `code` says which, as Node.js names it
 * (`ECONNREFUSED`, `ETIMEDOUT`, `ENOTFOUND`).
 *
 * Objects are sent as JSON, `URLSearchParams` as a form, strings and `Buffer`s as they are.
 * Addresses outside the public internet are refused unless the platform's operators allow them,
 * and each redirect is checked again; credentials are dropped when it leads to another host.
 */
export interface HttpClient {
    /** Sends a GET request. */
    get<T = unknown>(url: string, config?: HttpRequestConfig): Promise<HttpResponse<T>>;
    /** Sends a POST request. */
    post<T = unknown>(url: string, data?: unknown, config?: HttpRequestConfig): Promise<HttpResponse<T>>;
    /** Sends a PUT request. */
    put<T = unknown>(url: string, data?: unknown, config?: HttpRequestConfig): Promise<HttpResponse<T>>;
    /** Sends a DELETE request. */
    delete<T = unknown>(url: string, config?: HttpRequestConfig): Promise<HttpResponse<T>>;
    /** Sends a PATCH request. */
    patch<T = unknown>(url: string, data?: unknown, config?: HttpRequestConfig): Promise<HttpResponse<T>>;
}
