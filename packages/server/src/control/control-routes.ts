import { PassThrough, Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { Router, type RouterInstance } from "@koa/router";
import type { z } from "zod";
import { type JsonObject, jsonBody } from "../body/json-body.js";
import { ownerErrorReply } from "../errors/error-body.js";
import { RequestError } from "../errors/request-error.js";
import { replyWithJson, replyWithJsonText } from "../json-reply.js";
import { requestFields } from "../middleware/request-fields.js";
import type { RequestContext, RequestState } from "../request-state.js";
import type { ControlOptions } from "./control-options.js";
import { backupRequestSchema, runRequestSchema } from "./control-wire.js";
import { line, linesOf } from "./ndjson.js";

/** The input of a run is text the owner has typed. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** What the owner of a server can ask of it, on its own socket only. */
export function createControlRouter(options: ControlOptions): RouterInstance<RequestState> {
  const { administration } = options;
  const router = new Router<RequestState>({ sensitive: true });
  router.get("/sessions", (context) => {
    const limit = context.query["limit"];
    const items = administration.list(limit === undefined ? undefined : Number(limit));
    replyWithLines(context, Readable.from(linesOf(items, describeError)));
  });
  router.get("/sessions/:userId", async (context) => {
    replyWithJson(context, 200, await administration.describe(parameter(context, "userId")));
  });
  router.get("/sessions/:userId/export", async (context) => {
    replyWithJsonText(context, 200, await administration.export(parameter(context, "userId")));
  });
  router.post("/sessions", async (context) => {
    const exported = await text(context.req);
    replyWithJson(context, 200, await administration.import(exported, context.query["replace"] === "true"));
  });
  router.delete("/sessions/:userId", async (context) => {
    await administration.delete(parameter(context, "userId"), requestFields(context));
    replyWithJson(context, 200, {});
  });
  router.delete("/entries/:entry", async (context) => {
    await administration.deleteEntry(parameter(context, "entry"));
    replyWithJson(context, 200, {});
  });
  router.post("/verify", (context) => replyWithLines(context, verification(options, context)));
  const readBody = jsonBody(MAX_BODY_BYTES);
  router.post("/backup", async (context) => {
    const { file, overwrite } = parseBody(await readBody(context), backupRequestSchema);
    await administration.backup(file, overwrite);
    replyWithJson(context, 200, {});
  });
  router.post("/runs", async (context) => {
    const { user_id, input } = parseBody(await readBody(context), runRequestSchema);
    replyWithJsonText(context, 200, await options.run(user_id, input, whenClientLeaves(context)));
  });
  return router;
}

function verification({ administration }: ControlOptions, context: RequestContext): Readable {
  // Damage is rare, so that nothing has to wait until its lines have been read.
  const lines = new PassThrough();
  const verifying = administration.verify((item) => lines.write(line({ item })), whenClientLeaves(context));
  verifying.then(
    (end) => lines.end(line({ end })),
    (error: unknown) => lines.end(line({ error: describeError(error) })),
  );
  return lines;
}

function whenClientLeaves({ req, res }: RequestContext): AbortSignal {
  const controller = new AbortController();
  if (req.socket.destroyed) {
    controller.abort();
  }
  res.once("close", () => controller.abort());
  return controller.signal;
}

function replyWithLines(context: RequestContext, lines: Readable): void {
  context.status = 200;
  context.set("content-type", "application/x-ndjson; charset=utf-8");
  context.body = lines;
}

function parameter(context: RequestContext & { readonly params: Record<string, string> }, name: string): string {
  return context.params[name] ?? "";
}

function parseBody<Schema extends z.ZodType>(body: JsonObject, schema: Schema): z.output<Schema> {
  const parsed = schema.safeParse(body);
  if (!parsed.success) {
    throw new RequestError("BODY_INVALID", "The request body lacks a field.", { cause: parsed.error });
  }
  return parsed.data;
}

function describeError(error: unknown): object {
  return ownerErrorReply(error).body;
}
