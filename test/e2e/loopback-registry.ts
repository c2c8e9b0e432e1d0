import { createHash } from "node:crypto";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { delimiter, dirname, join } from "node:path";
import { nodeBinary, runCommand, workspaceFolder } from "./command-line.js";
import { expectSuccess } from "./expect-success.js";

const PACK_TIMEOUT_MS = 180_000;

/** A registry on 127.0.0.1 with the packages of this workspace, as they would be published. For all others it sends npm to the usual one. */
export class LoopbackRegistry {
  readonly #server: Server;
  readonly #folder: string;

  private constructor(server: Server, folder: string) {
    this.#server = server;
    this.#folder = folder;
  }

  /** Packs the workspaces into `folder`, e.g. `packages/alcove`, and serves them. */
  static async start(folder: string, workspaces: readonly string[]): Promise<LoopbackRegistry> {
    const packing = ["pack", "--pack-destination", folder, ...workspaces.flatMap((path) => ["--workspace", path])];
    expectSuccess(await runCommand("npm", packing, { cwd: workspaceFolder, timeoutMs: PACK_TIMEOUT_MS }));
    await packSqlite(folder);
    const usual = await runCommand("npm", ["config", "get", "registry"], { cwd: folder });
    expectSuccess(usual);
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const registry = new LoopbackRegistry(server, folder);
    const documents = await packageDocuments(folder, registry.#url);
    server.on("request", ({ url = "/" }, response) => {
      const path = decodeURIComponent(url).slice(1);
      const document = documents.get(path);
      if (document !== undefined) {
        // The same address may have offered other tarballs to an earlier run.
        response.writeHead(200, { "content-type": "application/json", "cache-control": "no-store" }).end(document);
      } else if (path.startsWith("files/")) {
        void sendFile(response, join(folder, path.replace(/^.*\//, "")));
      } else {
        response.writeHead(307, { location: new URL(path, usual.stdout.trim()).href }).end();
      }
    });
    return registry;
  }

  /**
   * What makes npm use this registry, and the Node that is tested. Packages of others come out of npm's cache where they are in there; `npm create` gets a cache of
   * its own, since npm keeps what it has once run. SQLite comes built, as it does wherever its builds can be fetched.
   */
  environment(command: string): Readonly<Record<string, string>> {
    return {
      PATH: [dirname(nodeBinary), process.env["PATH"]].join(delimiter),
      npm_config_registry: this.#url,
      npm_config_prefer_offline: "true",
      npm_config_yes: "true",
      npm_config_sqlite3_local_prebuilds: this.#folder,
      ...(command.startsWith("npm create ") ? { npm_config_cache: join(this.#folder, "npm-cache") } : {}),
    };
  }

  /** Stops serving. */
  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close");
  }

  get #url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }
}

/** What a registry says of each package, by its name. */
async function packageDocuments(folder: string, url: string): Promise<ReadonlyMap<string, string>> {
  const tarballs = (await readdir(folder)).filter((name) => name.endsWith(".tgz"));
  const documents = tarballs.map(async (name): Promise<[string, string]> => {
    const content = await readFile(join(folder, name));
    const shown = await runCommand("tar", ["-xzOf", name, "package/package.json"], { cwd: folder });
    expectSuccess(shown);
    const packageFile = JSON.parse(shown.stdout) as { name: string; version: string };
    const integrity = `sha512-${createHash("sha512").update(content).digest("base64")}`;
    const version = { ...packageFile, dist: { tarball: `${url}/files/${name}`, integrity } };
    const tags = { latest: packageFile.version };
    const document = { name: packageFile.name, "dist-tags": tags, versions: { [packageFile.version]: version } };
    return [packageFile.name, JSON.stringify(document)];
  });
  return new Map(await Promise.all(documents));
}

/** The workspace's own build of SQLite, packed as those are that its install script looks for. */
async function packSqlite(folder: string): Promise<void> {
  const home = join(workspaceFolder, "node_modules/sqlite3");
  const { version } = JSON.parse(await readFile(join(home, "package.json"), "utf8")) as { version: string };
  const name = `sqlite3-v${version}-napi-v6-${process.platform}-${process.arch}.tar.gz`;
  const built = "build/Release/node_sqlite3.node";
  expectSuccess(await runCommand("tar", ["-czf", join(folder, name), "-C", home, built], { cwd: folder }));
}

async function sendFile(response: ServerResponse, file: string): Promise<void> {
  try {
    response.end(await readFile(file));
  } catch {
    response.writeHead(404).end();
  }
}
