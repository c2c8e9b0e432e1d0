import { once } from "node:events";
import { createServer } from "node:net";
import { dirname } from "node:path";
import { manifestSchema } from "@alcove/plugin-api";
import type { DiscoveredPlugin } from "@alcove/plugin-loader";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HandleWatch } from "./handle-watch.js";

/** A plugin with a folder of its own; this file is in that of the first. */
function pluginIn(directory: string): DiscoveredPlugin {
  const manifest = { manifest: 1, id: "mine", displayName: "Mine", description: "Mine.", requires: { alcove: "*" } };
  return {
    id: "mine",
    packageName: "mine",
    version: "1.0.0",
    directory,
    manifestFile: `${directory}/plugin.yaml`,
    manifest: manifestSchema.parse({ ...manifest, contributes: {} }),
    isListed: true,
    isOptional: false,
  };
}

const here = pluginIn(import.meta.dirname);
const elsewhere = pluginIn(`${dirname(import.meta.dirname)}/elsewhere`);
let watch: HandleWatch;
const timers: NodeJS.Timeout[] = [];

beforeEach(() => {
  watch = HandleWatch.begin();
});
afterEach(() => {
  watch.stopNoting();
  for (const timer of timers.splice(0)) {
    clearTimeout(timer);
  }
});

function openTimer(): NodeJS.Timeout {
  const timer = setTimeout(() => undefined, 60_000);
  timers.push(timer);
  return timer;
}

describe("a watch over what plugins open", () => {
  it("knows a plugin by the code that opened a handle, and where that stands", async () => {
    openTimer();
    expect(await watch.leftBy([here], 0)).toEqual([
      {
        plugin: here,
        part: undefined,
        what: "a timer",
        givenBackBy: "Clear it",
        openedAt: { file: expect.stringMatching(/handle-watch\.test\.ts$/), line: expect.any(Number), column: 17 },
      },
    ]);
    expect(await watch.leftBy([elsewhere], 0)).toEqual([]);
  });

  it("knows a plugin that was called when code of others opened a handle for it, also later", async () => {
    await watch.within({ plugin: elsewhere, part: "its part" }, async () => {
      await new Promise((resolve) => setImmediate(resolve));
      openTimer();
    });
    expect(await watch.leftBy([elsewhere], 0)).toMatchObject([
      { plugin: elsewhere, part: "its part", what: "a timer" },
    ]);
  });

  it("counts what was opened in one place as one", async () => {
    for (let count = 0; count < 3; count += 1) {
      openTimer();
    }
    expect(await watch.leftBy([here], 0)).toMatchObject([{ what: "3 timers" }]);
  });

  it("forgets what is over, was given back, or keeps no process alive", async () => {
    clearTimeout(openTimer());
    openTimer().unref();
    await new Promise((resolve) => setTimeout(resolve, 1));
    const server = createServer();
    await watch.within({ plugin: here, part: "its part" }, () => once(server.listen(0, "127.0.0.1"), "listening"));
    expect(await watch.leftBy([here], 0)).toMatchObject([{ what: "a server" }]);
    server.close();
    expect(await watch.leftBy([here], 1_000)).toEqual([]);
  });

  it("notes nothing any more once it is off, and still knows what was open then", async () => {
    const first = openTimer();
    watch.stopNoting();
    openTimer();
    expect(await watch.leftBy([here], 0)).toMatchObject([{ what: "a timer" }]);
    clearTimeout(first);
    expect(await watch.leftBy([here], 0)).toEqual([]);
  });
});
