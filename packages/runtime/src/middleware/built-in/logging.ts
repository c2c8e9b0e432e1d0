import { defineMiddleware, type LogFields, type MiddlewareCallContext, z } from "@alcove/plugin-api";

/**
 * Writes a line for every call, with its duration. Keeps nothing between calls. Inputs and outputs are the user's: they
 * are written only where the configuration asks for it.
 */
export const loggingMiddleware = defineMiddleware({
  config: z.object({
    level: z.enum(["debug", "info", "warn", "error"]).default("info"),
    log_content: z.boolean().default(false),
  }),
  build({ config: { level, log_content } }) {
    const begin = (input: unknown, call: MiddlewareCallContext) => {
      const startMs = call.clock.monotonicMs();
      return (message: string, { output, ...fields }: LogFields & { output?: unknown }): void =>
        call.logger[level](message, {
          function: call.target.name,
          durationMs: Math.round(call.clock.monotonicMs() - startMs),
          ...fields,
          ...(log_content ? { input, output } : {}),
        });
    };
    return {
      async invoke(input, call, next) {
        const log = begin(input, call);
        try {
          const output = await next();
          log("A function was called", { output });
          return output;
        } catch (error) {
          log("A function failed", { error });
          throw error;
        }
      },
      async *stream(input, call, next) {
        const log = begin(input, call);
        let chunks = 0;
        let end: LogFields | undefined;
        try {
          for await (const chunk of next()) {
            chunks += 1;
            yield chunk;
          }
          end = {};
        } catch (error) {
          end = { error };
          throw error;
        } finally {
          const message = end === undefined ? "left early" : "error" in end ? "failed" : "was called";
          log(`A function that streams ${message}`, { ...end, chunks });
        }
      },
    };
  },
});
