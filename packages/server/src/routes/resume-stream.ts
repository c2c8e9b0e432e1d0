import type { RequestContext } from "../request-state.js";
import { EventStream } from "../streams/event-stream.js";
import { openEventReply } from "../streams/open-event-reply.js";
import { type ResumableStreams, type StreamPlace, streamNotFound } from "../streams/resumable-streams.js";

/** What {@link resumeStream} needs beside the request. */
export interface ResumeStreamOptions {
  readonly heartbeatMs: number;
  /** `undefined` where no stream is kept. */
  readonly resumableStreams: ResumableStreams | undefined;
}

/** The id of the last frame the client has got of a stream it comes back to; `undefined` for a call of its own. */
export function lastEventIdOf({ req }: RequestContext): string | undefined {
  const id = req.headers["last-event-id"]?.toString();
  return id === "" ? undefined : id;
}

/** Where a stream is that is begun, or taken up again, by this request. */
export function streamPlace({ method, path }: RequestContext, userId: string): StreamPlace {
  return { userId, route: `${method} ${path}` };
}

/**
 * Answers a request with `Last-Event-ID` with what its client has missed of the stream, and then the rest; with 204, which
 * tells a browser to stay away, where there is nothing more. A run is never begun, whatever the body says: it could be carried out twice.
 *
 * @throws STREAM_NOT_FOUND
 */
export function resumeStream(
  context: RequestContext,
  userId: string | undefined,
  lastEventId: string,
  { heartbeatMs, resumableStreams }: ResumeStreamOptions,
): void {
  if (resumableStreams === undefined || userId === undefined) {
    throw streamNotFound();
  }
  const found = resumableStreams.find(lastEventId, streamPlace(context, userId));
  // The body is that of the call which has been carried out.
  context.req.resume();
  if (found.isComplete) {
    context.status = 204;
    return;
  }
  const events = new EventStream(context.res, heartbeatMs);
  openEventReply(context, events);
  events.onceGone(found.resume(events));
}
