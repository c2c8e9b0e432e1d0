import type { AlcoveError } from "@alcove/plugin-api";
import type { ExecutionView, InteractionResponse, PendingInteraction, Prompt } from "@alcove/runtime";
import { z } from "zod";
import { type ErrorBody, errorReply } from "../errors/error-body.js";
import { errorSchema } from "../openapi/shared-parts.js";

/** What a person is asked, in the words of the reference. */
const promptSchema = z.object({
  input_type: z.enum(["text", "notification", "binary_choice", "radio", "dropdown", "checkbox"]),
  text: z.string(),
  timeout: z.number().nullable().describe("For how many seconds the question waits."),
  error: z.string().nullable(),
  placeholder: z.string().optional(),
  required: z.boolean().optional(),
  options: z
    .array(z.object({ id: z.string(), label: z.string(), value: z.string(), description: z.string() }))
    .optional(),
});

const questionShape = {
  execution_id: z.string(),
  interaction_id: z.string(),
  prompt: promptSchema,
  response_url: z.string().describe("Where the answer is posted to."),
};

/** The body of a reply that hands on a question, and leaves the run waiting for the answer. */
export const interactionRequiredSchema = z.object({
  ...questionShape,
  status_url: z.string(),
  status: z.literal("interaction_required"),
});

/** The data of the frame that hands on a question in a stream. */
export type InteractionEvent = z.input<typeof interactionEventSchema>;

const interactionEventSchema = z.object({ event_type: z.literal("interaction_required"), ...questionShape });

/** The body of the reply about an execution. */
export const executionReplySchema = z.object({
  execution_id: z.string(),
  status: z.enum(["running", "interaction_required", "completed", "failed"]),
  interaction_id: questionShape.interaction_id.optional(),
  prompt: promptSchema.optional(),
  response_url: questionShape.response_url.optional(),
  result: z.unknown().optional(),
  error: errorSchema.optional(),
});

const optionSchema = z.union([z.string(), z.object({ id: z.string() }), z.object({ value: z.string() })]);

/** The body of an answer. `type` is the type of the prompt; `input_type`, as the reference's documentation has it, is taken too. */
export const interactionResponseSchema = z.object({
  response: z.object({
    type: z.string().optional(),
    input_type: z.string().optional(),
    text: z.string().optional(),
    selected_option: optionSchema.optional(),
    selected_options: z.array(optionSchema).optional(),
  }),
});

const executionStatuses = {
  submitted: "running",
  running: "running",
  waiting: "interaction_required",
  success: "completed",
  failure: "failed",
  interrupted: "failed",
} as const;

/** Where a question is answered. */
function responseUrl({ executionId, interactionId }: PendingInteraction): string {
  return `/executions/${encodeURIComponent(executionId)}/interactions/${interactionId}/response`;
}

/** A question as the body of a reply. */
export function interactionRequiredReply(pending: PendingInteraction): z.input<typeof interactionRequiredSchema> {
  const { execution_id, ...question } = questionOf(pending);
  const status_url = `/executions/${encodeURIComponent(execution_id)}`;
  return { execution_id, status_url, status: "interaction_required", ...question };
}

/** A question as the data of a frame. */
export function interactionEvent(pending: PendingInteraction): InteractionEvent {
  return { event_type: "interaction_required", ...questionOf(pending) };
}

/** An execution as the body of a reply. */
export function executionReply({
  id,
  status,
  pending,
  result,
  error,
}: ExecutionView): z.input<typeof executionReplySchema> {
  const question = pending === undefined ? {} : questionOf(pending);
  return {
    ...question,
    execution_id: id,
    status: executionStatuses[status],
    ...(status === "success" ? { result } : {}),
    ...(error === undefined ? {} : { error: publicError(error) }),
  };
}

/** A response as the runtime takes it. */
export function interactionResponse({ response }: z.output<typeof interactionResponseSchema>): InteractionResponse {
  const { type, input_type, text, selected_option, selected_options } = response;
  const options = selected_option === undefined ? selected_options : [selected_option];
  return { type: type ?? input_type, text, selected: options?.map(nameOf) };
}

/** What a client may be told of an error. */
export function publicError(error: AlcoveError): ErrorBody {
  return errorReply(error).body;
}

function questionOf(pending: PendingInteraction): z.input<z.ZodObject<typeof questionShape>> {
  return {
    execution_id: pending.executionId,
    interaction_id: pending.interactionId,
    prompt: promptOf(pending.prompt),
    response_url: responseUrl(pending),
  };
}

/** A prompt in the words of the reference. */
function promptOf({ inputType, text, timeoutMs, placeholder, isRequired, options }: Prompt) {
  return {
    input_type: inputType,
    text,
    timeout: timeoutMs === undefined ? null : timeoutMs / 1_000,
    error: null,
    ...(placeholder === undefined ? {} : { placeholder }),
    ...(isRequired === undefined ? {} : { required: isRequired }),
    ...(options === undefined
      ? {}
      : { options: options.map(({ description = "", ...option }) => ({ ...option, description })) }),
  };
}

function nameOf(option: z.output<typeof optionSchema>): string {
  if (typeof option === "string") {
    return option;
  }
  return "id" in option ? option.id : option.value;
}
