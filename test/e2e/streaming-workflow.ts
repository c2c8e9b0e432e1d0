import { z } from "zod";
import type { ServerProcess } from "./server-process.js";
import { pluginPaths, type StartOptions, type Workplace } from "./workplace.js";

/** What the monitor tells of the runs of users. */
export const monitoredRuns = z.object({
  users: z.array(z.object({ requests: z.object({ active_requests: z.number(), cancelled_count: z.number() }) })),
});

/** Serves a workflow that streams, with a notepad for its users, and the monitor. */
export async function serveStreaming(workplace: Workplace, options: StartOptions = {}): Promise<ServerProcess> {
  const configFile = await workplace.write("streaming.yml", {
    general: { enable_per_user_monitoring: true },
    plugins: [pluginPaths.assistant, pluginPaths.streaming],
    functions: { notepad: { _type: "per_user_notepad" } },
    workflow: { _type: "streaming_workflow" },
  });
  return workplace.start({ configFile, ...options });
}
