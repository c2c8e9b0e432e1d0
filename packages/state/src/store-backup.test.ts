import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@alcove/plugin-api";
import { describe, expect, it } from "vitest";
import { openSqliteSessionStore } from "./sqlite-session-store.js";

describe("a backup to a disk that is full", () => {
  it("says that the copy could not be written, leaves no part of one, and harms nothing", async (context) => {
    context.skip(process.getuid?.() !== 0, "only root can mount a small file system");
    const folder = mkdtempSync(join(tmpdir(), "alcove-backup-"));
    const small = join(folder, "small");
    mkdirSync(small);
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", small]);
    context.skip(mounted.status !== 0, `no small file system can be mounted: ${String(mounted.stderr)}`);
    try {
      const store = await openSqliteSessionStore({ path: join(folder, "sessions.sqlite"), clock: systemClock });
      const key = { application: "test", userId: "alice" };
      const nowMs = store.nowMs();
      const commitOf = (expectedRevision: number) => ({
        key,
        expectedRevision,
        createdAtMs: nowMs,
        lastActivityAtMs: nowMs,
        expiresAtMs: nowMs + 3_600_000,
        runsCompleted: expectedRevision + 1,
        components: new Map([["notes", { version: 1, json: JSON.stringify("x".repeat(3_000_000)) }]]),
      });
      await store.commit(commitOf(0));
      const file = join(small, "copy.sqlite");
      await expect(store.backup(file)).rejects.toMatchObject({
        code: "BACKUP_FAILED",
        message: `The backup ${file} could not be written: the disk it is on is full. Nothing of it is left.`,
      });
      expect(readdirSync(small)).toEqual([]);
      expect([...store.figures.readFailures]).toEqual([]);
      await store.commit(commitOf(1));
      await store.backup(join(folder, "copy.sqlite"));
      await store.close();
    } finally {
      execFileSync("umount", [small]);
      rmSync(folder, { recursive: true });
    }
  });
});
