import type { Logger } from "@alcove/plugin-api";
import type { ReplyStream } from "@alcove/runtime";
import type { JsonObject } from "../body/json-body.js";
import { errorReply } from "../errors/error-body.js";
import { identify } from "../identity/identify.js";
import { logFailure } from "../middleware/error-map.js";
import type { RequestContext } from "../request-state.js";
import type { ServedApplication } from "../served-application.js";
import { EventStream } from "../streams/event-stream.js";
import { dataFrame, errorFrame } from "../streams/frames.js";
import type { OpenStreams } from "../streams/open-streams.js";
import type { StepAdaptor } from "../streams/steps.js";
import { idempotencyOf } from "./idempotency-request.js";
import { callWorkflow, withFaultsOfBody } from "./workflow-call.js";

/** What {@link streamRoute} needs beside the application. */
export interface StreamRouteOptions {
  readonly readBody: (context: RequestContext) => Promise<JsonObject>;
  /** What becomes of the run's steps; `undefined` where the request wants none. */
  readonly stepAdaptor: (context: RequestContext) => StepAdaptor | undefined;
  readonly heartbeatMs: number;
  readonly openStreams: OpenStreams;
  readonly logger: Logger;
}

/**
 * Answers a call of the workflow with server-sent events: its steps, and the chunks of its result, the last of which leaves
 * once everything is durable. What goes wrong before the run has begun is an ordinary error reply; after that it is the
 * last frame.
 */
export function streamRoute(
  application: ServedApplication,
  { readBody, stepAdaptor, heartbeatMs, openStreams, logger }: StreamRouteOptions,
): (context: RequestContext) => Promise<void> {
  return async (context) => {
    const userId = await identify(context, application.workflow.scope);
    const body = await readBody(context);
    const idempotency = idempotencyOf(context, body);
    const events = new EventStream(context.res, heartbeatMs);
    const adapt = stepAdaptor(context);
    let release: (() => void) | undefined;
    try {
      const reply = await callWorkflow(application, context, { userId, body }, (runner) => {
        release = openStreams.add(runner);
        if (adapt !== undefined) {
          runner.subscribe((step) => {
            const record = adapt(step);
            if (record !== undefined) {
              events.offerStep(record);
            }
          });
        }
        return runner.replyStream(idempotency);
      });
      openReply(context, events, reply.isReplayed);
      await sendChunks(context, events, reply, logger);
    } catch (error) {
      throw await withFaultsOfBody(error, application, body);
    } finally {
      release?.();
    }
  };
}

function openReply(context: RequestContext, events: EventStream, isReplayed: boolean): void {
  context.respond = false;
  context.status = 200;
  context.set({
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache",
    // Keeps nginx, and what follows its example, from collecting the reply before it passes it on.
    "x-accel-buffering": "no",
    ...(isReplayed ? { "idempotent-replayed": "true" } : {}),
  });
  events.open();
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
