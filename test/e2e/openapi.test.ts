import { join } from "node:path";
import { userIdOfSessionCookie } from "@alcove/server";
import { createConfig, lintFromString } from "@redocly/openapi-core";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import fc from "fast-check";
import { describe, expect } from "vitest";
import { z } from "zod";
import { workspaceFolder } from "./command-line.js";
import type { HttpClient, Reply, RequestOptions } from "./http-client.js";
import { type Json, mutationsOf, resolved, valuesOf } from "./schema-arbitrary.js";
import { exampleConfigFile, test } from "./workplace.js";

const methods = z.record(z.string(), z.record(z.string(), z.unknown()));
const parameterSchema = z.object({ name: z.string(), in: z.enum(["header", "query", "path"]), schema: z.unknown() });
const requestsPerOperation = 75;

const endpoints = JSON.stringify([
  { function_name: "todo__list", path: "/v1/todo" },
  { function_name: "current_datetime", path: "/v1/now", method: "GET" },
]);

const configurations: [string, string, Record<string, string>][] = [
  ["the assistant", exampleConfigFile, {}],
  [
    "the to-do list",
    join(workspaceFolder, "configs/todo.yml"),
    { "general.front_end.endpoints": endpoints, "general.front_end.reconnect_grace": "1" },
  ],
];

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly facts: Json;
}

/** A request with whether the document allows it as it is. */
interface DrawnRequest extends RequestOptions {
  readonly isValid: boolean;
}

async function documentOf(client: HttpClient): Promise<Json> {
  return z.record(z.string(), z.unknown()).parse((await client.get("/openapi.json")).json);
}

function operationsOf(document: Json): Operation[] {
  const operations = Object.entries(methods.parse(document["paths"])).flatMap(([path, ofPath]) =>
    Object.entries(ofPath).map(([method, facts]) => ({ method, path, facts: facts as Json })),
  );
  // What is deleted can be asked for before.
  return operations.sort((one, other) => Number(one.method === "delete") - Number(other.method === "delete"));
}

// Header values are bytes, one a character; what a client cannot even send is left out.
const validHeader = fc.string({ unit: fc.constantFrom(..."abcXYZ019-_.~"), minLength: 1, maxLength: 60 });
const anyHeader = fc.string({
  unit: fc
    .integer({ min: 0x20, max: 0xff })
    .filter((code) => code !== 0x7f)
    .map((code) => String.fromCharCode(code)),
  maxLength: 300,
});
const integerSchema = z.object({ type: z.literal("integer"), minimum: z.number(), maximum: z.number() });
const validParameter = (schema: unknown): fc.Arbitrary<string> => {
  const integer = integerSchema.safeParse(schema);
  return integer.success
    ? fc.integer({ min: integer.data.minimum, max: integer.data.maximum }).map(String)
    : validHeader;
};
const users = ["alice", "bob", "carol"];
/** A job of every user that requests are drawn for. */
const knownJob = "job";
const validCookie = fc.constantFrom(...users).map((user) => `nat-session=${user}`);
const anyCookie = fc.oneof(
  validCookie,
  fc.constantFrom(undefined, "nat-session=alice; nat-session=bob"),
  anyHeader,
  anyHeader.map((value) => `nat-session=${value}`),
);

// What a parameter of the path may be: a number where the document says so, somebody who has called, and anything but what would
// make it another path.
const validUser = fc.constantFrom(...users).map(userIdOfSessionCookie);
const validPlaceIn = (path: string, schema: unknown): fc.Arbitrary<string> => {
  if (integerSchema.safeParse(schema).success) {
    return validParameter(schema);
  }
  return path.includes("{user_id}") ? validUser : fc.oneof(fc.constant(knownJob), validUser);
};
const anyPlace = fc.oneof(
  validUser,
  fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => !/^\.{1,2}$/.test(text)),
);
const placeAt = (path: string, named: string): string => path.replace(/\{\w+\}/g, encodeURIComponent(named));

