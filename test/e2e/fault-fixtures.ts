import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { workspaceFolder } from "./command-line.js";

const faultsFolder = join(workspaceFolder, "test/fixtures/faults");

/** A project with one fault in it, or with none. */
export interface FaultFixture {
  /** Its page in test/fixtures/faults, without the ending, e.g. `configs/cycle`. */
  readonly name: string;
  /** The configuration to be served. */
  readonly configFile: string;
  /** Values set on the command line, with their paths. */
  readonly overrides: readonly { readonly path: string; readonly value: string }[];
  /** Contents by path. */
  readonly files: ReadonlyMap<string, string>;
}

/** The project in which nothing is wrong, which every fault changes a few files of. */
export async function readSoundProject(): Promise<FaultFixture> {
  return parseFixture("sound", await readFile(join(faultsFolder, "sound.txt"), "utf8"));
}

/** Every fault, in the order of the names. */
export async function readFaults(): Promise<FaultFixture[]> {
  const sound = await readSoundProject();
  const folders = await Promise.all(
    ["configs", "plugins"].map(async (folder) =>
      (await readdir(join(faultsFolder, folder))).map((page) => `${folder}/${page.replace(/\.txt$/, "")}`),
    ),
  );
  const names = folders.flat().sort();
  return Promise.all(
    names.map(async (name) => {
      const fault = parseFixture(name, await readFile(join(faultsFolder, `${name}.txt`), "utf8"));
      return { ...fault, files: new Map([...sound.files, ...fault.files]) };
    }),
  );
}

/** Reads a page: what it is about, the command line's options after a `$`, and files, each under a line `-- path --`. */
function parseFixture(name: string, text: string): FaultFixture {
  const [head = "", ...parts] = text.split(/^-- (.+) --\n/m);
  const options = /^\$ (.+)$/m.exec(head)?.[1]?.split(" ") ?? [];
  const files = new Map<string, string>();
  for (let index = 0; index < parts.length; index += 2) {
    files.set(parts[index] ?? "", parts[index + 1] ?? "");
  }
  const configFile = optionValues(options, "--config_file", 1)[0]?.[0] ?? "config.yml";
  const overrides = optionValues(options, "--override", 2).map(([path = "", value = ""]) => ({ path, value }));
  return { name, configFile, overrides, files };
}

function optionValues(options: readonly string[], option: string, count: number): string[][] {
  return options.flatMap((each, index) => (each === option ? [options.slice(index + 1, index + 1 + count)] : []));
}

/** A fixture as a project on the disk, with the plugin API of this workspace installed. Removed by `dispose`. */
export class FaultyProject implements AsyncDisposable {
  /** A real path. */
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async create({ files }: FaultFixture): Promise<FaultyProject> {
    const folder = await realpath(await mkdtemp(join(tmpdir(), "alcove-fault-")));
    for (const [path, content] of files) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), content);
    }
    await mkdir(join(folder, "node_modules/@alcove"));
    await symlink(join(workspaceFolder, "packages/plugin-api"), join(folder, "node_modules/@alcove/plugin-api"));
    return new FaultyProject(folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
