import { Readiness } from "./readiness.js";
import type { ServerOptions } from "./server-options.js";
import { OpenStreams } from "./streams/open-streams.js";

/** What a server holds beyond single requests: what its shutdown ends, and what it tells whoever watches it. */
export class ServerLife {
  readonly openStreams = new OpenStreams();
  readonly readiness: Readiness;

  constructor({ store }: ServerOptions) {
    this.readiness = new Readiness(store);
  }
}
