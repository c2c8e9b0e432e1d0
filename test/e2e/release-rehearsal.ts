import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "@alcove/plugin-api";
import { nodeBinary, runCommand, workspaceFolder } from "./command-line.js";
import { expectSuccess } from "./expect-success.js";

const dependencies = z.record(z.string(), z.string()).default({});
const packageSchema = z.looseObject({
  name: z.string(),
  version: z.string(),
  dependencies,
  peerDependencies: dependencies,
});
const identity = { GIT_AUTHOR_NAME: "test", GIT_AUTHOR_EMAIL: "test@example.org" };
const environment = {
  ...identity,
  GIT_COMMITTER_NAME: identity.GIT_AUTHOR_NAME,
  GIT_COMMITTER_EMAIL: identity.GIT_AUTHOR_EMAIL,
};

/** A package of the workspace, as `package.json` describes it. */
export type ReleasedPackage = z.output<typeof packageSchema> & {
  /** Its folder, relative to the workspace. */
  readonly folder: string;
  /** `requires.alcove` of its manifest, where it is a plugin. */
  readonly requires: string | undefined;
};

/** A copy of what releases are made of: the package files, the manifests and the changesets, in a repository of its own. */
export class ReleaseRehearsal {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async create(): Promise<ReleaseRehearsal> {
    const rehearsal = new ReleaseRehearsal(await mkdtemp(join(tmpdir(), "alcove-release-")));
    for (const file of ["package.json", ".changeset", ...(await memberFolders()).flatMap(filesOfMember)]) {
      await cp(join(workspaceFolder, file), join(rehearsal.#folder, file), { recursive: true });
    }
    await symlink(join(workspaceFolder, "node_modules"), join(rehearsal.#folder, "node_modules"));
    await rehearsal.#run("git", "init", "--quiet", "--initial-branch", "main");
    await rehearsal.#run("git", "add", "package.json", ".changeset", "packages", "plugins");
    await rehearsal.#run("git", "commit", "--quiet", "--message", "What there is");
    return rehearsal;
  }

  /** Writes a changeset: what it concerns, how much, and what the changelogs will say. */
  async addChangeset(bumps: Readonly<Record<string, "major" | "minor" | "patch">>, summary: string): Promise<void> {
    const heading = Object.entries(bumps).map(([name, bump]) => `${JSON.stringify(name)}: ${bump}`);
    const text = ["---", ...heading, "---", "", summary, ""].join("\n");
    await writeFile(join(this.#folder, ".changeset", `${Object.values(bumps).join("-")}.md`), text);
  }

  /** Replaces a text in a file, wherever it stands. */
  async edit(file: string, text: string, replacement: string): Promise<void> {
    const path = join(this.#folder, file);
    const before = await readFile(path, "utf8");
    if (!before.includes(text)) throw new TypeError(`${file} does not say ${text}.`);
    await writeFile(path, before.replaceAll(text, replacement));
  }

  /** Takes up all changesets, as `npm run release:prepare` does. Answers with all packages, by their names. */
  async prepare(): Promise<ReadonlyMap<string, ReleasedPackage>> {
    await this.#run(nodeBinary, join(workspaceFolder, "node_modules/@changesets/cli/bin.js"), "version");
    const packages = await Promise.all((await memberFolders()).map((folder) => this.#read(folder)));
    return new Map(packages.map((each) => [each.name, each]));
  }

  /** `package.json` of the workspace itself. */
  async root(): Promise<z.output<typeof packageSchema>> {
    return packageSchema.parse(JSON.parse(await readFile(join(this.#folder, "package.json"), "utf8")));
  }

  /** The changelog of a package; `undefined` where there is none. */
  async changelog({ folder }: ReleasedPackage): Promise<string | undefined> {
    return readFile(join(this.#folder, folder, "CHANGELOG.md"), "utf8").catch(() => undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #read(folder: string): Promise<ReleasedPackage> {
    const home = join(this.#folder, folder);
    const described = packageSchema.parse(JSON.parse(await readFile(join(home, "package.json"), "utf8")));
    const manifest = folder.startsWith("plugins/") ? await readFile(join(home, "plugin.yaml"), "utf8") : "";
    return { ...described, folder, requires: /^requires:\n {2}alcove: (.+)$/m.exec(manifest)?.[1] };
  }

  async #run(program: string, ...programArguments: readonly string[]): Promise<void> {
    expectSuccess(await runCommand(program, programArguments, { cwd: this.#folder, environment }));
  }
}

/** The folders of all packages and plugins, relative to the workspace. */
async function memberFolders(): Promise<string[]> {
  const names = await Promise.all(["packages", "plugins"].map((kind) => readdir(join(workspaceFolder, kind))));
  return names.flatMap((members, index) => members.map((name) => `${index === 0 ? "packages" : "plugins"}/${name}`));
}

function filesOfMember(folder: string): string[] {
  return folder.startsWith("plugins/")
    ? [`${folder}/package.json`, `${folder}/plugin.yaml`]
    : [`${folder}/package.json`];
}
