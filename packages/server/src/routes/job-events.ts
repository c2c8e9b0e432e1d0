import type { AlcoveError } from "@alcove/plugin-api";
import type { ExecutionView } from "@alcove/runtime";
import { errorReply } from "../errors/error-body.js";
import type { RequestContext } from "../request-state.js";
import type { ServedExecutions } from "../served-application.js";
import { EventStream } from "../streams/event-stream.js";
import { errorFrame, eventFrame } from "../streams/frames.js";
import { openEventReply } from "../streams/open-event-reply.js";
import type { OpenStreams } from "../streams/open-streams.js";
import { rawSteps } from "../streams/steps.js";
import { jobStatus } from "./job-wire.js";

/** What {@link jobEvents} needs beside the executions. */
export interface JobEventsOptions {
  readonly heartbeatMs: number;
  readonly openStreams: OpenStreams;
}

/**
 * Streams what becomes of a job: its status now, each one it changes to, and the steps of its run in between, as they happen. The
 * stream ends with the job; with an error where there is no such job any more, since its session was ended.
 */
export function jobEvents(
  executions: ServedExecutions,
  { heartbeatMs, openStreams }: JobEventsOptions,
): (context: RequestContext, userId: string, id: string) => Promise<void> {
  const adapt = rawSteps();
  return async (context, userId, id) => {
    const events = new EventStream(context.res, heartbeatMs);
    const early: ExecutionView[] = [];
    let isOpen = false;
    let lostFor: AlcoveError | undefined;
    const fail = (reason: AlcoveError): void => {
      void events.send(errorFrame(errorReply(reason).body));
      events.end();
    };
    const tell = (view: ExecutionView): void => {
      if (!isOpen) {
        early.push(view);
        return;
      }
      void events.send(eventFrame("status", JSON.stringify(jobStatus(view))));
      if (view.expiresAtMs !== undefined) {
        events.end();
      }
    };
    const release = openStreams.add({ abort: fail }, userId);
    context.res.once("close", release);
    const { view, unfollow } = await executions.follow(userId, id, {
      onChange: tell,
      onLost: (reason) => {
        lostFor = reason;
        if (isOpen) {
          fail(reason);
        }
      },
      onStep: (step) => {
        const record = adapt(step);
        if (record !== undefined) {
          events.offerStep(record);
        }
      },
    });
    context.res.once("close", unfollow);
    openEventReply(context, events);
    isOpen = true;
    for (const each of [view, ...early]) {
      tell(each);
    }
    if (lostFor !== undefined) {
      fail(lostFor);
    }
  };
}
