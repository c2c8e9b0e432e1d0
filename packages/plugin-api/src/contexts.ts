import type { Clock } from "./clock.js";
import type { CollectionItemSchemas, CollectionsOf, NoCollections } from "./definitions/collection-declaration.js";
import type { Interaction } from "./interaction.js";
import type { JsonValue } from "./json.js";
import type { Logger } from "./logger.js";

/** Gives something back: closes a connection, clears a timer. May be asynchronous; called exactly once. */
export type Release = () => void | Promise<void>;

/** The HTTP request that led to a run, as far as functions may see it; credentials are left out. */
export interface RequestFacts {
  /** The request id, sent back as `X-Request-Id`. */
  readonly requestId: string;
  /** The HTTP method in capitals, e.g. `POST`. */
  readonly method: string;
  /** The path of the URL, without the query. */
  readonly path: string;
  /** Header names in lower case. `authorization`, `cookie` and `x-api-key` are left out. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Who a caller has proved to be. It comes from the request's credentials, never from its body. Deeply frozen. */
export interface Principal {
  /** The user id that issuer and subject lead to. */
  readonly userId: string;
  /** Who vouches for the subject, e.g. the `iss` of a token. */
  readonly issuer: string;
  /** The caller's name with the issuer. */
  readonly subject: string;
  /** The type of the provider that found out, e.g. `jwt`, as `general.identity` names it. */
  readonly provider: string;
  /** What the issuer says the caller may do; empty where it says nothing. */
  readonly roles: readonly string[];
  /** The claims of a token that the configuration lets functions see. */
  readonly claims: Readonly<Record<string, JsonValue>>;
}

/** The run a call belongs to. */
export interface RunFacts {
  /** A UUID, new for every run unless the caller named one. */
  readonly runId: string;
  /** 32 hexadecimal digits, taken from the caller's trace where there is one. */
  readonly traceId: string;
  /** What the caller sent as conversation id. */
  readonly conversationId: string | undefined;
  /** The request being served; `undefined` where a run does not come from HTTP. */
  readonly request: RequestFacts | undefined;
}

/**
 * What a function gets with each call. It belongs to the run being served, never to an earlier one. Once the run has
 * ended, touching its state or collections or calling another function with it raises `CALL_ENDED`.
 */
export interface CallContext {
  /** The run being served. */
  readonly run: RunFacts;
  /**
   * The headers `traceparent` and `tracestate` for requests to other services, so that what they do shows up in the trace of
   * this call. Empty where nothing is traced and the caller has sent no trace either.
   */
  readonly traceHeaders: Readonly<Record<string, string>>;
  /** Aborts when the caller has gone or the server gives up waiting. Pass it on to whatever can be cancelled. */
  readonly signal: AbortSignal;
  /** A logger whose lines carry the component and the run id. */
  readonly logger: Logger;
  /** The time. Functions ask it, and not `Date.now()`, so that tests can set it. */
  readonly clock: Clock;
  /** Who the run acts for; `undefined` in a shared workflow that was called without identity. */
  readonly userId: string | undefined;
  /** The person the run is for: asks, and waits for the answer, where whoever called can hand questions on. */
  readonly interaction: Interaction;
  /**
   * Who the caller has proved to be; `undefined` where nobody was asked: in a shared workflow that was called without
   * identity, and in runs that do not come from a request, such as those of `alcove run`.
   */
  readonly principal: Principal | undefined;
}

/** What a per-user function gets with each call: the user, and the state and collections it may change. */
export interface PerUserCallContext<State = undefined, Items extends CollectionItemSchemas = NoCollections>
  extends CallContext {
  /** Who the run acts for. */
  readonly userId: string;
  /**
   * The component's state as a draft of the last committed value: read it and change it in place. When the run
   * succeeds the changes of all components are stored together, before the reply leaves; when it fails they are
   * discarded. The draft dies with the run: who kept it gets a TypeError for using it. `undefined` where the definition declares no state.
   */
  readonly state: State;
  /** The component's collections, by the names of their declarations; stored and discarded together with the state. */
  readonly collections: CollectionsOf<Items>;
}

/** What `build` gets. It is called once per process for shared components, once per waking session for per-user ones. */
export interface BuildContext<Config, Services = Record<never, never>> {
  /** The component's name in the configuration, e.g. `notepad`; `workflow` for the workflow. */
  readonly name: string;
  /** The validated configuration, frozen; references have been replaced by handles. */
  readonly config: Config;
  /** The shared services the definition asked for. */
  readonly services: Services;
  /** A logger whose lines carry the component. */
  readonly logger: Logger;
  /** The time. Components ask it, and not `Date.now()`, so that tests can set it. */
  readonly clock: Clock;
  /**
   * Registers how to give back what `build` acquired. Call it the moment the thing exists. Releases run last-registered
   * first: when the process stops (shared), or when the session leaves memory (per-user).
   */
  onDispose(release: Release): void;
}

/** What `build` of a per-user component gets. */
export interface PerUserBuildContext<Config, Services = Record<never, never>> extends BuildContext<Config, Services> {
  /** Whose room the component is built for. */
  readonly userId: string;
  /**
   * Registers what to do when the session is over: when it expires, is deleted or is replaced while it is in memory.
   * Leaving memory, and a stop of the process, are not the end of a session: those are `onDispose`'s. Runs before the
   * releases of `onDispose`, last-registered first. A session that ends on disk ends without a call, because nobody is
   * there who could make it; a component that needs the call sets `residency: "session"`.
   */
  onSessionEnd(release: Release): void;
}
