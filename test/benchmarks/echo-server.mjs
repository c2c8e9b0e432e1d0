// The yardstick: Koa, its router, a body parser and a zod schema, and nothing kept anywhere. The parser is koa-bodyparser, or
// with the argument `alcove` the one of Alcove's server.
import Router from "@koa/router";
import Koa from "koa";
import bodyParser from "koa-bodyparser";
import { z } from "zod";
import { jsonBody } from "../../packages/server/dist/body/json-body.js";

const input = z.object({ text: z.string() });
const router = new Router();
const koa = new Koa();
const readBody = jsonBody(1_000_000);

if (process.argv[2] === "alcove") {
  router.post("/generate", async (context) => {
    const { text } = input.parse(await readBody(context));
    context.body = { calls: 1, text };
  });
} else {
  koa.use(bodyParser({ enableTypes: ["json"] }));
  router.post("/generate", (context) => {
    const { text } = input.parse(context.request.body);
    context.body = { calls: 1, text };
  });
}

const server = koa.use(router.routes()).listen(0, "127.0.0.1", () => {
  console.log(`Listening on http://127.0.0.1:${server.address().port}`);
});
