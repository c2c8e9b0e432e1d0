import { spawnSync } from "node:child_process";
import { mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Why no small file system can be mounted here; `undefined` where one can. */
export function reasonAgainstMounting(): string | undefined {
  if (process.getuid?.() !== 0) {
    return "only root can mount a small file system";
  }
  const folder = mkdtempSync(join(tmpdir(), "alcove-mount-"));
  try {
    const unmount = mountSmallFileSystem(folder, 1);
    unmount();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  } finally {
    rmdirSync(folder);
  }
}

/** Mounts an empty file system in memory over a folder. Returns what unmounts it. @throws TypeError */
export function mountSmallFileSystem(folder: string, mebibytes: number): () => void {
  run("mount", ["-t", "tmpfs", "-o", `size=${mebibytes}m,mode=700`, "tmpfs", folder]);
  return () => run("umount", [folder]);
}

function run(program: string, programArguments: readonly string[]): void {
  const { status, stderr } = spawnSync(program, programArguments, { encoding: "utf8" });
  if (status !== 0) {
    throw new TypeError(`${program} failed: ${stderr ?? "it is not installed"}`);
  }
}
