import assert from "node:assert/strict";
import { inspect } from "node:util";
import { z } from "@alcove/plugin-api";
import type { ConformanceCase } from "./behaviour-cases.js";
import type { ConformanceRoom } from "./conformance-room.js";
import { routeRequestSchema, type TestedRoute } from "./route-call.js";

/** Routes: whatever their schemas do not take is refused before any code of the plugin gets it. */
export const refusalCase: ConformanceCase = {
  name: "refuses requests to its routes that their schemas do not take",
  check: refusesWrongRequests,
};

const LONG_TEXT_CHARACTERS = 100_000;

// What stands in a path or a query is text.
const wrongTexts = ["text", "-1", "0.5", "9007199254740993", " ", "null"];
const wrongValues = [null, -1, 0.5, 1e300, true, "", "text", "x".repeat(LONG_TEXT_CHARACTERS), [], [null], {}];

const refused = z.object({ code: z.literal("INPUT_INVALID") });

type RouteRequest = z.output<typeof routeRequestSchema>;

interface WrongRequest {
  /** What is wrong with it, e.g. `body.amount: -1`. */
  readonly what: string;
  readonly request: RouteRequest;
}

async function refusesWrongRequests({ alcove, calls }: ConformanceRoom): Promise<void> {
  const user = alcove.user("refused");
  const faults: string[] = [];
  for (const { route, input } of calls) {
    for (const { what, request } of route === undefined ? [] : wrongRequestsTo(route, input)) {
      const reply = await route?.ask(user, request);
      if (!refused.safeParse(reply?.body).success) {
        faults.push(`  ${route?.name}: ${what} was answered with ${reply?.status}: ${JSON.stringify(reply?.body)}`);
      }
    }
  }
  assert(
    faults.length === 0,
    `These requests were to be refused as INPUT_INVALID. What a transform or refine of a schema finds wrong it has to report (context.addIssue), and not to throw:\n${faults.join("\n")}`,
  );
}

/** The example with one field after the other replaced, as far as the schemas do not take that. */
function wrongRequestsTo({ facts: { params, query, body } }: TestedRoute, example: unknown): WrongRequest[] {
  const sound = routeRequestSchema.parse(example);
  const bodyFields = body instanceof z.ZodObject ? Object.keys(body.shape) : Object.keys(sound.body);
  return [
    ...wrongValuesOf(params).map(([field, value]) => replaced(sound, "params", field, value)),
    ...wrongValuesOf(query).map(([field, value]) => replaced(sound, "query", field, value)),
    ...bodyFields
      .flatMap((field) => wrongValues.map((value) => replaced(sound, "body", field, value)))
      .filter(({ request }) => body !== undefined && !takes(body, request.body)),
  ];
}

/** What the fields of a path or a query do not take: neither alone nor, as a query may bring it, in a list. */
function wrongValuesOf({ shape }: z.ZodObject): [field: string, value: string][] {
  return Object.entries(shape).flatMap(([field, schema]) =>
    wrongTexts
      .filter((text) => !takes(schema, text) && !takes(schema, [text]))
      .map((text): [string, string] => [field, text]),
  );
}

function replaced(sound: RouteRequest, part: keyof RouteRequest, field: string, value: unknown): WrongRequest {
  return {
    what: `${part}.${field}: ${inspect(value, { maxStringLength: 20 })}`,
    request: { ...sound, [part]: { ...sound[part], [field]: value } },
  };
}

function takes(schema: z.core.$ZodType, input: unknown): boolean {
  try {
    return z.safeParse(schema, input).success;
  } catch {
    return false;
  }
}
