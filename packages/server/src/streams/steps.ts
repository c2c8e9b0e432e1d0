import { AlcoveError, WorkflowError } from "@alcove/plugin-api";
import type { IntermediateStep } from "@alcove/runtime";
import { errorReply } from "../errors/error-body.js";
import type { StepRecord } from "./frames.js";

/** Makes of a step what the client is told of it; `undefined` where it is told nothing. */
export type StepAdaptor = (step: IntermediateStep) => StepRecord | undefined;

/** An adaptor that describes the calls of functions in Markdown. A step's input is repeated at its end. */
export function markdownSteps(): StepAdaptor {
  return ({ parentId, payload: { uuid, eventType, name, data } }) => {
    switch (eventType) {
      case "FUNCTION_START":
        return record(uuid, parentId, `Function Start: ${name}`, section("Function Input", data.input));
      case "FUNCTION_END": {
        const input = section("Function Input", data.input);
        const output =
          "error" in data ? section("Error", publicError(data.error)) : section("Function Output", data.output);
        return record(uuid, parentId, `Function Complete: ${name}`, `${input}\n\n${output}`);
      }
      default:
        return undefined;
    }
  };
}

/** An adaptor that hands steps on as they are. @param types The types wanted; all of them if left out. */
export function rawSteps(types?: ReadonlySet<string>): StepAdaptor {
  return (step) => {
    const { uuid, eventType, name } = step.payload;
    if (types !== undefined && !types.has(eventType)) {
      return undefined;
    }
    return { id: uuid, parent_id: step.parentId, type: eventType, name, payload: rawPayload(step) };
  };
}

/**
 * What `filter_steps` asks for: the types between its commas, none of them for `none`, all of them (`undefined`) where it is
 * left out.
 */
export function wantedTypes(filter: string | readonly string[] | undefined): ReadonlySet<string> | undefined {
  const text = typeof filter === "object" ? filter.join() : (filter ?? "");
  if (text.trim() === "") {
    return undefined;
  }
  return text.trim().toLowerCase() === "none" ? new Set() : new Set(text.split(",").map((type) => type.trim()));
}

function record(id: string, parentId: string, name: string, payload: string): StepRecord {
  return { id, parent_id: parentId, type: "markdown", name, payload };
}

// JSON begins every line of a text with a quote, so that nothing in it ends the block.
function section(title: string, value: unknown): string {
  return `**${title}:**\n\`\`\`json\n${escapeMarkup(jsonOf(value, 2))}\n\`\`\``;
}

function escapeMarkup(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

// The names are those of the reference's step, whose times are in seconds.
function rawPayload({ payload }: IntermediateStep): string {
  const { eventType, eventTimestampMs, spanStartTimestampMs, name, data, uuid } = payload;
  const fields = {
    event_timestamp: eventTimestampMs / 1_000,
    span_event_timestamp: spanStartTimestampMs === undefined ? null : spanStartTimestampMs / 1_000,
    event_type: eventType,
    name,
    UUID: uuid,
  };
  const error = "error" in data ? `,"error":${jsonOf(publicError(data.error))}` : "";
  const dataText = `{"input":${jsonOf(data.input)},"output":${jsonOf(data.output)}${error}}`;
  return `${JSON.stringify(fields).slice(0, -1)},"data":${dataText}}`;
}

/** What a client would be told if this error ended the run. */
function publicError(error: unknown): object {
  return errorReply(AlcoveError.is(error) ? error : new WorkflowError(error)).body;
}

/** JSON of whatever a function was given or has returned, also of what JSON cannot hold. */
function jsonOf(value: unknown, indentation?: number): string {
  try {
    return JSON.stringify(value, undefined, indentation) ?? "null";
  } catch {
    return '"(JSON cannot hold it)"';
  }
}
