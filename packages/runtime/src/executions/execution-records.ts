import { AlcoveError, type ErrorCode, errorCatalogue, type JsonValue, StoredStateError, z } from "@alcove/plugin-api";
import { type RecordChange, type SessionKey, signpostPrefix } from "@alcove/state";
import type { ExecutionKind, ExecutionStatus, PendingInteraction } from "./execution-view.js";
import type { InteractionAnswer } from "./interaction-answer.js";
import { promptSchema } from "./prompt.js";

const stateSchema = z.object({
  kind: z.enum(["job", "interactive"]),
  status: z.enum(["submitted", "running", "waiting", "success", "failure", "interrupted"]),
  created_at: z.int(),
  updated_at: z.int(),
  /** Which of those submitted in the same millisecond it is. */
  sequence: z.int().default(0),
  /** How long it is kept once it is finished, in milliseconds. */
  expiry: z.int(),
  answers: z.int(),
  pending: z.object({ interaction_id: z.string(), prompt: promptSchema, deadline: z.int().optional() }).optional(),
  error: z.object({ code: z.string(), message: z.string(), details: z.custom<JsonValue>().optional() }).optional(),
});

const inputSchema = z.object({
  input: z.unknown(),
  run_id: z.string(),
  trace_id: z.string(),
  /** The span it was started in, as the headers of a request would say it. */
  trace_headers: z.record(z.string(), z.string()).optional(),
  conversation_id: z.string().optional(),
  parent_id: z.string().optional(),
  /** Who the caller had proved to be. */
  principal: z
    .object({
      userId: z.string(),
      issuer: z.string(),
      subject: z.string(),
      provider: z.string(),
      roles: z.array(z.string()),
      claims: z.record(z.string(), z.custom<JsonValue>()),
    })
    .optional(),
  request: z
    .object({ request_id: z.string(), method: z.string(), path: z.string(), headers: z.record(z.string(), z.string()) })
    .optional(),
});

const answerSchema = z.object({
  prompt: z.string(),
  // Left out where nobody answered in time.
  answer: z.union([z.string(), z.array(z.string())]).optional(),
});

const signpostNames = `${signpostPrefix}execution/`;

/** The state of an execution, as it is stored. */
export interface StoredExecutionState {
  readonly kind: ExecutionKind;
  readonly status: ExecutionStatus;
  readonly createdAtMs: number;
  /** Counts what one process submits: it tells the order of those of one millisecond. */
  readonly sequence: number;
  readonly updatedAtMs: number;
  readonly expiryMs: number;
  /** How many questions have been answered, or given up. */
  readonly answerCount: number;
  readonly pending: Omit<PendingInteraction, "executionId"> | undefined;
  readonly error: AlcoveError | undefined;
}

/** An answer in an execution's journal. */
export interface JournalEntry {
  /** The fingerprint of the prompt it answers. */
  readonly prompt: string;
  /** `undefined` where nobody answered in time. */
  readonly answer: InteractionAnswer | undefined;
}

/** What an execution was started with. */
export type StoredExecutionInput = z.output<typeof inputSchema>;

/** The names of an execution's records. */
export const recordNames = {
  state: (id: string): string => `execution/state/${id}`,
  input: (id: string): string => `execution/input/${id}`,
  result: (id: string): string => `execution/result/${id}`,
  answers: (id: string): string => `execution/answer/${id}/`,
  answer: (id: string, sequence: number): string => `execution/answer/${id}/${String(sequence).padStart(6, "0")}`,
  signpost: (id: string): string => `${signpostNames}${id}`,
};

/** Whose signpost this is; `undefined` for one that leads to something else. */
export function executionIdOf(signpostName: string): string | undefined {
  return signpostName.startsWith(signpostNames) ? signpostName.slice(signpostNames.length) : undefined;
}

/** Makes the states of executions that are submitted by this process. */
export class ExecutionStates {
  #count = 0;

