import type { PendingInteraction } from "@alcove/runtime";
import type { ErrorBody } from "../errors/error-body.js";
import { errorText } from "../errors/error-body.js";
import type { StepRecord } from "../streams/frames.js";
import { promptContent } from "./prompt-content.js";

/** What every frame about a message says of it. */
export interface FrameOrigin {
  /** The id of the frame itself. */
  readonly id: string;
  /** The id of the `user_message` it belongs to. */
  readonly messageId: string;
  readonly conversationId: string | undefined;
  /** When it was made. */
  readonly timestampMs: number;
  /** Which frame of its run it is, from 1; `undefined` where it belongs to none. */
  readonly sequence: number | undefined;
}

/** One chunk of the result. */
export function responseFrame(origin: FrameOrigin, text: string): string {
  return frame("system_response_message", origin, "in_progress", JSON.stringify({ text }));
}

/** The end of a run: nothing more comes about its message. */
export function completeFrame(origin: FrameOrigin): string {
  return frame("system_response_message", origin, "complete", '{"text":null}');
}

/** One step on the way to the result. It has the id of the step, the same at its start and its end. */
export function stepFrame(origin: FrameOrigin, step: StepRecord): string {
  const { id, parent_id: parentId, name, payload } = step;
  return frame("system_intermediate_message", { ...origin, id }, "in_progress", JSON.stringify({ name, payload }), {
    intermediate_parent_id: parentId,
    update_message_id: "default",
  });
}

/** A question to the person, or what the person is to be told; by the ids it is answered over HTTP as well. */
export function interactionFrame(origin: FrameOrigin, interaction: PendingInteraction): string {
  const { executionId, interactionId } = interaction;
  const content = JSON.stringify(promptContent(interaction, origin.timestampMs));
  return frame("system_interaction_message", origin, "in_progress", content, {
    execution_id: executionId,
    interaction_id: interactionId,
  });
}

/** What went wrong. */
export function errorFrame(origin: FrameOrigin, body: ErrorBody): string {
  const { code, message, details } = body;
  return frame("error_message", origin, "in_progress", errorText({ code, message, details }));
}

/** What became of an `auth_message`. */
export function authFrame(
  timestampMs: number,
  outcome: { readonly userId: string } | { readonly error: ErrorBody },
): string {
  const isAccepted = "userId" in outcome;
  return JSON.stringify({
    type: "auth_response_message",
    status: isAccepted ? "success" : "error",
    user_id: isAccepted ? outcome.userId : null,
    payload: isAccepted ? null : outcome.error,
    timestamp: timestampOf(timestampMs),
  });
}

function frame(
  type: string,
  { id, messageId, conversationId, timestampMs, sequence }: FrameOrigin,
  status: "in_progress" | "complete",
  contentText: string,
  more: object = {},
): string {
  const fields = {
    type,
    id,
    thread_id: "default",
    parent_id: messageId,
    ...more,
    conversation_id: conversationId ?? null,
    status,
    timestamp: timestampOf(timestampMs),
    ...(sequence === undefined ? {} : { sequence }),
  };
  return `${JSON.stringify(fields).slice(0, -1)},"content":${contentText}}`;
}

function timestampOf(ms: number): string {
  return new Date(ms).toISOString();
}
