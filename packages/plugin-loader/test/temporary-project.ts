import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** What a test may say of a plugin it writes; the rest is filled in. */
export interface PluginFiles {
  readonly name?: string;
  readonly version?: string;
  readonly id?: string;
  /** The YAML of the manifest. */
  readonly manifest?: string;
  /** The plugin's modules, by their paths. */
  readonly modules?: Readonly<Record<string, string>>;
}

/** A folder of its own for one test, with real files, removed when the test is over. */
export class TemporaryProject implements AsyncDisposable {
  /** A real path. */
  readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
  }

  static async create(): Promise<TemporaryProject> {
    return new TemporaryProject(await realpath(await mkdtemp(join(tmpdir(), "alcove-plugin-loader-"))));
  }

  path(...segments: string[]): string {
    return join(this.directory, ...segments);
  }

  /** Writes a file; anything but a string is written as JSON. */
  async write(path: string, content: unknown): Promise<void> {
    await mkdir(dirname(this.path(path)), { recursive: true });
    await writeFile(this.path(path), typeof content === "string" ? content : JSON.stringify(content));
  }

  async link(path: string, target: string): Promise<void> {
    await mkdir(dirname(this.path(path)), { recursive: true });
    await symlink(target, this.path(path));
  }

  /** Writes the host's package.json with these direct dependencies, in this order. */
  async writeHost(...dependencies: string[]): Promise<void> {
    await this.write("package.json", {
      name: "host",
      dependencies: Object.fromEntries(dependencies.map((name) => [name, "*"])),
    });
  }

  /** Writes a plugin package into a folder. */
  async writePlugin(folder: string, files: PluginFiles = {}): Promise<void> {
    const id = files.id ?? "notes";
    await this.write(join(folder, "package.json"), {
      name: files.name ?? "notes",
      version: files.version ?? "1.0.0",
      type: "module",
      alcove: { manifest: "./plugin.yaml" },
    });
    await this.write(join(folder, "plugin.yaml"), files.manifest ?? manifestText({ id }));
    for (const [path, source] of Object.entries(files.modules ?? {})) await this.write(join(folder, path), source);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** A valid manifest. `contributes` is YAML in flow style. */
export function manifestText({ id = "notes", requires = "^0.1.0", contributes = "{}" } = {}): string {
  return [
    "manifest: 1",
    `id: ${id}`,
    "displayName: Notes",
    "description: Keeps notes.",
    `requires: { alcove: ${JSON.stringify(requires)} }`,
    `contributes: ${contributes}`,
    "",
  ].join("\n");
}

/** The source of a module whose default export passes for what a `define…` function returns. */
export function definitionSource(
  kind: "function" | "function_group" | "middleware" | "object_store" | "services",
  scope?: "shared" | "per-user",
): string {
  const rest = kind === "services" ? "provides: []" : `scope: "${scope ?? "shared"}"`;
  return `export default { [Symbol.for("@alcove/plugin-api/Definition")]: true, kind: "${kind}", ${rest} };\n`;
}