/** Requests of an operation, made of what the document says about it: as it says, or changed. */
function requestsOf(document: Json, { method, path, facts }: Operation, isValid: boolean): fc.Arbitrary<DrawnRequest> {
  const parameters = z
    .array(z.unknown())
    .parse(facts["parameters"] ?? [])
    .map((each) => parameterSchema.parse(resolved(document, each)));
  const given = (wanted: string) =>
    fc.record(
      Object.fromEntries(
        parameters
          .filter((each) => each.in === wanted)
          .map(({ name, schema }) => [name, isValid ? validParameter(schema) : anyHeader]),
      ),
      { requiredKeys: [], noNullPrototype: true },
    );
  const content = z.object({ content: z.object({ "application/json": z.object({ schema: z.unknown() }) }) });
  const schema =
    "requestBody" in facts ? content.parse(facts["requestBody"]).content["application/json"].schema : undefined;
  const values = schema === undefined ? fc.constant(undefined) : valuesOf(document, schema);
  const texts = (isValid || schema === undefined ? values : mutationsOf(values)).map((value) => JSON.stringify(value));
  const bodies: fc.Arbitrary<string | Uint8Array> = isValid
    ? texts
    : fc.oneof({ weight: 6, arbitrary: texts }, fc.string({ unit: "binary" }), fc.uint8Array());
  const types = isValid
    ? fc.constant("application/json")
    : fc.oneof({ weight: 3, arbitrary: fc.constant("application/json") }, anyHeader);
  const inPath = parameters.find((each) => each.in === "path");
  const place = isValid ? validPlaceIn(path, inPath?.schema) : anyPlace;
  return fc
    .tuple(given("header"), given("query"), isValid ? validCookie : anyCookie, bodies, types, place)
    .map(([headers, query, cookie, body, contentType, named]) => ({
      isValid,
      method: method.toUpperCase(),
      path:
        Object.keys(query).length === 0
          ? placeAt(path, named)
          : `${placeAt(path, named)}?${new URLSearchParams(Object.entries(query).map(([name, value]) => [name, value ?? ""] as [string, string]))}`,
      headers: {
        ...headers,
        ...(cookie === undefined ? {} : { cookie }),
        ...(schema === undefined ? {} : { "content-type": contentType }),
      },
      ...(schema === undefined ? {} : { body }),
    }));
}

/** A body that the workflow takes. */
function exampleBodyOf(document: Json): Json {
  const example = z.record(z.string(), z.unknown());
  const schema = z.object({ content: z.object({ "application/json": z.object({ example }) }) });
  const facts = z.looseObject({ requestBody: schema }).parse(methods.parse(document["paths"])["/generate"]?.["post"]);
  return facts.requestBody.content["application/json"].example;
}

/** Checks replies against the document they were promised in. */
class ReplyCheck {
  readonly #document: Json;
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });
  readonly #validators = new Map<string, ValidateFunction>();

  constructor(document: Json) {
    this.#document = document;
    addFormats.default(this.#ajv);
    this.#ajv.addSchema(document, "openapi.json", undefined, false);
  }

  /** What is wrong with a reply; empty when nothing is. */
  faults({ method, path, facts }: Operation, { status, headers, text }: Reply): string[] {
    const response = resolved(
      this.#document,
      z.record(z.string(), z.unknown()).parse(facts["responses"])[String(status)],
    );
    if (Object.keys(response).length === 0) {
      return [`status ${status} is not in the document: ${text}`];
    }
    const faults = this.#headerFaults(response, headers);
    if (response["content"] === undefined) {
      return text === "" ? faults : [...faults, "there is a body, and the document has none"];
    }
    const [mediaType = ""] = Object.keys(z.record(z.string(), z.unknown()).parse(response["content"]));
    if (mediaType.startsWith("text/")) {
      const isOfType = headers["content-type"]?.startsWith(mediaType) === true;
      return isOfType ? faults : [...faults, `this is no ${mediaType}: ${text}`];
    }
    const place = ["paths", path, method, "responses", String(status), "content", "application/json", "schema"];
    const reference = `openapi.json#/${place.map((step) => encodeURIComponent(step.replaceAll("~", "~0").replaceAll("/", "~1"))).join("/")}`;
    const validate = this.#validators.get(reference) ?? this.#ajv.compile({ $ref: reference });
    this.#validators.set(reference, validate);
    return validate(JSON.parse(text)) ? faults : [...faults, `${this.#ajv.errorsText(validate.errors)}: ${text}`];
  }

  #headerFaults(response: Json, headers: Reply["headers"]): string[] {
    return Object.entries(z.record(z.string(), z.unknown()).parse(response["headers"])).flatMap(([name, reference]) => {
      const { required, schema } = resolved(this.#document, reference);
      const value = headers[name.toLowerCase()];
      if (value === undefined) {
        return required === true ? [`the header ${name} is missing`] : [];
      }
      return this.#ajv.validate(z.record(z.string(), z.unknown()).parse(schema), value)
        ? []
        : [`the header ${name} is ${value}`];
    });
  }
}

