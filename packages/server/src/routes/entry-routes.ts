import type { ConfigPath, EndpointConfig, ReadableConfig } from "@alcove/config";
import type { EntryFacts } from "@alcove/runtime";

/** What a route of an entry answers with: its result, a stream with steps in Markdown, or one with steps as they are. */
export type EntryRouteKind = "single" | "stream" | "full";

/** Where a route of each kind is, after the path its endpoint begins with. */
const suffixes: Readonly<Record<EntryRouteKind, string>> = { single: "", stream: "/stream", full: "/full" };
const kinds = Object.keys(suffixes) as readonly EntryRouteKind[];

/** A route that runs the workflow, or a function that is served on its own. */
export interface EntryRoute {
  readonly kind: EntryRouteKind;
  readonly method: EndpointConfig["method"];
  readonly path: string;
  /** The function's public name; `undefined` for the workflow. */
  readonly functionName: string | undefined;
  /** Whether it begins with the endpoint's `legacy_path`. */
  readonly isLegacy: boolean;
  /**
   * Whether the run may ask people something. The older names never could; and what is stored of a run that waits does not
   * say which function it calls, so that only the workflow can be begun again after a restart.
   */
  readonly isInteractive: boolean;
  /** What the configuration says of the endpoint. */
  readonly description: string | undefined;
  /** Where the configuration says where the route is. */
  readonly place: ConfigPath;
}

/** An endpoint and what it serves: a function by its public name, or the workflow. */
type ServedEndpoint = EndpointConfig & { readonly functionName?: string };

/** The endpoints of a configuration: the workflow's first. */
function endpointsOf({ general: { frontEnd } }: ReadableConfig): readonly ServedEndpoint[] {
  return [frontEnd.workflow, ...frontEnd.endpoints];
}

/** The routes that the endpoints of a configuration may have. */
export function entryRoutes(config: ReadableConfig): readonly EntryRoute[] {
  return endpointsOf(config).flatMap((endpoint) => kinds.flatMap((kind) => routesOfKind(endpoint, kind)));
}

/** The routes that are served: a function that only streams has no result that a single reply could hold. */
export function servedEntryRoutes(config: ReadableConfig, entries: readonly EntryFacts[]): readonly EntryRoute[] {
  const streaming = entries.filter(({ outputSchema }) => outputSchema === undefined);
  const names = new Set(streaming.map(({ functionName }) => functionName));
  return entryRoutes(config).filter(({ kind, functionName }) => kind !== "single" || !names.has(functionName));
}

function routesOfKind({ functionName, ...endpoint }: ServedEndpoint, kind: EntryRouteKind): EntryRoute[] {
  const beginnings = [
    { key: "legacy_path", isLegacy: true, beginning: endpoint.legacyPath },
    { key: "path", isLegacy: false, beginning: endpoint.path },
  ];
  return beginnings.flatMap(({ key, isLegacy, beginning }) =>
    beginning === undefined
      ? []
      : [
          {
            kind,
            method: endpoint.method,
            path: `${beginning}${suffixes[kind]}`,
            functionName,
            isLegacy,
            isInteractive: functionName === undefined && !isLegacy,
            description: endpoint.description,
            place: [...endpoint.place, key],
          },
        ],
  );
}
