import type { ErrorCode } from "@alcove/plugin-api";
import type { EntryFacts, RouteFacts } from "@alcove/runtime";
import { z } from "zod";
import { pluginAddress } from "../routes/plugin-address.js";
import { runParameters, single, unusedId } from "./entry-operations.js";
import { exampleOf } from "./example-of.js";
import { type JsonSchema, jsonSchemaOf } from "./json-schema.js";
import { componentRef, type DocumentPart, type OperationFacts } from "./operation.js";
import { operator, operatorErrors } from "./operator-operations.js";
import { anybody, bodyErrors, identityErrors, runErrors, user } from "./shared-facts.js";

/** What the routes of plugins add to the document. */
export interface PluginOperations {
  /** By method and path, e.g. `GET /plugins/notes/items/:id`. */
  readonly operations: readonly (readonly [string, OperationFacts])[];
  /** The schemas they refer to, by their names among the document's components. */
  readonly schemas: Readonly<Record<string, JsonSchema>>;
  /** A tag for each plugin. */
  readonly tags: readonly { readonly name: string; readonly description: string }[];
}

/** Describes the routes of plugins by the schemas that validate what they take and give. */
export async function pluginOperations(entries: readonly EntryFacts[]): Promise<PluginOperations> {
  const operations: [string, OperationFacts][] = [];
  const schemas: Record<string, JsonSchema> = {};
  const tags = new Map<string, string>();
  const taken = new Set<string>();
  for (const { route, outputSchema = z.unknown() } of entries) {
    if (route !== undefined) {
      const operationId = unusedId(operationIdOf(route), taken);
      const { method, path } = pluginAddress(route);
      operations.push([`${method} ${path}`, await operationOf(route, outputSchema, { operationId, schemas })]);
      tags.set(tagOf(route), route.plugin.displayName);
    }
  }
  return { operations, schemas, tags: Array.from(tags, ([name, description]) => ({ name, description })) };
}

function operationIdOf({ plugin, method, path }: RouteFacts): string {
  return `plugin_${plugin.id}_${method}${path}`
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/_$/, "");
}

function tagOf({ plugin }: RouteFacts): string {
  return `plugins/${plugin.id}`;
}

/** Where the schemas of an operation go, and the name their names begin with. */
interface SchemaShelf {
  readonly operationId: string;
  readonly schemas: Record<string, JsonSchema>;
}

async function operationOf(route: RouteFacts, output: z.ZodType, shelf: SchemaShelf): Promise<OperationFacts> {
  const { description, status, body } = route;
  const { security, errors } = access[route.access];
  shelve(output, "output", "reply", shelf);
  return {
    operationId: shelf.operationId,
    tag: tagOf(route),
    summary: description,
    description: route.access === "user" ? single : "The route does not know who calls it.",
    parameters: [
      ...parametersOf(route.params, "path", shelf),
      ...parametersOf(route.query, "query", shelf),
      ...runParameters(route.access === "user"),
    ],
    ...(body === undefined ? {} : { body: await bodyOf(body, shelf) }),
    reply: {
      status,
      description: status === 204 ? "It is done." : "The result.",
      ...(route.access === "user"
        ? { headers: { "Idempotent-Replayed": { $ref: "#/components/headers/Idempotent-Replayed" } } }
        : {}),
      ...(status === 204 ? {} : { schema: shelvedRef("reply", shelf) }),
    },
    errors: [...new Set([...errors, ...(body === undefined ? [] : bodyErrors)])],
    security,
  };
}

const errorsWithoutIdentity = runErrors.filter((code) => code === "REQUEST_INVALID" || !identityErrors.includes(code));
const access: Readonly<
  Record<RouteFacts["access"], { readonly security: readonly DocumentPart[]; readonly errors: readonly ErrorCode[] }>
> = {
  user: { security: user, errors: [...runErrors, ...identityErrors] },
  public: { security: anybody, errors: errorsWithoutIdentity },
  operator: { security: operator, errors: [...errorsWithoutIdentity, ...operatorErrors] },
};

const objectSchema = z.object({
  properties: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
  required: z.array(z.string()).default([]),
});

/** The parameters of a path or a query, as OpenAPI writes them. */
function parametersOf(schema: z.ZodObject, place: "path" | "query", shelf: SchemaShelf): DocumentPart[] {
  const { properties, required } = objectSchema.parse(shelve(schema, "input", place, shelf));
  return Object.entries(properties).map(([name, { description, ...described }]) => ({
    name,
    in: place,
    required: place === "path" || required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: described,
  }));
}

async function bodyOf(body: z.ZodType, shelf: SchemaShelf): Promise<NonNullable<OperationFacts["body"]>> {
  const example = await exampleOf(body, shelve(body, "input", "body", shelf));
  return { schema: shelvedRef("body", shelf), example };
}

/** Puts a schema among the document's components, where references within it lead. */
function shelve(
  schema: z.ZodType,
  io: "input" | "output",
  part: string,
  { operationId, schemas }: SchemaShelf,
): JsonSchema {
  const name = `${operationId}.${part}`;
  const described = jsonSchemaOf(schema, io, `#/components/schemas/${name}`);
  schemas[name] = described;
  return described;
}

function shelvedRef(part: string, { operationId }: SchemaShelf): JsonSchema {
  return componentRef(`${operationId}.${part}`);
}
