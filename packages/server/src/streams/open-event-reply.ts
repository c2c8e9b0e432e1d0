import type { RequestContext } from "../request-state.js";
import type { EventStream } from "./event-stream.js";

/** The media type of server-sent events. */
export const EVENT_STREAM_TYPE = "text/event-stream; charset=utf-8";

/** Makes the reply a stream of server-sent events, and opens it. From then on nothing may be thrown: an error can only be a frame. */
export function openEventReply(
  context: RequestContext,
  events: EventStream,
  headers: Readonly<Record<string, string>> = {},
): void {
  context.respond = false;
  context.status = 200;
  context.set({
    "content-type": EVENT_STREAM_TYPE,
    // Keeps nginx, and what follows its example, from collecting the reply before it passes it on.
    "x-accel-buffering": "no",
    ...headers,
  });
  events.open();
}
