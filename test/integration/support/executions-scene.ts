import path from "node:path";
import type { Runtime } from "@alcove/runtime";
import { openSqliteSessionStore } from "@alcove/state";
import { executionsPlugin, Stage } from "./executions-plugin.js";
import { FailingStore } from "./failing-store.js";
import { Workbench } from "./test-application.js";

/** A workflow whose runs are executions that go on after a restart. */
export const resumableConfig = "workflow: { _type: resumable_order }";

/** An application with such a workflow, on a store whose writes can be held or made to fail. */
export interface Scene {
  readonly bench: Workbench;
  readonly stage: Stage;
  readonly store: FailingStore;
  readonly runtime: Runtime;
  stop(): Promise<void>;
}

/** Starts it, and ends it after the test. */
export async function withScene(run: (scene: Scene) => Promise<void>): Promise<void> {
  const stage = new Stage();
  await using bench = await Workbench.create([executionsPlugin(stage)]);
  const inner = await openSqliteSessionStore({ path: path.join(bench.folder, "sessions.sqlite"), clock: bench.clock });
  const store = new FailingStore(inner);
  const { runtime, stop } = await bench.start(resumableConfig, { store });
  await run({ bench, stage, store, runtime, stop });
}
