import type { AlcoveConfig, ConfigDocument, ConfigPath } from "@alcove/config";
import type { Problem } from "@alcove/plugin-api";
import { entryRoutes } from "./entry-routes.js";
import { jobRoutesOf } from "./job-addresses.js";
import { ownAddresses } from "./route-addresses.js";

/** An address that is taken; by Alcove itself where no place says who took it. */
interface TakenAddress {
  readonly method: string;
  readonly path: string;
  readonly place: ConfigPath | undefined;
}

/** Finds the paths of a configuration that lead to what another path leads to already, or to a route of Alcove's own. */
export function routeClashes(config: AlcoveConfig, document: Pick<ConfigDocument, "locate">): Problem[] {
  const taken: TakenAddress[] = ownAddresses(config).map((address) => ({ ...address, place: undefined }));
  const reported = new Set<string>();
  const problems: Problem[] = [];
  for (const address of configuredAddresses(config)) {
    const other = taken.find((each) => each.method === address.method && overlap(each.path, address.path));
    const name = address.place.join(".");
    const key = `${name} ${other?.place?.join(".")}`;
    if (other !== undefined && !reported.has(key)) {
      reported.add(key);
      const owner = other.place === undefined ? "Alcove itself serves" : `${other.place.join(".")} leads to`;
      problems.push({
        rule: "name-clash",
        severity: "error",
        message: `${name} leads to ${address.method} ${address.path}, which ${owner} as well.`,
        source: document.locate(address.place),
        remedy: "Choose another path for one of them.",
      });
    }
    taken.push(address);
  }
  return problems;
}

function configuredAddresses(config: AlcoveConfig): (TakenAddress & { readonly place: ConfigPath })[] {
  const { webSocket, workflow } = config.general.frontEnd;
  const socket = { method: "GET", path: webSocket.path, place: [...workflow.place, "websocket_path"] };
  return [
    ...entryRoutes(config),
    ...jobRoutesOf(config),
    // A request for a socket is a GET.
    ...(socket.path === undefined ? [] : [{ ...socket, path: socket.path }]),
  ];
}

/** Whether a request could be meant for either of two paths, whose segments may be parameters such as `:id`. */
function overlap(one: string, other: string): boolean {
  const segments = one.split("/");
  const others = other.split("/");
  return (
    segments.length === others.length &&
    segments.every((segment, index) => segment === others[index] || isParameter(segment) || isParameter(others[index]))
  );
}

function isParameter(segment: string | undefined): boolean {
  return segment?.startsWith(":") === true;
}
