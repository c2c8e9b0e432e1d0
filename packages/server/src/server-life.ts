import { createIdentity } from "./identity/create-identity.js";
import type { Identity } from "./identity/identity.js";
import { RequestFigures } from "./metrics/request-figures.js";
import { Readiness } from "./readiness.js";
import type { ServerOptions } from "./server-options.js";
import { OpenStreams } from "./streams/open-streams.js";

/** What a server holds beyond single requests: what its shutdown ends, and what it tells whoever watches it. */
export class ServerLife {
  readonly openStreams = new OpenStreams();
  readonly readiness: Readiness;
  /** Says who sends a request, be it for a route or for a socket. */
  readonly identity: Identity;

  /** `undefined` where nobody is going to ask: then requests are not counted. */
  readonly requests: RequestFigures | undefined;
  /** How many connections are open; none before the server listens. */
  connectionCount: () => number = () => 0;

  constructor(options: ServerOptions) {
    this.readiness = new Readiness(options.store);
    this.identity = createIdentity(options);
    this.requests = options.config.general.frontEnd.metrics ? new RequestFigures() : undefined;
  }
}
