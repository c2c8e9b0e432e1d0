import { z } from "zod";

/** The methods a route may take. HEAD and OPTIONS are the front end's. */
export type HttpMethod = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/**
 * Where a route is: its method, and its path below the prefix of its plugin, e.g. `GET /items/{id}`. Each segment is plain, or one
 * parameter.
 */
export type HttpRouteAddress = `${HttpMethod} /${string}`;

const segment = String.raw`(?!\.{1,2}(?:\/|$))[A-Za-z0-9._~@-]+`;
const parameter = String.raw`\{[a-z][a-z0-9_]*\}`;
const addressPattern = new RegExp(`^(?:GET|POST|PUT|PATCH|DELETE) (?:\\/(?:${segment}|${parameter}))+$`);

/** The addresses that manifests and definitions take. */
export const httpRouteAddressSchema = z
  .string()
  .regex(addressPattern, "expected a method and a path below the plugin's prefix, e.g. GET /items/{id}")
  .max(200);

/**
 * Whom a route serves: `user` whoever has said who they are, in their own room; `public` anybody, without asking who it is;
 * `operator` those who look after the server.
 */
export const httpRouteAccessSchema = z.enum(["user", "public", "operator"]);

/** See {@link httpRouteAccessSchema}. */
export type HttpRouteAccess = z.output<typeof httpRouteAccessSchema>;

/**
 * Whether a request could be meant for either of two paths.
 *
 * @param isParameter Tells a segment that stands for any other, such as `{id}`.
 */
export function doPathsOverlap(one: string, other: string, isParameter: (segment: string) => boolean): boolean {
  const segments = one.split("/");
  const others = other.split("/");
  const isSameOrAny = (segment: string, index: number): boolean => {
    const opposite = others[index] ?? "";
    return segment === opposite || isParameter(segment) || isParameter(opposite);
  };
  return segments.length === others.length && segments.every(isSameOrAny);
}
