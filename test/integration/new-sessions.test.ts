import { AlcoveError, definePerUserFunction, z } from "@alcove/plugin-api";
import { describe, expect, it, vi } from "vitest";
import { Workbench } from "./support/test-application.js";

const counting = definePerUserFunction({
  input: z.object({}),
  output: z.object({ count: z.number() }),
  state: { version: 1, schema: z.object({ count: z.number() }), initial: () => ({ count: 0 }) },
  build: () => (_input, context) => {
    context.state.count += 1;
    return { count: context.state.count };
  },
});

describe("whoever decides about new sessions", () => {
  it("is asked when one would begin, and never for a user who has one, in memory or on disk", async () => {
    await using bench = await Workbench.create([{ id: "counts", functions: { counting } }]);
    const admitNewSession = vi.fn();
    for (const expected of [1, 3]) {
      const { runtime, stop } = await bench.start("workflow: { _type: counting }");
      for (const count of [expected, expected + 1]) {
        const session = runtime.sessions.session({ userId: "alice" });
        expect(await session.run({}, { admitNewSession }).result()).toEqual({ count });
        session.close();
      }
      await stop();
    }
    expect(admitNewSession).toHaveBeenCalledOnce();
  });

  it("can refuse: then nothing is stored, and nobody stays in memory", async () => {
    await using bench = await Workbench.create([{ id: "counts", functions: { counting } }]);
    const { runtime, store } = await bench.start("workflow: { _type: counting }");
    const admitNewSession = (): never => {
      throw new AlcoveError("NEW_SESSIONS_LIMITED", "Wait.");
    };
    const session = runtime.sessions.session({ userId: "mallory" });
    const refused = session.run({}, { admitNewSession }).result();
    await expect(refused).rejects.toMatchObject({ code: "NEW_SESSIONS_LIMITED" });
    session.close();
    expect(runtime.sessions.residents()).toEqual([]);
    expect(await store.load({ application: "config", userId: "mallory" })).toBeUndefined();
  });
});
