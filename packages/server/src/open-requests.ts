import type { AlcoveError } from "@alcove/plugin-api";
import { InFlight } from "@alcove/runtime";
import type { Next } from "koa";
import type { RequestContext, RequestState } from "./request-state.js";

/** The requests that are being answered, or whose runs go on without their clients: what a shutdown gives up before it cuts connections off. */
export class OpenRequests {
  readonly #states = new InFlight<RequestState>();

  /** Middleware that knows each request until it is answered. */
  readonly follow = async ({ state }: RequestContext, next: Next): Promise<void> => {
    const place = this.#states.enter(state);
    try {
      await next();
    } finally {
      this.#states.leave(place);
    }
  };

  /** Gives up that user's runs that go on although nobody waits for them. */
  giveUpAlone(userId: string): void {
    for (const { alone, runner } of this.#states.items()) {
      if (alone?.userId === userId && !alone.isKept()) {
        runner?.abort();
      }
    }
  }

  /** Gives up what each request waits for; it is answered with what comes of that. */
  giveUpAll(reason: AlcoveError): void {
    for (const { giveUp } of this.#states.items()) {
      giveUp?.(reason);
    }
  }
}
