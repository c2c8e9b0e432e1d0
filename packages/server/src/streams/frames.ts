import type { ErrorBody } from "../errors/error-body.js";
import { errorText } from "../errors/error-body.js";

// JSON has no line breaks outside its escapes, so that each of these texts fits on the one line a field may take.

/** What keeps a connection alive while nothing happens; clients skip it. */
export const HEARTBEAT_FRAME = ":\n\n";

/** A step of the run, in the form in which clients know steps. */
export interface StepRecord {
  /** The same for the start and the end of one step. */
  readonly id: string;
  /** The `id` of the step it happened in. */
  readonly parent_id: string;
  /** `markdown`, or the type of the event where the payload is the raw step. */
  readonly type: string;
  /** What a client shows as its heading. */
  readonly name: string;
  /** Markdown, or the JSON text of the raw step. */
  readonly payload: string;
}

/** One chunk of the result. @param chunkText JSON text */
export function dataFrame(chunkText: string): string {
  return `data: ${chunkText}\n\n`;
}

/** One step on the way to the result. */
export function stepFrame(step: StepRecord): string {
  return `intermediate_data: ${JSON.stringify(step)}\n\n`;
}

/** The error that ended the stream. */
export function errorFrame(body: ErrorBody): string {
  return eventFrame("error", errorText(body));
}

/** Any other event. @param dataText JSON text */
export function eventFrame(event: string, dataText: string): string {
  return `event: ${event}\ndata: ${dataText}\n\n`;
}

/** Tells the client under which id a stream begins, before there is anything to say: it sets the id, and is no event. */
export function idFrame(streamId: string): string {
  return `id: ${streamId}.0\n\n`;
}

/** A frame with the id a client sends when it comes back. @param sequence From 1. */
export function numberedFrame(streamId: string, sequence: number, frame: string): string {
  return `id: ${streamId}.${sequence}\n${frame}`;
}

/** Says in a comment that steps are missing. */
export function omissionFrame(stepCount: number): string {
  return `: ${stepCount} steps left out, since the client reads too slowly\n\n`;
}
