import semver from "semver";
import { expect, test } from "vitest";
import { type ReleasedPackage, ReleaseRehearsal } from "./release-rehearsal.js";

const ofKind = (packages: ReadonlyMap<string, ReleasedPackage>, kind: "packages" | "plugins"): ReleasedPackage[] =>
  [...packages.values()].filter(({ folder }) => folder.startsWith(`${kind}/`));

/** The version of all packages, and the one that may break plugins after it. */
function versions(packages: ReadonlyMap<string, ReleasedPackage>): {
  readonly bump: "major" | "minor";
  readonly next: string;
} {
  const version = packages.get("alcove")?.version ?? "none";
  const bump = semver.major(version) === 0 ? "minor" : "major";
  return { bump, next: semver.inc(version, bump) ?? "none" };
}

/** Ranges of one package for another of the workspace that the other's version is not in. */
function brokenRanges(packages: ReadonlyMap<string, ReleasedPackage>): string[] {
  const alcove = packages.get("alcove")?.version ?? "none";
  return [...packages.values()].flatMap(({ name, dependencies, peerDependencies, requires }) => {
    const ranges = [...Object.entries(dependencies), ...Object.entries(peerDependencies)].map(([other, range]) => ({
      other,
      range,
      version: packages.get(other)?.version,
    }));
    const required =
      requires === undefined ? [] : [{ other: "Alcove (plugin.yaml)", range: requires, version: alcove }];
    return [...ranges, ...required]
      .filter(({ version, range }) => version !== undefined && !semver.satisfies(version, range))
      .map(({ other, range, version }) => `${name} works with ${other} ${range}, and it would be ${version}`);
  });
}

test("what is to be released now would leave every package and plugin with ranges that fit", async () => {
  await using rehearsal = await ReleaseRehearsal.create();
  const packages = await rehearsal.prepare();
  expect(packages.size).toBeGreaterThan(10);
  expect(brokenRanges(packages)).toEqual([]);
  expect(new Set(ofKind(packages, "packages").map(({ version }) => version)).size).toBe(1);
});

test("a fix in one package gives all packages the next version, and no plugin", async () => {
  await using rehearsal = await ReleaseRehearsal.create();
  const before = await rehearsal.prepare();
  await rehearsal.addChangeset({ "@alcove/state": "patch" }, "Something is mended.");
  const after = await rehearsal.prepare();
  const next = semver.inc(before.get("alcove")?.version ?? "none", "patch");
  expect(new Set(ofKind(after, "packages").map(({ version }) => version))).toEqual(new Set([next]));
  expect(ofKind(after, "plugins")).toEqual(ofKind(before, "plugins"));
  expect(brokenRanges(after)).toEqual([]);
  const state = after.get("@alcove/state");
  expect(state && (await rehearsal.changelog(state))).toContain(`## ${next}`);
  expect(state && (await rehearsal.changelog(state))).toContain("Something is mended.");
});

test("after a breaking change plugins whose ranges were widened go on, in the version their changeset asks for", async () => {
  await using rehearsal = await ReleaseRehearsal.create();
  const before = await rehearsal.prepare();
  const { bump, next } = versions(before);
  const plugins = ofKind(before, "plugins");
  for (const { folder, requires } of plugins) {
    const widened = `${requires} || ^${next}`;
    await rehearsal.edit(
      `${folder}/package.json`,
      `"@alcove/plugin-api": "${requires}"`,
      `"@alcove/plugin-api": "${widened}"`,
    );
    await rehearsal.edit(`${folder}/plugin.yaml`, `alcove: ${requires}`, `alcove: ${widened}`);
  }
  await rehearsal.addChangeset({ "@alcove/plugin-api": bump, "@alcove/plugin-todo": "patch" }, "Something is new.");
  const after = await rehearsal.prepare();
  expect(new Set(ofKind(after, "packages").map(({ version }) => version))).toEqual(new Set([next]));
  const expected = plugins.map(({ name, version }) => [
    name,
    name === "@alcove/plugin-todo" ? semver.inc(version, "patch") : version,
  ]);
  expect(ofKind(after, "plugins").map(({ name, version }) => [name, version])).toEqual(expected);
  expect(brokenRanges(after)).toEqual([]);
});

test("a plugin whose ranges were forgotten is found before anything is published", async () => {
  await using rehearsal = await ReleaseRehearsal.create();
  const before = await rehearsal.prepare();
  const { bump, next } = versions(before);
  const requires = before.get("@alcove/plugin-todo")?.requires;
  await rehearsal.addChangeset({ "@alcove/plugin-api": bump }, "Something is new.");
  expect(brokenRanges(await rehearsal.prepare())).toContain(
    `@alcove/plugin-todo works with Alcove (plugin.yaml) ${requires}, and it would be ${next}`,
  );
});

test("the workspace itself takes whatever version its packages have", async () => {
  await using rehearsal = await ReleaseRehearsal.create();
  const packages = await rehearsal.prepare();
  const { dependencies } = await rehearsal.root();
  const own = Object.entries(dependencies).filter(([name]) => packages.has(name));
  expect(own.length).toBeGreaterThan(0);
  expect(new Set(own.map(([, range]) => range))).toEqual(new Set(["*"]));
});
