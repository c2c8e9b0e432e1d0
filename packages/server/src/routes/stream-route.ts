import type { ReplyStream } from "@alcove/runtime";
import type { JsonObject } from "../body/json-body.js";
import { identify } from "../identity/identify.js";
import type { RequestContext } from "../request-state.js";
import type { ServedRunner } from "../served-application.js";
import type { StepAdaptor } from "../streams/steps.js";
import { callEntry, type ServedEntry, withFaultsOfBody } from "./entry-call.js";
import { idempotencyOf } from "./idempotency-request.js";
import { lastEventIdOf, resumeStream } from "./resume-stream.js";
import { StreamedCall, type StreamedCallOptions } from "./streamed-call.js";

/** What {@link streamRoute} needs beside the entry. */
export interface StreamRouteOptions extends StreamedCallOptions {
  readonly readBody: (context: RequestContext) => Promise<JsonObject>;
  /** What becomes of the run's steps; `undefined` where the request wants none. */
  readonly stepAdaptor: (context: RequestContext) => StepAdaptor | undefined;
}

/**
 * Answers a call of an entry with server-sent events: its steps, and the chunks of its result, the last of which leaves
 * once everything is durable. What goes wrong before the run has begun is an ordinary error reply; after that it is the
 * last frame. A request with `Last-Event-ID` is no call of its own: it gets the rest of a stream that was begun before.
 */
export function streamRoute(
  served: ServedEntry,
  options: StreamRouteOptions,
): (context: RequestContext) => Promise<void> {
  return async (context) => {
    const userId = await identify(context, served.entry.scope);
    const lastEventId = lastEventIdOf(context);
    if (lastEventId !== undefined) {
      resumeStream(context, userId, lastEventId, options);
      return;
    }
    const body = await options.readBody(context);
    const idempotency = idempotencyOf(context, body);
    const adapt = options.stepAdaptor(context);
    const call = new StreamedCall(context, served.entry, userId, options);
    try {
      const begin = (runner: ServedRunner): Promise<ReplyStream> => call.begin(runner, idempotency, adapt);
      const reply = await callEntry(served, context, { userId, body }, begin, () => call.outlivesClient);
      await call.send(reply);
    } catch (error) {
      throw await withFaultsOfBody(error, served, body);
    } finally {
      call.release();
    }
  };
}
