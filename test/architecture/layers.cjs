// The dependency rules of Alcove, as rules of dependency-cruiser. layers.test.ts proves that each of them bites.

// A package may import the ones in the rows above its own, and none beside it.
const layers = [
  ["plugin-api", "create-alcove"],
  ["config", "plugin-loader", "state"],
  ["runtime"],
  ["server"],
  ["alcove"],
];

const tests = "\\.test\\.[jt]s$";
// What create-alcove makes of these is no part of a package: it is a plugin, or a project that depends on packages.
const templates = "^packages/create-alcove/templates/";
// Files and processes stay the host's.
const network = "^(node:)?(dns(/promises)?|https?|net|tls)$";
const npm = (names) => `(^|/)node_modules/(@types/)?(${names})(/|$)|^(${names})$`;

const downwards = layers.flatMap((layer, depth) =>
  layer.map((name) => {
    const below = layers.slice(0, depth).flat();
    return {
      name: `${name}-imports-point-down`,
      comment: `${name} may import ${below.length === 0 ? "no other package" : below.join(", ")}.`,
      severity: "error",
      from: { path: `^packages/${name}/`, pathNot: `${tests}|${templates}` },
      to: { path: "^packages/", pathNot: `^packages/(${[name, ...below].join("|")})/` },
    };
  }),
);

const onlyIn = (owners, names, comment) => ({
  name: `only-${owners[0]}-knows-${names.split("|")[0].replace(/\W+/g, "-")}`,
  comment,
  severity: "error",
  from: { path: "^(packages|plugins)/", pathNot: `^packages/(${owners.join("|")})/` },
  to: { path: npm(names) },
});

module.exports = {
  forbidden: [
    ...downwards,
    {
      name: "packages-never-import-plugins",
      comment: "A package works with whatever plugin is installed, and names none.",
      severity: "error",
      from: { path: "^packages/" },
      to: { path: "^plugins/|(^|/)@alcove/plugin-(?!api(/|$)|loader(/|$))" },
    },
    {
      name: "plugins-import-plugin-api-only",
      comment:
        "A plugin could leave this repository tomorrow: it imports its own files, @alcove/plugin-api, and what Node has for talking to other hosts.",
      severity: "error",
      from: { path: "^(plugins/[^/]+|packages/create-alcove/templates/plugin)/", pathNot: `${tests}|/test-support/` },
      to: { pathNot: `^$1/|^packages/plugin-api/|${network}|${npm("@aws-sdk/client-s3")}` },
    },
    {
      name: "only-object-store-s3-knows-its-client",
      comment: "Nobody else pays for the client of S3.",
      severity: "error",
      from: { path: "^(packages|plugins)/", pathNot: "^plugins/object-store-s3/" },
      to: { path: npm("@aws-sdk/[^/]+") },
    },
    {
      name: "plugin-tests-import-testing-at-most",
      comment:
        "The tests of a plugin may use @alcove/testing beside @alcove/plugin-api, and the tools of the workspace.",
      severity: "error",
      from: { path: `^(plugins/[^/]+|packages/create-alcove/templates/[^/]+)/.*${tests}` },
      to: { path: "^(packages|plugins)/", pathNot: "^$1/|^packages/(plugin-api|testing)/" },
    },
    {
      name: "testing-is-for-tests",
      comment: "Nothing that is delivered may depend on @alcove/testing.",
      severity: "error",
      from: { path: "^(packages|plugins)/", pathNot: `^packages/testing/|${tests}` },
      to: { path: "^packages/testing/" },
    },
    {
      name: "packages-meet-at-their-index",
      comment: "What a package does not export from src/index.ts is its own business.",
      severity: "error",
      from: { path: "^(packages|plugins)/([^/]+)/" },
      to: { path: "^(packages|plugins)/[^/]+/", pathNot: "^$1/$2/|^packages/[^/]+/(src/index\\.ts|package\\.json)$" },
    },
    {
      name: "only-alcove-creates-projects",
      comment: "What begins new projects has no place in those that run.",
      severity: "error",
      from: { path: "^packages/", pathNot: "^packages/(alcove|create-alcove)/" },
      to: { path: "^packages/create-alcove/" },
    },
    {
      name: "create-alcove-depends-on-nothing",
      comment: "`npm create alcove` fetches this one package and no other.",
      severity: "error",
      from: { path: "^packages/create-alcove/(src|bin)/", pathNot: tests },
      to: { dependencyTypesNot: ["local", "core"] },
    },
    onlyIn(["server"], "koa|@koa|koa-[^/]+|co-body", "The HTTP framework is the front end's own choice."),
    onlyIn(
      ["state"],
      "keyv|@keyv|sqlite3|better-sqlite3|@types/sqlite3",
      "How sessions are stored is the store's own choice.",
    ),
    onlyIn(
      ["runtime", "plugin-api"],
      "inversify|@inversifyjs",
      "The runtime builds containers; plugin-api re-exports what a plugin needs (container-building.test.ts).",
    ),
    {
      name: "no-cycles",
      comment: "Two files that import each other are one file, or three.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "no-unresolvable-imports",
      comment: "An import the checker cannot follow is an import it cannot judge.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: "sources-never-import-tests",
      comment: "Tests are not delivered.",
      severity: "error",
      from: { pathNot: `${tests}|/test-support/` },
      to: { path: `${tests}|^test/` },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(packages|plugins)/[^/]+/(dist|node_modules)/" },
    // Imports of types count: what a layer knows is what it can name.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["alcove-source", "import", "node", "module", "types", "default"],
    },
  },
};
