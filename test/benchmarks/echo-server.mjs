// The yardstick: Koa, its router, the body parser and a zod schema, and nothing kept anywhere.
import Router from "@koa/router";
import Koa from "koa";
import bodyParser from "koa-bodyparser";
import { z } from "zod";

const input = z.object({ text: z.string() });
const router = new Router();
router.post("/generate", (context) => {
  const { text } = input.parse(context.request.body);
  context.body = { calls: 1, text };
});

const server = new Koa()
  .use(bodyParser({ enableTypes: ["json"] }))
  .use(router.routes())
  .listen(0, "127.0.0.1", () => {
    console.log(`Listening on http://127.0.0.1:${server.address().port}`);
  });
