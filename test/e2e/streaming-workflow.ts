import { z } from "zod";
import type { HttpClient } from "./http-client.js";
import type { ServerProcess } from "./server-process.js";
import { pluginPaths, type StartOptions, type Workplace } from "./workplace.js";

const monitoredRuns = z.object({
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

/** How many runs of all users the monitor counts: those at work, and those that were cancelled. */
export async function runFigures(client: HttpClient): Promise<{ active: number; cancelled: number }> {
  const { users } = monitoredRuns.parse((await client.get("/monitor/users")).json);
  const sum = (read: (user: (typeof users)[number]) => number) => users.reduce((total, user) => total + read(user), 0);
  return {
    active: sum(({ requests }) => requests.active_requests),
    cancelled: sum(({ requests }) => requests.cancelled_count),
  };
}
