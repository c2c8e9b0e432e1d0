import { StoreError } from "@alcove/plugin-api";
import type { WriteAttempt } from "@alcove/state";
import { describe, expect, it } from "vitest";
import { Readiness, type WatchedStore } from "./readiness.js";
import { watchedStore } from "./test-support/watched-store.js";

/** A store whose latest write was what the test says, and that does what the test says when it is asked. */
function storeWith(lastWrite: Omit<WriteAttempt, "atMs"> | undefined, ageMs: number, check: () => Promise<void>) {
  const asked: number[] = [];
  const store: WatchedStore = watchedStore({
    lastWrite: lastWrite === undefined ? undefined : { ...lastWrite, atMs: performance.now() - ageMs },
    checkWritable: () => {
      asked.push(performance.now());
      return check();
    },
  });
  return { store, asked };
}

const takes = async (): Promise<void> => undefined;
const refuses = (): Promise<void> => Promise.reject(new StoreError("STORE_FULL", "The disk is full."));
const hangs = (): Promise<void> => new Promise(() => undefined);
const minuteMs = 60_000;

const noChecks = { missingPlugins: [], size: 0, results: () => Promise.resolve([]) };

describe("a server", () => {
  it("is ready by its latest write, without asking the store", async () => {
    const { store, asked } = storeWith({ failure: undefined }, 0, refuses);
    expect(await new Readiness(store, noChecks).look()).toMatchObject({ code: undefined });
    expect(asked).toEqual([]);
  });

  it("is not ready when its latest write failed, with the code of the failure", async () => {
    const { store, asked } = storeWith({ failure: "OUTCOME_UNKNOWN" }, 0, takes);
    expect(await new Readiness(store, noChecks).look()).toMatchObject({ code: "OUTCOME_UNKNOWN" });
    expect(asked).toEqual([]);
  });

  it.each([
    ["never", undefined],
    ["long ago", { failure: undefined }],
    ["long ago, and failed,", { failure: "STORE_FULL" as const }],
  ])("that wrote %s asks its store, and goes by the answer", async (_when, lastWrite) => {
    expect(await new Readiness(storeWith(lastWrite, minuteMs, takes).store, noChecks).look()).toMatchObject({
      code: undefined,
    });
    const refused = await new Readiness(storeWith(lastWrite, minuteMs, refuses).store, noChecks).look();
    expect(refused).toMatchObject({ code: "STORE_FULL", message: expect.stringContaining("Make room on the disk") });
  });

  it("is not ready while its store does not answer, and asks it once however many want to know", async () => {
    const { store, asked } = storeWith(undefined, 0, hangs);
    const readiness = new Readiness(store, noChecks, 20);
    const answers = await Promise.all([readiness.look(), readiness.look()]);
    expect(answers).toEqual([
      { code: "STORE_FAILED", details: null, message: expect.stringContaining("did not answer") },
      { code: "STORE_FAILED", details: null, message: expect.stringContaining("did not answer") },
    ]);
    expect(await readiness.look()).toMatchObject({ code: "STORE_FAILED" });
    expect(asked).toHaveLength(1);
  });

  it("that stops is not ready any more, whatever its store says", async () => {
    const readiness = new Readiness(storeWith({ failure: undefined }, 0, takes).store, noChecks);
    readiness.stop();
    expect(await readiness.look()).toMatchObject({ code: "SHUTTING_DOWN" });
  });
});
