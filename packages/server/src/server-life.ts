import type { FrontEndConfig } from "@alcove/config";
import type { AlcoveError } from "@alcove/plugin-api";
import { type DocsFront, docsFront } from "./docs/docs-front.js";
import { createIdentity } from "./identity/create-identity.js";
import type { Identity } from "./identity/identity.js";
import { NewSessionLimit } from "./limits/new-session-limit.js";
import { RequestFigures } from "./metrics/request-figures.js";
import { OpenRequests } from "./open-requests.js";
import { Readiness } from "./readiness.js";
import type { ServerOptions } from "./server-options.js";
import { OpenStreams } from "./streams/open-streams.js";
import { ResumableStreams } from "./streams/resumable-streams.js";

/** How much of a stream is kept for a client that comes back. */
const MAX_KEPT_CHARACTERS = 1_048_576;

/** What a server holds beyond single requests: what its shutdown ends, and what it tells whoever watches it. */
export class ServerLife {
  readonly openRequests = new OpenRequests();
  readonly openStreams: OpenStreams;
  /** The streams whose clients may come back; `undefined` where they get no grace. */
  readonly resumableStreams: ResumableStreams | undefined;
  readonly readiness: Readiness;
  /** Asked before any way into the server begins a session; `undefined` where as many may begin as come. */
  readonly newSessionLimit: NewSessionLimit | undefined;
  /** Says who sends a request, be it for a route or for a socket. */
  readonly identity: Identity;

  /** `undefined` where nobody is going to ask: then requests are not counted. */
  readonly requests: RequestFigures | undefined;
  /** The page that shows the OpenAPI document; `undefined` where it is switched off. */
  readonly docs: DocsFront | undefined;
  /** How many connections speak HTTP; none before the server listens. */
  connectionCount: () => number = () => 0;
  /** How many WebSockets are open; likewise. */
  socketCount: () => number = () => 0;

  readonly #stopForgetting: () => void;

  private constructor(options: ServerOptions, identity: Identity) {
    const { application, frontEnd } = options.config.general;
    this.openStreams = new OpenStreams(frontEnd.limits);
    this.resumableStreams = resumableStreams(frontEnd);
    this.#stopForgetting = options.runtime.sessions.endings.listen({
      onWanted: (userId) => {
        this.openRequests.giveUpAlone(userId);
        this.resumableStreams?.giveUpAway(userId);
      },
      onOver: (userId) => this.resumableStreams?.forgetUser(userId),
    });
    this.newSessionLimit = NewSessionLimit.of(frontEnd, options.clock);
    this.readiness = new Readiness(options.store, options.runtime.health);
    this.identity = identity;
    this.requests = frontEnd.metrics ? new RequestFigures() : undefined;
    this.docs = frontEnd.docs ? docsFront(application) : undefined;
  }

  /** Gives up what waits for people, who may never come; what they are asked can still be answered where its function is resumable. */
  giveUpWaiting(reason: AlcoveError): void {
    this.openStreams.giveUpWaiting(reason);
  }

  /** Gives up everything that clients wait for; each is told the reason, as far as its code obeys. */
  giveUpAll(reason: AlcoveError): void {
    this.openStreams.abortAll(reason);
    this.openRequests.giveUpAll(reason);
  }

  static async create(options: ServerOptions): Promise<ServerLife> {
    return new ServerLife(options, await createIdentity(options));
  }

  /** From now on no client can come back to a stream. */
  close(): void {
    this.#stopForgetting();
    this.resumableStreams?.close();
  }
}

function resumableStreams({ reconnectGraceMs, limits }: FrontEndConfig): ResumableStreams | undefined {
  return reconnectGraceMs === 0
    ? undefined
    : new ResumableStreams({
        graceMs: reconnectGraceMs,
        maxStreams: limits.maxKeptStreams,
        maxStreamsPerUser: limits.maxKeptStreamsPerUser,
        maxCharactersPerStream: MAX_KEPT_CHARACTERS,
      });
}
