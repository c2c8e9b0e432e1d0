import { describe, expect, test } from "vitest";
import { Random } from "../random.js";
import { SimulatedDisk, type Survival } from "./simulated-disk.js";

const file = "/store/file";
const succeeded = true;

function write(disk: SimulatedDisk, offset: number, text: string): void {
  disk.write(file, offset, Buffer.from(text))(succeeded);
}

function found(disk: SimulatedDisk, survival: Survival, seed = "a"): string | undefined {
  return disk.afterPowerLoss(survival, new Random(seed)).get(file)?.toString();
}

function diskWith(content: string): SimulatedDisk {
  const disk = new SimulatedDisk();
  disk.addDurable(file, Buffer.from(content));
  return disk;
}

describe("a disk that loses its power", () => {
  test("keeps what was synced, and of what was only written as much as it likes", () => {
    const disk = diskWith("aaaa");
    write(disk, 0, "b");
    disk.sync(file)(succeeded);
    write(disk, 1, "c");
    expect(found(disk, "none")).toBe("baaa");
    expect(found(disk, "all")).toBe("bcaa");
    const random = new Random("many");
    const seen = new Set(
      Array.from({ length: 50 }, () => disk.afterPowerLoss("some writes", random).get(file)?.toString()),
    );
    expect([...seen].sort()).toEqual(["baaa", "bcaa"]);
  });

  test("does not count a write as synced that was still going on when the sync began", () => {
    const disk = diskWith("aa");
    const end = disk.write(file, 0, Buffer.from("b"));
    const endSync = disk.sync(file);
    end(succeeded);
    endSync(succeeded);
    expect(found(disk, "none")).toBe("aa");
  });

  test("forgets what a failed sync should have written, until the page is written again", () => {
    const disk = diskWith("a");
    write(disk, 0, "b");
    disk.sync(file)(!succeeded);
    disk.sync(file)(succeeded);
    expect(found(disk, "none")).toBe("a");
    write(disk, 1, "c");
    disk.sync(file)(succeeded);
    expect(found(disk, "none")).toBe("bc");
  });

  test("forgets names, new and old, until their folder is synced", () => {
    const disk = diskWith("old");
    disk.open("/store/new", false);
    disk.write("/store/new", 0, Buffer.from("new"))(succeeded);
    disk.sync("/store/new")(succeeded);
    disk.rename("/store/new", file);
    expect(found(disk, "none")).toBe("old");
    disk.sync("/store")(succeeded);
    expect(found(disk, "none")).toBe("new");
    expect([...disk.afterPowerLoss("none", new Random("a")).keys()]).toEqual([file]);
  });

  test("tears writes at sectors", () => {
    const disk = diskWith("");
    disk.write(file, 0, Buffer.alloc(2_048, "x"))(succeeded);
    const random = new Random("tears");
    const sectors = Array.from({ length: 20 }, () =>
      disk.afterPowerLoss("some sectors of 512 bytes", random).get(file),
    );
    for (const content of sectors) {
      for (let from = 0; from < (content?.length ?? 0); from += 512) {
        expect(new Set(content?.subarray(from, from + 512)).size).toBe(1);
      }
    }
    expect(new Set(sectors.map((content) => content?.toString("latin1"))).size).toBeGreaterThan(4);
  });
});
