import type { z } from "zod";
import type { CallContext } from "./contexts.js";
import type { Scope } from "./references.js";

/** The function a middleware is put around. The same for every user: it holds nothing of any of them. */
export interface MiddlewareTarget {
  /** Its public name: `notepad`, `todo__add`, `<workflow>`. */
  readonly name: string;
  /** The type of its component with its plugin, e.g. `todo/per_user_todo`. */
  readonly type: string;
  /** One sentence for people and models; empty where its author gave none. */
  readonly description: string;
  /** Whether it is shared, or the user's own. */
  readonly scope: Scope;
  /** What a call takes. */
  readonly inputSchema: z.ZodType;
  /** `undefined` for a function that only streams. */
  readonly outputSchema: z.ZodType | undefined;
  /** `undefined` for a function that cannot stream. */
  readonly streamOutputSchema: z.ZodType | undefined;
  /** Whether its plugin says that a call may be made twice. */
  readonly isIdempotent: boolean;
  /** Whether it keeps state or collections of the user, or may call what does. */
  readonly isStateful: boolean;
}

/**
 * What a middleware gets with each call it is put around: what every function gets, and the function the call is for.
 * It has no state and no collections: those of the function stay the function's own.
 */
export interface MiddlewareCallContext extends CallContext {
  /** The function that is called. */
  readonly target: MiddlewareTarget;
  /**
   * Begins to watch the user's state and collections. The function it returns says whether anything in them has changed
   * since, be it through this call or through another one of the same run. In doubt it says yes.
   */
  watchChanges(): () => boolean;
}

/** What a middleware may change of a call that it hands on. */
export interface NextCall {
  /** Another input. It is checked by the function's input schema, as though the caller had sent it. */
  readonly input?: unknown;
  /**
   * A signal that gives up this call, and what it calls in turn, while the run goes on. It joins the signal the call has
   * anyway. Once it has aborted, the call no longer reaches its state, its collections or other functions.
   */
  readonly signal?: AbortSignal;
}

/**
 * Code around the calls of functions, in the order of the configuration: the first is the outermost.
 *
 * What stands before `next()` happens before the call, what stands after it afterwards; a middleware that does not call
 * `next` answers in the function's place; one that calls it again calls the function again. Errors come out of `next()` as
 * the function throws them.
 *
 * A middleware stands between the function and the checks of its schemas: the input has been checked, and what the
 * outermost middleware returns is checked as though the function had returned it.
 */
export interface Middleware {
  /**
   * Around a call for the single result.
   *
   * @param input The checked input. Hand on a changed copy, and do not change it in place.
   * @param next Calls what is inside, and resolves to its result.
   */
  invoke(input: unknown, call: MiddlewareCallContext, next: (change?: NextCall) => Promise<unknown>): unknown;
  /**
   * Around a call for a stream. Yields the chunks others get to see.
   *
   * @param input As for {@link invoke}.
   * @param next The chunks of what is inside. Nothing happens before the first one is asked for.
   */
  stream(
    input: unknown,
    call: MiddlewareCallContext,
    next: (change?: NextCall) => AsyncIterable<unknown>,
  ): AsyncIterable<unknown>;
}
