import { type ErrorCode, errorCatalogue } from "@alcove/plugin-api";
import { httpMappings } from "../errors/http-status.js";
import type { JsonSchema } from "./json-schema.js";

/** A parameter, or a header of a reply, as OpenAPI writes it. */
export type DocumentPart = Readonly<Record<string, unknown>>;

/** A reply when all goes well. */
export interface ReplyFacts {
  readonly status: number;
  readonly description: string;
  readonly headers?: Readonly<Record<string, DocumentPart>>;
  /** `application/json` if left out. */
  readonly mediaType?: string;
  /** None for a reply without a body. */
  readonly schema?: JsonSchema;
  readonly example?: unknown;
}

/** What an operation does when all goes well, and which errors of the catalogue it may answer with. */
export interface OperationFacts {
  /** A name for generated clients, unique in the document. */
  readonly operationId: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly parameters?: readonly DocumentPart[];
  /** The schema of the body, with an example where there is one. */
  readonly body?: { readonly schema: JsonSchema; readonly example: unknown };
  readonly reply: ReplyFacts;
  /** What it may answer as well when all goes well, with another status. */
  readonly otherReply?: ReplyFacts;
  readonly errors: readonly ErrorCode[];
  /** The status of all these errors, where the operation does not send each with its own. */
  readonly errorStatus?: number;
  /** Who may call: `{ user: [] }` for somebody whom a configured provider knows, `{}` for anybody; empty for everybody. */
  readonly security: readonly DocumentPart[];
}

/** Where a schema stands that several operations use. */
export function componentRef(name: string): JsonSchema {
  return { $ref: `#/components/schemas/${name}` };
}

const requestIdHeader: DocumentPart = { $ref: "#/components/headers/X-Request-Id" };
const traceHeader: DocumentPart = { $ref: "#/components/headers/traceresponse" };

/** The operation as OpenAPI writes it. */
export function operationObject(facts: OperationFacts): object {
  const { operationId, tag, summary, description, parameters = [], body, reply, otherReply, security } = facts;
  const successes = otherReply === undefined ? [reply] : [reply, otherReply];
  return {
    operationId,
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    security,
    parameters: [{ $ref: "#/components/parameters/X-Request-Id" }, ...parameters],
    ...(body === undefined ? {} : { requestBody: { required: true, content: contentOf(body.schema, body.example) } }),
    responses: {
      ...Object.fromEntries(successes.map((success) => [success.status, successResponse(success)])),
      ...errorResponses(facts),
    },
  };
}

function successResponse({ description, headers, schema, example, mediaType }: ReplyFacts): object {
  return {
    description,
    headers: { "X-Request-Id": requestIdHeader, traceresponse: traceHeader, ...headers },
    ...(schema === undefined ? {} : { content: contentOf(schema, example, mediaType) }),
  };
}

function contentOf(schema: JsonSchema, example: unknown, mediaType = "application/json"): object {
  return { [mediaType]: example === undefined ? { schema } : { schema, example } };
}

function errorResponses({ errors, errorStatus }: OperationFacts): Record<string, object> {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of errors) {
    const status = errorStatus ?? httpMappings[code].status;
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(Array.from(byStatus, ([status, ofStatus]) => [status, errorResponse(status, ofStatus)]));
}

const headersByStatus: Readonly<Record<number, readonly string[]>> = {
  401: ["WWW-Authenticate"],
  429: ["Retry-After"],
  503: ["Retry-After"],
  507: ["Retry-After"],
};

function errorResponse(status: number, codes: readonly ErrorCode[]): object {
  const names = ["X-Request-Id", "traceresponse", ...(headersByStatus[status] ?? [])];
  const schema = {
    ...componentRef(status === 422 ? "ValidationError" : "Error"),
    properties: { code: { enum: codes } },
  };
  const examples = codes.map((code) => {
    const { summary, remedy } = errorCatalogue[code];
    return [code, { summary, value: { code, message: `${summary} ${remedy}`, details: null } }];
  });
  return {
    description: codes.map((code) => `\`${code}\`: ${errorCatalogue[code].summary}`).join("\n\n"),
    headers: Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }])),
    content: { "application/json": { schema, examples: Object.fromEntries(examples) } },
  };
}
