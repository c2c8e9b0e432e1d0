import type { Logger } from "@alcove/plugin-api";
import type { ReplyStream } from "@alcove/runtime";
import type { JsonObject } from "../body/json-body.js";
import { errorReply } from "../errors/error-body.js";
import { identify } from "../identity/identify.js";
import { logFailure } from "../middleware/error-map.js";
import type { RequestContext } from "../request-state.js";
import type { ServedRunner } from "../served-application.js";
import { EventStream } from "../streams/event-stream.js";
import { dataFrame, errorFrame, eventFrame } from "../streams/frames.js";
import { openEventReply } from "../streams/open-event-reply.js";
import type { OpenStreams } from "../streams/open-streams.js";
import type { StepAdaptor } from "../streams/steps.js";
import { callEntry, type ServedEntry, withFaultsOfBody } from "./entry-call.js";
import { interactionEvent } from "./execution-wire.js";
import { idempotencyOf } from "./idempotency-request.js";

/** What {@link streamRoute} needs beside the entry. */
export interface StreamRouteOptions {
  readonly readBody: (context: RequestContext) => Promise<JsonObject>;
  /** What becomes of the run's steps; `undefined` where the request wants none. */
  readonly stepAdaptor: (context: RequestContext) => StepAdaptor | undefined;
  readonly heartbeatMs: number;
  readonly openStreams: OpenStreams;
  readonly logger: Logger;
  /** Whether runs may ask people something. The question is a frame; the stream stays open, and goes on after the answer. */
  readonly isInteractive: boolean;
}

/**
 * Answers a call of an entry with server-sent events: its steps, and the chunks of its result, the last of which leaves
 * once everything is durable. What goes wrong before the run has begun is an ordinary error reply; after that it is the
 * last frame.
 */
export function streamRoute(
  served: ServedEntry,
  { readBody, stepAdaptor, heartbeatMs, openStreams, logger, isInteractive }: StreamRouteOptions,
): (context: RequestContext) => Promise<void> {
  return async (context) => {
    const userId = await identify(context, served.entry.scope);
    const body = await readBody(context);
    const idempotency = idempotencyOf(context, body);
    const events = new EventStream(context.res, heartbeatMs);
    const adapt = stepAdaptor(context);
    let release: (() => void) | undefined;
    let hasAsked = false;
    const begin = (runner: ServedRunner): Promise<ReplyStream> => {
      release = openStreams.add(runner, userId);
      if (isInteractive && idempotency === undefined) {
        runner.onInteraction((interaction) => {
          hasAsked ||= interaction.prompt.inputType !== "notification";
          void events.send(eventFrame("interaction_required", JSON.stringify(interactionEvent(interaction))));
        });
      }
      if (adapt !== undefined) {
        runner.subscribe((step) => {
          const record = adapt(step);
          if (record !== undefined) {
            events.offerStep(record);
          }
        });
      }
      return runner.replyStream(idempotency);
    };
    try {
      const reply = await callEntry(served, context, { userId, body }, begin, () => hasAsked);
      openEventReply(context, events, reply.isReplayed ? { "idempotent-replayed": "true" } : {});
      await sendChunks(context, events, reply, logger);
    } catch (error) {
      throw await withFaultsOfBody(error, served, body);
    } finally {
      release?.();
    }
  };
}

/** From here on nothing is thrown: the headers have left, so that an error can only be a frame. */
async function sendChunks(
  context: RequestContext,
  events: EventStream,
  { chunks }: ReplyStream,
  logger: Logger,
): Promise<void> {
  try {
    for await (const chunk of chunks) {
      await events.send(dataFrame(chunk));
    }
  } catch (error) {
    const reply = errorReply(error);
    logFailure(logger, context, { error, reply });
    await events.send(errorFrame(reply.body));
  } finally {
    events.end();
  }
}
