import { randomBytes } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { z } from "zod";

const attributesSchema = z
  .array(z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) }))
  .transform((list) => Object.fromEntries(list.map(({ key, value }) => [key, Object.values(value)[0]])));

const exportSchema = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: attributesSchema }),
      scopeSpans: z.array(
        z.object({
          spans: z.array(
            z.object({
              traceId: z.string(),
              spanId: z.string(),
              parentSpanId: z.string().optional(),
              name: z.string(),
              kind: z.number(),
              attributes: attributesSchema,
              events: z.array(z.object({ name: z.string() })).default([]),
              links: z.array(z.object({ traceId: z.string(), spanId: z.string() })).default([]),
              status: z.object({ code: z.number().default(0), message: z.string().optional() }),
            }),
          ),
        }),
      ),
    }),
  ),
});

/** A span as a collector gets it. */
export type CollectedSpan = z.output<
  typeof exportSchema
>["resourceSpans"][number]["scopeSpans"][number]["spans"][number];

/** A span and those inside it, by names, in the order in which they came. */
export interface SpanTree {
  readonly [name: string]: SpanTree;
}

/** A small collector of OTLP over HTTP on the loopback, in the process of the test. */
export class SpanCollector implements AsyncDisposable {
  readonly #server: Server;
  readonly #bodies: string[] = [];
  readonly #authorizations = new Set<string | undefined>();

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Starts a collector. One that is `silent` takes requests and never answers. */
  static async start({ isSilent = false }: { readonly isSilent?: boolean } = {}): Promise<SpanCollector> {
    const server = createServer();
    const collector = new SpanCollector(server);
    server.on("request", async (request, response) => {
      collector.#authorizations.add(request.headers.authorization);
      collector.#bodies.push(await text(request));
      if (!isSilent) {
        response.setHeader("content-type", "application/json");
        response.end("{}");
      }
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return collector;
  }

  /** Its address, without a path. */
  get endpoint(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  /** Everything it was sent, as it came. */
  get received(): string {
    return this.#bodies.join("\n");
  }

  /** What requests to it said in `authorization`. */
  get authorizations(): readonly (string | undefined)[] {
    return [...this.#authorizations];
  }

  get resources(): Record<string, unknown>[] {
    return this.#exports().map(({ resource }) => resource.attributes);
  }

  /** The spans of a trace. */
  spansOf(traceId: string): CollectedSpan[] {
    return this.spans.filter((span) => span.traceId === traceId);
  }

  /** All spans. */
  get spans(): CollectedSpan[] {
    return this.#exports().flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #exports() {
    return this.#bodies.flatMap((body) => exportSchema.parse(JSON.parse(body)).resourceSpans);
  }
}

/** The tree of the spans whose parent is the one named; `undefined` for those without parent. */
export function treeBelow(parentId: string | undefined, spans: readonly CollectedSpan[]): SpanTree {
  const children = spans.filter(({ parentSpanId }) => (parentSpanId ?? "") === (parentId ?? ""));
  return Object.fromEntries(children.map(({ name, spanId }) => [name, treeBelow(spanId, spans)]));
}

/** A trace of a caller, and the header that says so. */
export function newTrace(): { readonly traceId: string; readonly spanId: string; readonly traceparent: string } {
  const traceId = randomBytes(16).toString("hex");
  const spanId = randomBytes(8).toString("hex");
  return { traceId, spanId, traceparent: `00-${traceId}-${spanId}-01` };
}

/** The first span of this name. */
export function named(spans: readonly CollectedSpan[], name: string): CollectedSpan {
  const span = spans.find((each) => each.name === name);
  if (span === undefined) {
    throw new TypeError(`There is no span ${name} among ${spans.map((each) => each.name).join(", ")}.`);
  }
  return span;
}
