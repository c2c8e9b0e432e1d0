import { z } from "zod";
import type { ErrorBody } from "../errors/error-body.js";
import { replyWithJson } from "../json-reply.js";
import type { Readiness } from "../readiness.js";
import type { RequestContext } from "../request-state.js";

/** The reply of `GET /ready` while the server is ready. */
export const readyReplySchema = z.object({
  status: z
    .enum(["ready", "degraded"])
    .describe("`degraded` where something is missing that the server can do without."),
  checks: z
    .record(z.string(), z.enum(["healthy", "unhealthy"]))
    .optional()
    .describe("The health checks of plugins; left out where there are none."),
  missing_plugins: z
    .array(z.string())
    .optional()
    .describe("The optional plugins that could not be loaded or started; left out where there are none."),
});

/** Answers whether the server should get requests at present; 503 with the reason's code where it should not. */
export function readyRoute(readiness: Readiness): (context: RequestContext) => Promise<void> {
  return async (context) => {
    const found = await readiness.look();
    if (found.code !== undefined) {
      const { code, message, details } = found;
      replyWithJson(context, 503, { code, message, details: details && [...details] } satisfies ErrorBody);
      return;
    }
    const { checks, missingPlugins } = found;
    const body: z.output<typeof readyReplySchema> = {
      status: missingPlugins.length === 0 && checks.every(({ isHealthy }) => isHealthy) ? "ready" : "degraded",
    };
    if (checks.length > 0) {
      body.checks = Object.fromEntries(
        checks.map(({ name, isHealthy }) => [name, isHealthy ? "healthy" : "unhealthy"]),
      );
    }
    if (missingPlugins.length > 0) {
      body.missing_plugins = [...missingPlugins];
    }
    replyWithJson(context, 200, body);
  };
}
