import { definePerUserService, type ServiceIdentifier, z } from "@alcove/plugin-api";
import type { HttpAnswer } from "./response.js";

/** What a user has been answered, as long as the user is in memory. */
export interface SeenResponses {
  /** What a request was answered with last; `undefined` where that is not known any more. */
  find(request: string): HttpAnswer | undefined;
  /** Remembers what a request was answered with. What has not been used for longest is forgotten for it. */
  keep(request: string, answer: HttpAnswer): void;
}

/** What a user's components ask for it by. */
export const SeenResponses = Symbol.for("@alcove/plugin-http-tools/SeenResponses") as ServiceIdentifier<SeenResponses>;

/** Remembers responses of each user apart, for they may be what only that user's headers give access to. */
export default definePerUserService({
  provides: SeenResponses,
  config: z.object({
    max_responses: z.number().int().positive().default(50).describe("How many responses are remembered for a user"),
    max_characters: z.number().int().positive().default(1_000_000).describe("How long their bodies may be together"),
  }),
  build({ config, onDispose }) {
    // In the order in which they were used last.
    const answers = new Map<string, HttpAnswer>();
    onDispose(() => answers.clear());
    let characters = 0;
    const take = (request: string) => {
      const answer = answers.get(request);
      characters -= answer?.body.length ?? 0;
      answers.delete(request);
      return answer;
    };
    const put = (request: string, answer: HttpAnswer) => {
      characters += answer.body.length;
      answers.set(request, answer);
    };
    return {
      find(request) {
        const answer = take(request);
        if (answer !== undefined) {
          put(request, answer);
        }
        return answer;
      },
      keep(request, answer) {
        take(request);
        put(request, answer);
        for (const oldest of answers.keys()) {
          if (answers.size <= config.max_responses && characters <= config.max_characters) {
            break;
          }
          take(oldest);
        }
      },
    };
  },
});
