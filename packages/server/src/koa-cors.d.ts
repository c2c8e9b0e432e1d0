// @koa/cors ships no types. Only what middleware/cross-origin.ts uses is declared.
declare module "@koa/cors" {
  import type { Context, Middleware } from "koa";

  interface CrossOriginOptions {
    origin?: (context: Context) => string | undefined;
    allowMethods?: string[];
    allowHeaders?: string[];
    exposeHeaders?: string[];
    credentials?: boolean;
    maxAge?: number;
  }

  function cors(options: CrossOriginOptions): Middleware;

  export = cors;
}
