import { defineHttpRoutes, definePerUserHttpRoutes, type HttpRoutesDefinition, z } from "@alcove/plugin-api";
import { afterEach, describe, expect, it, test } from "vitest";
import { failuresOf } from "../test-support/failures-of.js";
import { testPlugin } from "./test-plugin.js";

const answering = "answers every example, as its manifest promises";
const refusing = "refuses requests to its routes that their schemas do not take";

let asked = 0;
afterEach(() => {
  asked = 0;
});

/** A route for operators that counts its requests, with an answer of its own. */
function operatorRoute(answer: (userId: string | undefined) => { items: number }): HttpRoutesDefinition {
  return defineHttpRoutes({
    routes: {
      "POST /index/{name}": {
        access: "operator",
        description: "Makes an index anew.",
        body: z.object({ depth: z.number().int().max(9) }),
        output: z.object({ items: z.number() }),
      },
    },
    build: () => ({
      "POST /index/{name}": (_request, { userId }) => {
        asked += 1;
        return answer(userId);
      },
    }),
  });
}

/** A route for users whose query and body are read by these schemas. */
function userRoute(limit: z.ZodType, filter: z.ZodType): HttpRoutesDefinition {
  return definePerUserHttpRoutes({
    routes: {
      "POST /search": {
        description: "Searches.",
        query: z.object({ limit: limit.optional(), tags: z.array(z.string()).default([]) }),
        body: z.object({ filter }),
        output: z.object({ found: z.number() }),
      },
    },
    build: () => ({ "POST /search": () => ({ found: 0 }) }),
  });
}

describe("a plugin with sound routes", { timeout: 60_000 }, () => {
  testPlugin(test, {
    plugin: {
      id: "sound",
      httpRoutes: {
        index: operatorRoute(() => ({ items: 1 })),
        search: userRoute(z.coerce.number().int().min(1).max(50), z.string().max(100)),
      },
    },
  });
});

describe("the conformance suite", { timeout: 60_000 }, () => {
  it("asks routes for operators as one, and finds what fails there", async () => {
    const failed = await failuresOf({
      id: "tested",
      httpRoutes: {
        index: operatorRoute((userId) => {
          if (userId === undefined) {
            throw new TypeError("Whose index?");
          }
          return { items: userId.length };
        }),
      },
    });
    expect([...failed.keys()]).toEqual([answering]);
    expect(failed.get(answering)).toMatch(
      /index POST \/index\/\{name\}: it was answered with 422: .*Whose index\?.*TypeError/,
    );
  });

  it("asks them with what their schemas take only, when it asks for an answer", async () => {
    const sound = operatorRoute(() => ({ items: 1 }));
    expect([...(await failuresOf({ id: "tested", httpRoutes: { index: sound } })).keys()]).toEqual([]);
    // Of all cases, two ask shared routes: the examples, and what a plugin leaves open, which is used twice.
    expect(asked).toBe(3);
  });

  it("finds schemas that throw at what they should refuse, and names each field", async () => {
    const parsed = z.string().transform((text): unknown => JSON.parse(text));
    const failed = await failuresOf(
      { id: "tested", httpRoutes: { search: userRoute(z.string().transform(BigInt), parsed) } },
      { examples: { "search POST /search": [{ query: { limit: "1" }, body: { filter: "{}" } }] } },
    );
    expect([...failed.keys()]).toEqual([refusing]);
    expect(failed.get(refusing)).toMatch(/search POST \/search: query\.limit: 'text' was answered with 500: /);
    expect(failed.get(refusing)).toMatch(/search POST \/search: body\.filter: 'text' was answered with 500: /);
    expect(failed.get(refusing)).not.toMatch(/query\.tags/);
    expect(failed.get(refusing)).toContain("context.addIssue");
  });
});