  /** The state of an execution that is submitted now. @param nowMs The store's time. */
  submitted(kind: ExecutionKind, expiryMs: number, nowMs: number): StoredExecutionState {
    this.#count += 1;
    return {
      kind,
      status: "submitted",
      createdAtMs: nowMs,
      updatedAtMs: nowMs,
      sequence: this.#count,
      expiryMs,
      answerCount: 0,
      pending: undefined,
      error: undefined,
    };
  }
}

/** Orders states by when their executions were submitted. */
export function bySubmission(one: StoredExecutionState, other: StoredExecutionState): number {
  return one.createdAtMs - other.createdAtMs || one.sequence - other.sequence;
}

/** The record of an execution's state. A finished one is forgotten after its time. */
export function putState(id: string, state: StoredExecutionState, isFinished: boolean): RecordChange {
  const { kind, status, createdAtMs, updatedAtMs, sequence, expiryMs, answerCount, pending, error } = state;
  const json = JSON.stringify({
    kind,
    status,
    created_at: createdAtMs,
    updated_at: updatedAtMs,
    sequence,
    expiry: expiryMs,
    answers: answerCount,
    pending: pending && {
      interaction_id: pending.interactionId,
      prompt: pending.prompt,
      deadline: pending.deadlineMs,
    },
    error: error && { code: error.code, message: error.message, details: error.details },
  } satisfies z.input<typeof stateSchema>);
  return { kind: "put", name: recordNames.state(id), json, ...(isFinished && { expiresAtMs: updatedAtMs + expiryMs }) };
}

/** What {@link putState} stored. @throws STATE_UNREADABLE */
export function readState(value: unknown): StoredExecutionState {
  const state = parsed(stateSchema, value);
  const { pending, error } = state;
  return {
    kind: state.kind,
    status: state.status,
    createdAtMs: state.created_at,
    updatedAtMs: state.updated_at,
    sequence: state.sequence,
    expiryMs: state.expiry,
    answerCount: state.answers,
    pending: pending && {
      interactionId: pending.interaction_id,
      prompt: pending.prompt,
      deadlineMs: pending.deadline,
    },
    error: error && readError(error),
  };
}

/** The record of what an execution was started with. */
export function putInput(id: string, input: StoredExecutionInput): RecordChange {
  return { kind: "put", name: recordNames.input(id), json: JSON.stringify(input) };
}

/** What {@link putInput} stored. @throws STATE_UNREADABLE */
export function readInput(value: unknown): StoredExecutionInput {
  return parsed(inputSchema, value);
}

/** The record of an answer. */
export function putAnswer(id: string, sequence: number, entry: JournalEntry): RecordChange {
  return { kind: "put", name: recordNames.answer(id, sequence), json: JSON.stringify(entry) };
}

/** What {@link putAnswer} stored. @throws STATE_UNREADABLE */
export function readAnswer(value: unknown): JournalEntry {
  const { prompt, answer } = parsed(answerSchema, value);
  return { prompt, answer };
}

/** What leads from a start of the server to an unfinished execution. */
export function putSignpost(id: string, { application, userId }: SessionKey): RecordChange {
  return { kind: "put", name: recordNames.signpost(id), json: JSON.stringify({ application, user_id: userId }) };
}

/** What an execution no longer needs when it is finished. */
export function removeUnfinished(id: string, answerCount: number): RecordChange[] {
  const names = [recordNames.signpost(id), recordNames.input(id)];
  for (let sequence = 0; sequence < answerCount; sequence += 1) {
    names.push(recordNames.answer(id, sequence));
  }
  return names.map((name) => ({ kind: "remove", name }));
}

/** The record of a result. @param json The JSON text of it. */
export function putResult(id: string, json: string, expiresAtMs: number): RecordChange {
  return { kind: "put", name: recordNames.result(id), json, expiresAtMs };
}

function readError({ code, message, details }: { code: string; message: string; details?: JsonValue | undefined }) {
  const known = Object.hasOwn(errorCatalogue, code) ? (code as ErrorCode) : "INTERNAL";
  return new AlcoveError(known, message, details === undefined ? {} : { details });
}

function parsed<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value);
  if (!result.success) {
    throw new StoredStateError("STATE_UNREADABLE", "The record of an execution does not hold what it should.", {
      cause: result.error,
    });
  }
  return result.data;
}
