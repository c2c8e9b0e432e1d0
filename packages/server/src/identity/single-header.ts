import { RequestError } from "../errors/request-error.js";
import type { IdentifiableRequest } from "./identity-provider.js";

/**
 * The value of a header that names somebody; `undefined` where it is missing or empty. Node keeps the first of some
 * headers and joins others, either of which lets whoever adds a second one choose, so that two values are refused.
 *
 * @param name In lower case.
 * @throws RequestError IDENTITY_CONFLICT
 */
export function singleHeader(request: IdentifiableRequest, name: string): string | undefined {
  if (request.headers[name] === undefined) {
    return undefined;
  }
  const [value, ...others] = new Set(request.headersDistinct[name]);
  if (others.length > 0) {
    throw new RequestError("IDENTITY_CONFLICT", `The request carries several headers ${name} that differ. Send one.`);
  }
  return value === "" ? undefined : value;
}

/** An `Authorization` header: its scheme in lower case, and what follows. */
export interface Authorization {
  readonly scheme: string;
  readonly credential: string;
}

/**
 * The `Authorization` header of a request; `undefined` where there is none.
 *
 * @throws RequestError IDENTITY_CONFLICT
 */
export function authorizationOf(request: IdentifiableRequest): Authorization | undefined {
  const header = singleHeader(request, "authorization");
  if (header === undefined) {
    return undefined;
  }
  const space = header.indexOf(" ");
  const scheme = (space === -1 ? header : header.slice(0, space)).toLowerCase();
  return { scheme, credential: space === -1 ? "" : header.slice(space + 1).trim() };
}

/** Whether the credential of a `Bearer` header is a signed token, going by its form. */
export function isSignedToken(credential: string): boolean {
  return credential.split(".").length === 3;
}
