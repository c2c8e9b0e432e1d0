import { z } from "zod";

/** The types of the plugins that were refused. Whoever uses one of them is told of the plugin, and needs no second complaint. */
export interface RefusedTypes {
  /** Their names, short ones and `<plugin id>/<name>`, as far as the manifests can be read. */
  readonly names: ReadonlySet<string>;
  /** Whether there is a plugin among them of which no types are known. */
  readonly areMore: boolean;
}

/** What {@link refusedTypes} is told of a plugin: what it says it contributes, `undefined` where that cannot be read. */
export type ClaimedTypes = readonly string[] | undefined;

const claims = z.looseObject({
  id: z.string().optional().catch(undefined),
  contributes: z.record(z.string(), z.unknown()),
});
const section = z.record(z.string(), z.unknown()).catch({});

/** The types a manifest names that need not be sound otherwise. */
export function claimedTypes(manifest: unknown): ClaimedTypes {
  const { data } = claims.safeParse(manifest);
  if (data === undefined) return undefined;
  const names = Object.values(data.contributes).flatMap((entries) => Object.keys(section.parse(entries)));
  return data.id === undefined ? names : [...names, ...names.map((name) => `${data.id}/${name}`)];
}

/** What the refused plugins claim, put together. */
export function refusedTypes(claimed: readonly ClaimedTypes[]): RefusedTypes {
  return { names: new Set(claimed.flatMap((names) => names ?? [])), areMore: claimed.includes(undefined) };
}
