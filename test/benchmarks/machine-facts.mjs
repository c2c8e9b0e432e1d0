import { closeSync, fsyncSync, openSync, rmSync, statfsSync, writeSync } from "node:fs";
import { arch, availableParallelism, cpus, platform, release, totalmem } from "node:os";
import { join } from "node:path";

const tmpfsType = 0x01021994;

/** What a figure depends on: processor, memory, system, Node, and how long the disk below a folder takes for an fsync. */
export function machineFacts(folder) {
  return {
    processor: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    memoryGiB: Math.round((totalmem() / 2 ** 30) * 10) / 10,
    system: `${platform()} ${release()} ${arch()}`,
    node: process.version,
    isMemoryDisk: statfsSync(folder).type === tmpfsType,
    fsync: fsyncLatency(folder),
  };
}

/** Appends 4 kB and waits for the disk, two hundred times. */
function fsyncLatency(folder) {
  const file = join(folder, "fsync-latency");
  const descriptor = openSync(file, "w");
  const block = Buffer.alloc(4096, 1);
  const latenciesMs = Array.from({ length: 200 }, () => {
    writeSync(descriptor, block);
    const startedAtMs = performance.now();
    fsyncSync(descriptor);
    return performance.now() - startedAtMs;
  }).sort((one, other) => one - other);
  closeSync(descriptor);
  rmSync(file);
  return { p50Ms: latenciesMs[100], p99Ms: latenciesMs[198] };
}
