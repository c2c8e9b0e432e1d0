import type { JsonValue, Principal } from "@alcove/plugin-api";
import { userIdOfSubject } from "./user-id.js";

/** What a principal is made of; roles and claims are none if left out. */
export interface PrincipalFacts {
  readonly issuer: string;
  readonly subject: string;
  readonly provider: string;
  readonly roles?: readonly string[];
  readonly claims?: Readonly<Record<string, JsonValue>>;
  /** The user id, where it is not made of issuer and subject. */
  readonly userId?: string;
}

const noRoles: readonly string[] = Object.freeze([]);
const noClaims: Readonly<Record<string, JsonValue>> = Object.freeze({});

/** A principal, frozen deeply: functions of plugins see it, and the same one may serve several requests of its user. */
export function createPrincipal(facts: PrincipalFacts): Principal {
  const { issuer, subject, provider, roles = noRoles, claims = noClaims } = facts;
  const userId = facts.userId ?? userIdOfSubject(issuer, subject);
  return Object.freeze({
    userId,
    issuer,
    subject,
    provider,
    roles: Object.freeze(roles),
    claims: frozenDeeply(claims),
  });
}

function frozenDeeply<Value extends JsonValue>(value: Value): Value {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) {
      frozenDeeply(part);
    }
  }
  return value;
}
