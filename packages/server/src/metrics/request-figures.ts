import { Distribution, durationBoundsMs } from "@alcove/state";
import type { RouterInstance } from "@koa/router";
import type { RequestContext, RequestState } from "../request-state.js";

/** The status of a request whose client left before it had its reply. */
type CountedStatus = number | "aborted";

/** What became of the requests of one method on one route. */
export class RouteFigures {
  readonly route: string;
  readonly method: string;
  /** How many were answered, by status. */
  readonly byStatus = new Map<CountedStatus, number>();
  /** How long the reply took to be made, and a stream to end. */
  readonly durationsMs = new Distribution(durationBoundsMs);

  constructor(route: string, method: string) {
    this.route = route;
    this.method = method;
  }

  /** Counts a request. */
  record(status: CountedStatus, durationMs: number): void {
    this.byStatus.set(status, (this.byStatus.get(status) ?? 0) + 1);
    this.durationsMs.record(durationMs);
  }
}

/**
 * Counts requests by the routes a server has, and by nothing a client can make up: what no route took is counted in one
 * place, whatever its path and method. It holds no user's data, and does not grow with users or requests.
 */
export class RequestFigures {
  // By path as the route is registered, then by method.
  readonly #routes = new Map<string, Map<string, RouteFigures>>();
  readonly #unmatched = new RouteFigures("unmatched", "any");

  /** Counts by the routes of a router from now on. */
  follow(router: RouterInstance<RequestState>): void {
    for (const { path, methods } of router.stack) {
      const ofPath = this.#routes.get(String(path)) ?? new Map<string, RouteFigures>();
      this.#routes.set(String(path), ofPath);
      for (const method of methods) {
        ofPath.set(method, new RouteFigures(String(path), method));
      }
    }
  }

  /** Counts a request that has its reply, or whose client has left. */
  record(context: RequestContext, durationMs: number): void {
    const { req, status } = context;
    this.#figuresOf(context).record(req.socket.destroyed ? "aborted" : status, durationMs);
  }

  /** The figures of every route, those without requests included. */
  *routes(): Generator<RouteFigures> {
    for (const ofPath of this.#routes.values()) {
      yield* ofPath.values();
    }
    yield this.#unmatched;
  }

  #figuresOf(context: RequestContext): RouteFigures {
    const { url = "", method = "" } = context.req;
    const ofPath =
      this.#routes.get(url) ?? this.#routes.get(String(context["_matchedRoute"])) ?? this.#routes.get(context.path);
    return ofPath?.get(method) ?? this.#unmatched;
  }
}