// A valid request can still ask for what is not there, or come with a key that was drawn before.
const acceptable: ReadonlySet<string> = new Set([
  "SESSION_NOT_FOUND",
  "IDEMPOTENCY_KEY_REUSED",
  "EXECUTION_NOT_FOUND",
  "STREAM_NOT_FOUND",
  "INTERACTION_RESOLVED",
  "RESOURCE_NOT_FOUND",
  "RESOURCE_CONFLICT",
]);

const ofPluginRoutes = [
  "get /plugins/todo/items 200",
  "get /plugins/todo/items 422",
  "post /plugins/todo/items 201",
  "delete /plugins/todo/items/{id} 404",
];

describe.each(configurations)("the OpenAPI document of %s", (_, configFile, overrides) => {
  test("has nothing a linter finds fault with", async ({ workplace }) => {
    const { client } = await workplace.start({ configFile, overrides });
    const config = await createConfig({
      extends: ["recommended-strict"],
      // The licence is the application's own business, and some routes cannot be asked wrongly.
      rules: { "info-license": "off", "operation-4xx-response": "off" },
    });
    const source = (await client.get("/openapi.json")).text;
    const problems = await lintFromString({ source, absoluteRef: "openapi.json", config });
    expect(problems.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer])).toEqual([]);
    const broken = await lintFromString({
      source: source.replace('"paths"', '"path"'),
      absoluteRef: "openapi.json",
      config,
    });
    expect(broken).not.toEqual([]);
  });

  test("is kept by every operation, whatever it is sent", async ({ workplace }) => {
    const { client } = await workplace.start({
      configFile,
      overrides: {
        ...overrides,
        "general.enable_per_user_monitoring": "true",
        "general.front_end.metrics": "true",
      },
    });
    const document = await documentOf(client);
    const check = new ReplyCheck(document);
    const operations = operationsOf(document);
    expect(operations.length).toBeGreaterThanOrEqual(8);
    const statuses = new Set<string>();
    for (const user of users) {
      await client.generate(
        user,
        { ...exampleBodyOf(document), job_id: knownJob, sync_timeout: 60 },
        "/generate/async",
      );
    }
    for (const operation of operations) {
      const request = fc.oneof(requestsOf(document, operation, true), requestsOf(document, operation, false));
      await fc.assert(
        fc.asyncProperty(request, async (sent) => {
          const reply = await client.send(sent);
          statuses.add(`${operation.method} ${operation.path} ${reply.status}`);
          expect(check.faults(operation, reply)).toEqual([]);
          expect(reply.status).toBeLessThan(500);
          if (sent.isValid && reply.status >= 300) {
            expect(acceptable).toContain(z.object({ code: z.string() }).parse(reply.json).code);
          }
        }),
        { numRuns: requestsPerOperation },
      );
    }
    // The requests were of every kind.
    for (const status of [200, 400, 401, 415, 422]) {
      expect([...statuses].filter((each) => each.startsWith("post ") && each.endsWith(` ${status}`))).not.toEqual([]);
    }
    for (const expected of [
      "get /v1/session 200",
      "get /v1/session/export 200",
      "delete /v1/session 204",
      "get /generate/async/job/{job_id} 200",
      "delete /generate/async/job/{job_id} 200",
      ...(configFile === exampleConfigFile ? [] : ofPluginRoutes),
    ]) {
      expect(statuses).toContain(expected);
    }
  });
});
