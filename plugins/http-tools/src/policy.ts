import { isIP, type LookupFunction } from "node:net";
import { duration, z } from "@alcove/plugin-api";
import { type AddressCheck, checkAddresses, isAddressRange } from "./addresses.js";
import { checkedLookup, type Resolve } from "./checked-lookup.js";
import { AddressNotAllowedError, HeaderNotAllowedError, MethodNotAllowedError, UrlNotAllowedError } from "./errors.js";

/** Headers that say nothing about who asks; they go along when a request is redirected to another origin. */
export const plainHeaders = [
  "accept",
  "accept-language",
  "content-type",
  "if-modified-since",
  "if-none-match",
  "range",
];

// They belong to the connection, or to the host that is asked.
const ownHeaders =
  /^(connection|content-length|expect|host|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade)$/i;

const originSchema = z
  .string()
  .refine(isOrigin, "expected an origin, such as https://api.example.org or http://10.1.0.4:8080, without a path");
const requestHeaderSchema = z
  .string()
  .regex(/^[A-Za-z0-9-]+$/, "expected the name of a header")
  .refine((name) => !ownHeaders.test(name), "expected a header that does not belong to the connection");

const DEFAULT_TIMEOUT_MS = 10_000;
const anHour = { longestMs: 3_600_000, words: "one hour" };

/** The configuration of the tools. */
export const httpToolsConfig = z
  .object({
    allowed_origins: z.array(originSchema).min(1).describe("Where requests may go, redirected ones included"),
    methods: z
      .array(z.enum(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]))
      .min(1)
      .default(["GET", "HEAD"])
      .describe("Which methods may be used"),
    request_headers: z.array(requestHeaderSchema).default(plainHeaders).describe("Which headers a call may set"),
    allowed_addresses: z
      .array(z.string().refine(isAddressRange, "expected an IP address or a range of them, such as 10.1.0.0/16"))
      .default([])
      .describe("Addresses that may be connected to though they are not public"),
    timeout: duration(anHour)
      .optional()
      .describe("For a whole call, redirects included, such as 5s or 1m30s; 10s if left out"),
    timeout_seconds: z
      .number()
      .positive()
      .max(3_600)
      .optional()
      .describe("The same as a number of seconds, as it was written before `timeout`"),
    max_redirects: z.number().int().nonnegative().max(20).default(5).describe("How many redirects are followed"),
    max_request_bytes: z.number().int().nonnegative().default(100_000).describe("How large a body may be sent"),
    max_response_bytes: z.number().int().positive().default(1_000_000).describe("How large a body may come back"),
  })
  .refine(({ timeout, timeout_seconds }) => timeout === undefined || timeout_seconds === undefined, {
    path: ["timeout_seconds"],
    error: "says what timeout says already; leave it out",
  });

/** The configuration, as it is asked for each request. */
export interface Policy {
  /** Origins as `URL` spells them. */
  readonly origins: ReadonlySet<string>;
  /** In capitals. */
  readonly methods: ReadonlySet<string>;
  /** In small letters. */
  readonly requestHeaders: ReadonlySet<string>;
  /** Whether an address may be connected to. */
  readonly isAddressAllowed: AddressCheck;
  /** Finds addresses that may be connected to. */
  readonly lookup: LookupFunction;
  /** For a whole call. */
  readonly timeoutMs: number;
  /** How many redirects are followed. */
  readonly maxRedirects: number;
  /** How large a body may be sent. */
  readonly maxRequestBytes: number;
  /** How large a body may come back. */
  readonly maxResponseBytes: number;
}

/** @param resolve Finds the addresses of hosts; the system does if left out. */
export function policyOf(config: z.output<typeof httpToolsConfig>, resolve?: Resolve): Policy {
  const isAddressAllowed = checkAddresses(config.allowed_addresses);
  return {
    origins: new Set(config.allowed_origins.map((origin) => new URL(origin).origin)),
    methods: new Set(config.methods),
    requestHeaders: new Set(config.request_headers.map((name) => name.toLowerCase())),
    isAddressAllowed,
    lookup: checkedLookup(isAddressAllowed, resolve),
    timeoutMs: timeoutOf(config),
    maxRedirects: config.max_redirects,
    maxRequestBytes: config.max_request_bytes,
    maxResponseBytes: config.max_response_bytes,
  };
}

function timeoutOf({ timeout, timeout_seconds }: z.output<typeof httpToolsConfig>): number {
  return timeout ?? (timeout_seconds === undefined ? DEFAULT_TIMEOUT_MS : Math.ceil(timeout_seconds * 1_000));
}

/**
 * Looks a URL over before anything is sent to it. Names are looked up when the connection is made.
 *
 * @throws URL_NOT_ALLOWED, ADDRESS_NOT_ALLOWED, METHOD_NOT_ALLOWED.
 */
export function assertAllowed({ origins, methods, isAddressAllowed }: Policy, url: URL, method: string): void {
  if (url.username !== "" || url.password !== "") {
    throw new UrlNotAllowedError(`A URL at ${url.origin} holds a user name or a password; send it without.`);
  }
  if (!origins.has(url.origin)) {
    throw new UrlNotAllowedError(`${url.origin} is not allowed; allowed_origins are ${[...origins].join(", ")}.`);
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  if (isIP(host) !== 0 && !isAddressAllowed(host)) {
    throw new AddressNotAllowedError(url.host, [host]);
  }
  if (!methods.has(method)) {
    throw new MethodNotAllowedError(method, methods);
  }
}

/** The headers a call sets, by their names in small letters. @throws HEADER_NOT_ALLOWED. */
export function allowedHeaders(
  { requestHeaders }: Policy,
  headers: Readonly<Record<string, string>>,
): Record<string, string> {
  const named = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  const refused = named.find(([name]) => !requestHeaders.has(name));
  if (refused !== undefined) {
    throw new HeaderNotAllowedError(refused[0], requestHeaders);
  }
  return Object.fromEntries(named);
}

function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) {
    return false;
  }
  const url = new URL(text);
  return /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`;
}
