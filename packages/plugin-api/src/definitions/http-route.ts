import { z } from "zod";
import {
  doPathsOverlap,
  type HttpMethod,
  type HttpRouteAccess,
  httpRouteAddressSchema,
} from "../http-route-address.js";
import type { HttpRoute } from "./definition.js";

/** One route as its plugin defines it. */
export interface HttpRouteOptions {
  /** One sentence for people; the OpenAPI document shows it. */
  readonly description: string;
  /** The parameters of the path, by name; each a string if left out. What stands in the path is text. */
  readonly params?: z.ZodObject;
  /** The parameters of the query, by name. What is sent is text, or a list of texts where the schema has a list. Others are ignored. */
  readonly query?: z.ZodObject;
  /** The JSON object in the body of POST, PUT and PATCH. Those take `{}` where nothing is declared. */
  readonly body?: z.ZodType<unknown, object>;
  /** What the reply holds. A schema that is no object is sent as `{ "value": … }`. A route without it replies with 204, and no body. */
  readonly output?: z.ZodType;
  /** The status of a reply with a body; 200 if left out. */
  readonly status?: 200 | 201 | 202;
}

// Whatever the code behind a route without an output returns stays where it is.
const nothing = z.unknown().transform(() => undefined);

/**
 * Makes a route of what its plugin says of it.
 *
 * @throws TypeError when the address is none, the parameters of path and schema are not the same, or there is a body, or a
 * status, where there can be none.
 */
export function httpRoute(address: string, access: HttpRouteAccess, options: HttpRouteOptions): HttpRoute {
  if (!httpRouteAddressSchema.safeParse(address).success) {
    throw new TypeError(`"${address}" is no address of a route: write a method and a path, e.g. GET /items/{id}.`);
  }
  const [method, path] = address.split(" ") as [HttpMethod, string];
  const takesBody = method !== "GET" && method !== "DELETE";
  if (!takesBody && options.body !== undefined) {
    throw new TypeError(`${address} cannot take a body; use POST, PUT or PATCH.`);
  }
  if (options.output === undefined && options.status !== undefined) {
    throw new TypeError(`${address} has a status and no output; without an output the reply is 204.`);
  }
  const params = pathParameters(address, path, options.params);
  const query = options.query ?? z.object({});
  const body = takesBody ? (options.body ?? z.object({})) : undefined;
  return Object.freeze({
    method,
    path,
    access,
    status: options.output === undefined ? 204 : (options.status ?? 200),
    description: options.description,
    params,
    query,
    body,
    input: z.object({ params, query, ...(body === undefined ? {} : { body }) }),
    output: options.output ?? nothing,
    streamOutput: undefined,
    isIdempotent: false,
  });
}

/** The names of the parameters in a path, in their order. */
function parameterNames(path: string): string[] {
  return Array.from(path.matchAll(/\{(\w+)\}/g), ([, name = ""]) => name);
}

function pathParameters(address: string, path: string, declared: z.ZodObject | undefined): z.ZodObject {
  const names = parameterNames(path);
  if (new Set(names).size < names.length) {
    throw new TypeError(`${address} has two parameters of one name.`);
  }
  if (declared === undefined) {
    return z.object(Object.fromEntries(names.map((name) => [name, z.string()])));
  }
  const known = Object.keys(declared.shape);
  if (known.length !== names.length || names.some((name) => !known.includes(name))) {
    throw new TypeError(`${address} has the parameters [${names.join()}], and its params declare [${known.join()}].`);
  }
  return declared;
}

/**
 * Insists on routes of which a request can mean one only, and on one spelling of a path for all its methods.
 *
 * @throws TypeError
 */
export function assertDistinct(routes: readonly HttpRoute[]): void {
  for (const [index, one] of routes.entries()) {
    for (const other of routes.slice(index + 1)) {
      const isSameShape = one.path.replace(/\{\w+\}/g, "{}") === other.path.replace(/\{\w+\}/g, "{}");
      if (isSameShape && one.path !== other.path) {
        throw new TypeError(`${one.path} and ${other.path} are one path: call their parameters alike.`);
      }
      if (one.method === other.method && doPathsOverlap(one.path, other.path, isParameter)) {
        throw new TypeError(`A request could be meant for ${one.method} ${one.path} and for ${other.path}.`);
      }
    }
  }
}

function isParameter(segment: string): boolean {
  return segment.startsWith("{");
}
