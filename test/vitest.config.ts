import { fileURLToPath } from "node:url";
import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";

const root = fileURLToPath(new URL("..", import.meta.url));

// Packages are taken from their sources, so that these tests need no build and can never see a stale one. The condition
// "module" is not among the conditions: what packages offer under it is for bundlers, and Node itself often cannot import it.
const conditions = ["alcove-source", "node", "import", "default"];
// Conditions are waited for as long as a busy machine may need; a test that passes does not take longer for it.
const patience = { expect: { poll: { timeout: 10_000, interval: 10 } } };

const fromSources = { resolve: { conditions }, ssr: { resolve: { conditions } } };

const typeTests = "packages/*/src/**/*.types.test.ts";

const unit: TestProjectInlineConfiguration = {
  ...fromSources,
  test: {
    ...patience,
    name: "unit",
    root,
    include: ["packages/*/src/**/*.test.ts", "plugins/*/src/**/*.test.ts"],
    exclude: [typeTests],
  },
};

/** Compiled, never run: `expectTypeOf` and `@ts-expect-error` say what the compiler has to accept and to refuse. */
const types: TestProjectInlineConfiguration = {
  ...fromSources,
  test: {
    name: "types",
    root,
    include: [],
    // Errors outside these tests are the business of `npm run check:types`.
    typecheck: {
      enabled: true,
      only: true,
      include: [typeTests],
      tsconfig: "test/tsconfig.json",
      ignoreSourceErrors: true,
    },
  },
};

const architecture: TestProjectInlineConfiguration = {
  ...fromSources,
  test: {
    name: "architecture",
    root,
    include: ["test/architecture/**/*.test.ts"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
};

const integration: TestProjectInlineConfiguration = {
  ...fromSources,
  test: { ...patience, name: "integration", root, include: ["test/integration/**/*.test.ts"], testTimeout: 30_000 },
};

/** The built command line, real HTTP, real SQLite files: run one file after the other, since each loads the machine. */
const endToEnd: TestProjectInlineConfiguration = {
  test: {
    ...patience,
    name: "e2e",
    root,
    include: ["test/e2e/**/*.test.ts"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    fileParallelism: false,
    // What is built is run by Node itself, as it is where it is installed.
    server: { deps: { external: [/\/packages\/[^/]+\/dist\//] } },
    // After everything else, so that no other project's work is measured as the server's slowness.
    sequence: { groupOrder: 1 },
  },
};

/** The harness of test/reliability, and a short run of it. Its processes are compiled first, with the packages. */
const reliability: TestProjectInlineConfiguration = {
  ...fromSources,
  test: {
    ...patience,
    name: "reliability",
    root,
    include: ["test/reliability/**/*.test.ts"],
    globalSetup: ["test/reliability/build-harness.ts"],
    testTimeout: 60_000,
    // Servers that are started and killed all the time leave room for few others.
    fileParallelism: false,
    maxConcurrency: 3,
    sequence: { groupOrder: 2 },
  },
};

export default defineConfig({
  test: { projects: [unit, types, architecture, integration, endToEnd, reliability] },
});
