import { readdirSync, readFileSync } from "node:fs";
import type { KnipConfig } from "knip";

// Run from the root of the workspace. What a manifest names is an entry of its plugin; every other file has to be
// reached from there.
const manifestModules = (plugin: string): string[] =>
  [...readFileSync(`plugins/${plugin}/plugin.yaml`, "utf8").matchAll(/module:\s*\.\/dist\/([\w/-]+)\.js/g)].map(
    (match) => `src/${match[1]}.ts`,
  );

const pluginWorkspaces = Object.fromEntries(
  readdirSync("plugins").map((plugin) => [
    `plugins/${plugin}`,
    { entry: [...manifestModules(plugin), "src/**/*.test.ts"], project: ["src/**/*.ts"] },
  ]),
);

const config: KnipConfig = {
  workspaces: {
    ".": {
      entry: [
        "test/**/*.test.ts",
        "test/architecture/{knip.ts,layers.cjs}",
        "test/benchmarks/{*.mjs,figures/*.mjs,fixture/*.js}",
        // Processes of their own, and what is imported into them.
        "test/reliability/{torture,observer/observer-process,preloads/*}.ts",
        "test/fixtures/**/*.{js,mjs,ts}",
      ],
      project: ["test/**/*.{ts,mjs,cjs,js}"],
      vitest: { config: ["test/vitest.config.ts"] },
      typescript: { config: ["tsconfig.json", "test/tsconfig.json"] },
      // Plugins are found through package.json. The benchmarks' yardstick, the container tests and the rehearsal of
      // releases stand on the libraries of the packages.
      ignoreDependencies: ["@alcove/.+", "koa", "@koa/router", "koa-bodyparser", "zod", "inversify", "semver"],
      ignoreBinaries: ["strace"],
    },
    "packages/*": { entry: ["src/**/*.test.ts"], project: ["src/**/*.ts"] },
    // A full disk is tested on a small file system.
    "packages/state": {
      entry: ["src/**/*.test.ts"],
      project: ["src/**/*.ts"],
      ignoreBinaries: ["mount", "umount"],
    },
    // Inversify loads reflect-metadata by itself, and does not start where it is not installed.
    "packages/plugin-api": {
      entry: ["src/**/*.test.ts"],
      project: ["src/**/*.ts"],
      ignoreDependencies: ["reflect-metadata"],
    },
    "packages/runtime": {
      entry: ["src/**/*.test.ts"],
      project: ["src/**/*.ts"],
      ignoreDependencies: ["reflect-metadata"],
    },
    "packages/server": {
      entry: ["src/**/*.test.ts"],
      project: ["src/**/*.ts"],
    },
    "packages/alcove": {
      entry: ["src/main.ts", "src/**/*.test.ts"],
      project: ["src/**/*.ts", "bin/*.js"],
    },
    // The templates are entries, since nobody imports a project that is yet to be made.
    "packages/create-alcove": {
      entry: ["src/main.ts", "src/**/*.test.ts", "templates/**/*.{js,ts}"],
      project: ["src/**/*.ts", "bin/*.js", "templates/**/*.{js,ts}"],
    },
    ...pluginWorkspaces,
  },
};

export default config;
