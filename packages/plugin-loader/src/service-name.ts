import type { ServiceIdentifier } from "@alcove/plugin-api";

/** A service identifier as messages and manifests name it: a symbol's description, or the name of a class. */
export function describeService(service: ServiceIdentifier): string {
  if (typeof service === "symbol") return service.description ?? "(unnamed symbol)";
  return typeof service === "function" ? service.name : service;
}
