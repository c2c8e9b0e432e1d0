import type { MiddlewareCallContext, MiddlewareTarget } from "@alcove/plugin-api";
import { Call, type CallParts } from "../runs/call.js";
import { watchChanges } from "../runs/watch-changes.js";

/** The call context a middleware gets: without state, since its component declares none. */
export class MiddlewareCall extends Call implements MiddlewareCallContext {
  readonly target: MiddlewareTarget;

  /** @param call The call the middleware is around, with the middleware's own component. */
  constructor({ run, component, span, signal }: CallParts, target: MiddlewareTarget) {
    super(run, component, span, signal);
    this.target = target;
  }

  watchChanges(): () => boolean {
    return watchChanges(Call.innards(this).run);
  }
}
