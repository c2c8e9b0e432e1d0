import type { AlcoveError, ErrorCode, Principal } from "@alcove/plugin-api";
import type { Span } from "@opentelemetry/api";
import type { ParameterizedContext } from "koa";
import type { ServedRunner } from "./served-application.js";

/** A run whose client has gone, and that is to finish. */
interface RunWithoutClient {
  readonly userId: string | undefined;
  /** Whether it is known elsewhere: it has asked its person something, or its client may come back. */
  readonly isKept: () => boolean;
}

/** What the middleware of one request hand to each other in `context.state`. */
export interface RequestState {
  /** Set by the request id middleware, before anything else runs. */
  requestId: string;
  /** Asked before a run begins a new session; only where their number is limited. Throws NEW_SESSIONS_LIMITED. */
  admitNewSession?: () => void;
  /** The span of the request, while requests are traced. */
  span?: Span;
  /** The run the request has led to. */
  runner?: ServedRunner;
  /** Set once the client has gone and the run goes on to its end all the same. */
  alone?: RunWithoutClient;
  /** Ends what the request waits for, when the server stops; set while it waits for something that may take long. */
  giveUp?: (reason: AlcoveError) => void;
  /** What the client was told went wrong. */
  errorCode?: ErrorCode;
  /** Who sends the request; set once a route has asked for it, and there is somebody. */
  principal?: Principal;
}

/** The Koa context of Alcove's middleware. */
export type RequestContext = ParameterizedContext<RequestState>;
