export { createServer, type HttpServer, type ListeningServer } from "./create-server.js";
export type { ErrorBody } from "./errors/error-body.js";
export type { ValidationFault } from "./errors/validation-detail.js";
export { isUuid, userIdOf, userIdOfSessionCookie } from "./identity/user-id.js";
export { insecureIdentityProblem, isLoopbackHost } from "./insecure-identity.js";
export { type RouteAddress, routeAddresses } from "./routes/route-addresses.js";
export type { ServedApplication, ServedRunner, ServedSession } from "./served-application.js";
export type { ServerOptions } from "./server-options.js";
