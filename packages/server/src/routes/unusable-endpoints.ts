import type { ConfigDocument, ReadableConfig } from "@alcove/config";
import type { Problem } from "@alcove/plugin-api";
import type { EntryFacts } from "@alcove/runtime";

/** Warns of endpoints that are configured in a way that leaves nothing to call, or nothing that could succeed. */
export async function unusableEndpoints(
  config: ReadableConfig,
  entries: readonly EntryFacts[],
  document: Pick<ConfigDocument, "locate">,
): Promise<Problem[]> {
  const { workflow, endpoints } = config.general.frontEnd;
  const problems = workflow.path === undefined && workflow.legacyPath === undefined ? [noRoute(config, document)] : [];
  for (const { functionName, method, place } of [{ ...workflow, functionName: undefined }, ...endpoints]) {
    const entry = entries.find((each) => each.functionName === functionName && each.route === undefined);
    if (method === "GET" && entry !== undefined && !(await takesNothing(entry))) {
      problems.push({
        rule: "config-schema",
        severity: "warning",
        message: `${place.join(".")} serves ${entry.typeName} with GET, which calls it with an empty object, and its input needs more: every call will be refused with 422.`,
        source: document.locate([...place, "method"]),
        remedy: "Serve it with POST, or give its input defaults.",
      });
    }
  }
  return problems;
}

function noRoute({ general }: ReadableConfig, document: Pick<ConfigDocument, "locate">): Problem {
  const { workflow, webSocket } = general.frontEnd;
  const rest = webSocket.path === undefined ? "nobody can call it" : "it can be called over the WebSocket alone";
  return {
    rule: "config-schema",
    severity: "warning",
    message: `${workflow.place.join(".")} has neither a path nor a legacy_path that is served, so that the workflow has no routes: ${rest}.`,
    source: document.locate(workflow.place),
    remedy: "Set path, or take disable_legacy_routes out.",
  };
}

async function takesNothing({ inputSchema }: EntryFacts): Promise<boolean> {
  return (await inputSchema.safeParseAsync({})).success;
}
