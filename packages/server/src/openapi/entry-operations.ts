import type { ErrorCode } from "@alcove/plugin-api";
import type { EntryFacts } from "@alcove/runtime";
import { z } from "zod";
import type { EntryRoute, EntryRouteKind } from "../routes/entry-routes.js";
import { exampleOf } from "./example-of.js";
import { interactionRequired } from "./execution-operations.js";
import { type JsonSchema, jsonSchemaOf } from "./json-schema.js";
import { componentRef, type DocumentPart, type OperationFacts, type ReplyFacts } from "./operation.js";
import { bodyErrors, runErrors, user } from "./shared-facts.js";
import { parameters } from "./shared-parts.js";

const streamErrors: readonly ErrorCode[] = ["TOO_MANY_STREAMS", "TOO_MANY_STREAMS_OF_USER", "STREAM_NOT_FOUND"];
const userErrors: readonly ErrorCode[] = ["USER_ID_REQUIRED"];

const filterSteps: DocumentPart = {
  name: "filter_steps",
  in: "query",
  description: "The types of the steps that are wanted, between commas, or `none`; all of them if left out.",
  schema: { type: "string" },
  example: "FUNCTION_START,FUNCTION_END",
};

const lastEventId: DocumentPart = {
  name: "Last-Event-ID",
  in: "header",
  description:
    "The id of the last frame that has come of a stream whose connection was lost: makes the request one for what came after it, whatever its body says. Nothing is run.",
  schema: { type: "string" },
  example: "5f4c2f0e-2c0e-4f6e-9a55-6d2a3c5b8f10.12",
};
const nothingMore: ReplyFacts = {
  status: 204,
  description: "The stream of `Last-Event-ID` has ended, and the client has all of it.",
};

/** An entry as the document describes it. */
export interface DescribedEntry {
  readonly facts: EntryFacts;
  /** The schemas of its bodies, by their names among the document's components. */
  readonly schemas: Readonly<Record<string, JsonSchema>>;
  readonly inputName: string;
  readonly outputName: string;
  readonly bodyExample: unknown;
}

/** Describes an entry. No function's name holds a dot, so that its schemas are called like no other one's. */
export async function describedEntry(facts: EntryFacts): Promise<DescribedEntry> {
  const { functionName, inputSchema, outputSchema = z.unknown() } = facts;
  const inputName = functionName === undefined ? "WorkflowInput" : `${functionName}.Input`;
  const outputName = functionName === undefined ? "WorkflowOutput" : `${functionName}.Output`;
  const input = jsonSchemaOf(inputSchema, "input", `#/components/schemas/${inputName}`);
  const output = jsonSchemaOf(outputSchema, "output", `#/components/schemas/${outputName}`);
  const schemas = { [inputName]: input, [outputName]: output };
  return { facts, schemas, inputName, outputName, bodyExample: await exampleOf(inputSchema, input) };
}

/** The operations of all entries, by method and path. @param isResumable Whether clients can come back to streams. */
export function entryOperations(
  routes: readonly EntryRoute[],
  entries: readonly DescribedEntry[],
  isResumable: boolean,
): [string, OperationFacts][] {
  const taken = new Set<string>();
  return routes.flatMap((route) => {
    const entry = entries.find(({ facts }) => facts.functionName === route.functionName);
    return entry === undefined
      ? []
      : [
          [
            `${route.method} ${route.path}`,
            entryOperation({ ...route, isResumable }, entry, unusedId(operationIdOf(route), taken)),
          ],
        ];
  });
}

const idPatterns: Readonly<Record<EntryRouteKind, readonly [current: string, legacy: string]>> = {
  single: ["run_@", "generate_@"],
  stream: ["stream_@", "generate_@_stream"],
  full: ["stream_@_in_full", "generate_@_full"],
};

function operationIdOf({ kind, functionName, isLegacy }: EntryRoute): string {
  const [current, legacy] = idPatterns[kind];
  if (isLegacy && functionName === undefined) {
    return legacy.replace("_@", "");
  }
  return (isLegacy ? legacy : current).replace("@", functionName ?? "workflow");
}

/** One function may have several endpoints, and another one may be called as its routes are. */
export function unusedId(wanted: string, taken: Set<string>): string {
  let id = wanted;
  for (let number = 2; taken.has(id); number += 1) {
    id = `${wanted}_${number}`;
  }
  taken.add(id);
  return id;
}

const streamed = (
  isInteractive: boolean,
): string => `The frames are \`data:\` with a chunk of the result, \`intermediate_data:\` with a step, comments that begin with a colon,${isInteractive ? " `event: interaction_required` with a question to a person," : ""}
and \`event: error\` as the last one of a run that failed. The last chunk comes once everything is durable. What goes wrong before the run has begun is an error reply.`;
/** What a single reply promises. */
export const single =
  "The reply comes once its result is durable. After an error nothing of the run is stored; where the outcome is unknown the error says so.";

const summaryEndings: Readonly<Record<EntryRouteKind, string>> = {
  single: "",
  stream: ", and stream its result with its steps in Markdown",
  full: ", and stream its result with its steps as they are",
};

function entryOperation(
  {
    kind,
    method,
    functionName,
    description,
    isInteractive,
    isResumable,
  }: EntryRoute & { readonly isResumable: boolean },
  { facts, inputName, outputName, bodyExample: example }: DescribedEntry,
  operationId: string,
): OperationFacts {
  const isPerUser = facts.scope === "per-user";
  const isSingle = kind === "single";
  const hasBody = method !== "GET";
  const errors = [
    ...runErrors,
    ...(hasBody ? bodyErrors : []),
    ...(isSingle ? [] : streamErrors),
    ...(isPerUser ? userErrors : []),
  ];
  return {
    operationId,
    tag: functionName === undefined ? "workflow" : "functions",
    summary: `Run ${functionName ?? "the workflow"}${summaryEndings[kind]}`,
    description: `${description ?? facts.description}\n\n${isSingle ? single : streamed(isInteractive)}`,
    parameters: [
      ...runParameters(isPerUser),
      ...(kind === "full" ? [filterSteps] : []),
      ...(!isSingle && isResumable ? [lastEventId] : []),
    ],
    ...(hasBody ? { body: { schema: componentRef(inputName), example } } : {}),
    reply: {
      status: 200,
      description: isSingle ? "The result of the run." : "Server-sent events.",
      ...(isPerUser
        ? { headers: { "Idempotent-Replayed": { $ref: "#/components/headers/Idempotent-Replayed" } } }
        : {}),
      ...(isSingle
        ? { schema: componentRef(outputName) }
        : { mediaType: "text/event-stream", schema: { type: "string" } }),
    },
    ...otherReplyOf(isSingle ? isInteractive && interactionRequired : isResumable && nothingMore),
    errors,
    security: isPerUser ? user : [{}, ...user],
  };
}

/** The headers that say something of a run. */
export function runParameters(isPerUser: boolean): DocumentPart[] {
  return Object.keys(parameters)
    .filter((name) => name !== "X-Request-Id" && (isPerUser || name !== "Idempotency-Key"))
    .map((name) => ({ $ref: `#/components/parameters/${name}` }));
}

function otherReplyOf(otherReply: ReplyFacts | false): Pick<OperationFacts, "otherReply"> {
  return otherReply === false ? {} : { otherReply };
}
