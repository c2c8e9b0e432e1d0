import { RequestFigures } from "./metrics/request-figures.js";
import { Readiness } from "./readiness.js";
import { servesMetrics } from "./routes/route-addresses.js";
import type { ServerOptions } from "./server-options.js";
import { OpenStreams } from "./streams/open-streams.js";

/** What a server holds beyond single requests: what its shutdown ends, and what it tells whoever watches it. */
export class ServerLife {
  readonly openStreams = new OpenStreams();
  readonly readiness: Readiness;

  /** `undefined` where nobody is going to ask: then requests are not counted. */
  readonly requests: RequestFigures | undefined;
  /** How many connections are open; none before the server listens. */
  connectionCount: () => number = () => 0;

  constructor({ store, config }: ServerOptions) {
    this.readiness = new Readiness(store);
    this.requests = servesMetrics(config) ? new RequestFigures() : undefined;
  }
}
