import type { ConfigDocument, ConfigPath, ReadableConfig } from "@alcove/config";
import { doPathsOverlap, formatPath, type Problem } from "@alcove/plugin-api";
import type { RouteFacts } from "@alcove/runtime";
import { entryRoutes } from "./entry-routes.js";
import { jobRoutesOf } from "./job-addresses.js";
import { pluginAddress } from "./plugin-address.js";
import { ownAddresses } from "./route-addresses.js";

/** An address that is taken; by Alcove itself where no place says who took it. */
interface TakenAddress {
  readonly method: string;
  readonly path: string;
  readonly place: ConfigPath | undefined;
}

/**
 * Finds the paths of a configuration that lead to what another path leads to already, or to a route of Alcove's own. Routes of
 * plugins are among them: an endpoint may have been put below a plugin's prefix, and a set of routes may be configured twice.
 */
export function routeClashes(
  config: ReadableConfig,
  pluginRoutes: readonly RouteFacts[],
  document: Pick<ConfigDocument, "locate">,
): Problem[] {
  const taken: TakenAddress[] = ownAddresses(config).map((address) => ({ ...address, place: undefined }));
  const reported = new Set<string>();
  const problems: Problem[] = [];
  const ofPlugins = pluginRoutes.map((route) => ({ ...pluginAddress(route), place: route.place }));
  for (const address of [...configuredAddresses(config), ...ofPlugins]) {
    const other = taken.find(
      (each) => each.method === address.method && doPathsOverlap(each.path, address.path, isParameter),
    );
    const name = formatPath(address.place);
    const key = `${name} ${other?.place && formatPath(other.place)}`;
    if (other !== undefined && !reported.has(key)) {
      reported.add(key);
      const owner = other.place === undefined ? "Alcove itself serves" : `${formatPath(other.place)} leads to`;
      problems.push({
        rule: "name-clash",
        severity: "error",
        message: `${name} leads to ${address.method} ${address.path}, which ${owner} as well.`,
        source: document.locate(address.place),
        remedy:
          isOfPlugin(address) && isOfPlugin(other)
            ? "Take one of the two out of http_routes."
            : "Choose another path for one of them.",
      });
    }
    taken.push(address);
  }
  return problems;
}

/** Nobody but its plugin can give a route another path. */
function isOfPlugin({ place }: TakenAddress): boolean {
  return place?.[0] === "http_routes";
}

function configuredAddresses(config: ReadableConfig): (TakenAddress & { readonly place: ConfigPath })[] {
  const { webSocket, workflow } = config.general.frontEnd;
  const socket = { method: "GET", path: webSocket.path, place: [...workflow.place, "websocket_path"] };
  return [
    ...entryRoutes(config),
    ...jobRoutesOf(config),
    // A request for a socket is a GET.
    ...(socket.path === undefined ? [] : [{ ...socket, path: socket.path }]),
  ];
}

function isParameter(segment: string): boolean {
  return segment.startsWith(":");
}
