import type { JsonObject } from "../body/json-body.js";
import { RequestError } from "../errors/request-error.js";
import { bodyFaults } from "../errors/validation-detail.js";
import { identifyOwner } from "../identity/identify.js";
import { replyWithJson } from "../json-reply.js";
import type { RequestContext } from "../request-state.js";
import type { ServedExecutions } from "../served-application.js";
import { executionReply, interactionResponse, interactionResponseSchema } from "./execution-wire.js";
import { pathParameter } from "./path-parameter.js";

/** What can be asked of the executions of whoever asks; nobody can ask for another one's. */
export interface ExecutionRoutes {
  /** Answers with what has become of an execution, and what it asks. */
  status(context: RequestContext): Promise<void>;
  /** Ends an execution that is not finished, and answers with what has become of it. */
  cancel(context: RequestContext): Promise<void>;
  /** Answers the question an execution asks; replies once the answer is durable. */
  respond(context: RequestContext): Promise<void>;
}

/** The routes of runs that wait for a person, and of jobs that do. */
export function executionRoutes(
  executions: ServedExecutions,
  readBody: (context: RequestContext) => Promise<JsonObject>,
): ExecutionRoutes {
  return {
    async status(context) {
      const userId = await identifyOwner(context);
      const view = await executions.get(userId, pathParameter(context, "execution_id"));
      replyWithJson(context, 200, executionReply(view));
    },
    async cancel(context) {
      const userId = await identifyOwner(context);
      const view = await executions.cancel(userId, pathParameter(context, "execution_id"));
      replyWithJson(context, 200, executionReply(view));
    },
    async respond(context) {
      const userId = await identifyOwner(context);
      const body = await readBody(context);
      const parsed = interactionResponseSchema.safeParse(body);
      if (!parsed.success) {
        const message = 'The body has to hold the response, e.g. { "response": { "type": "text", "text": "…" } }.';
        throw new RequestError("BODY_INVALID", message, { detail: await bodyFaults(interactionResponseSchema, body) });
      }
      const [executionId, interactionId] = ["execution_id", "interaction_id"].map((name) =>
        pathParameter(context, name),
      );
      const response = { ...interactionResponse(parsed.data), traceParent: context.state.span?.spanContext() };
      await executions.answer(userId, executionId ?? "", interactionId ?? "", response);
      context.status = 204;
    },
  };
}
