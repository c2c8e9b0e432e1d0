import { type ComponentContribution, type ComponentKind, nearNames } from "@alcove/plugin-api";
import type { DiscoveredPlugin } from "./discovered-plugin.js";

/** A component type a plugin contributes. Its code has not been imported. */
export interface ComponentType {
  /** Whether it is a type of functions, of groups, of middleware, of object stores, of HTTP routes or of services of users. */
  readonly kind: ComponentKind;
  /** The name in the manifest, e.g. `per_user_notepad`. */
  readonly name: string;
  /** `<plugin id>/<name>`, which names one type even where several plugins use the same name. */
  readonly qualifiedName: string;
  /** Who contributes it. */
  readonly plugin: DiscoveredPlugin;
  /** What the manifest says of it. */
  readonly contribution: ComponentContribution;
}

/** What a `_type` of the configuration names. */
export type TypeLookup =
  | { readonly outcome: "found"; readonly type: ComponentType }
  | { readonly outcome: "ambiguous"; readonly candidates: ComponentType[] }
  | {
      readonly outcome: "unknown";
      /**
       * What may have been meant, to be shown after "Did you mean": names to write in its place, nearest first, and
       * types of another kind with this very name, with a word on where they belong.
       */
      readonly suggestions: string[];
    };

/** The section of manifest and configuration a kind of component stands in. */
export const sectionOfKind = {
  function: "functions",
  function_group: "function_groups",
  middleware: "middleware",
  object_store: "object_stores",
  http_routes: "http_routes",
  per_user_service: "per_user_services",
} as const satisfies Record<ComponentKind, string>;

const kinds = Object.keys(sectionOfKind) as ComponentKind[];

/** Every component type of the plugins of an application, by its names. Made once at start; imports nothing. */
export class ComponentTypeRegistry {
  readonly #types: readonly ComponentType[];

  constructor(plugins: readonly DiscoveredPlugin[]) {
    this.#types = plugins.flatMap((plugin) => kinds.flatMap((kind) => typesOf(plugin, kind)));
  }

  /**
   * Every type: in the order of the plugins, functions first, then groups, middleware, object stores, HTTP routes and services of users,
   * each in the manifest's order.
   */
  all(): ComponentType[] {
    return [...this.#types];
  }

  /**
   * Finds what a `_type` names. A short name is enough while only one plugin contributes it to this kind.
   *
   * @param typeName A short name or `<plugin id>/<name>`.
   */
  find(kind: ComponentKind, typeName: string): TypeLookup {
    const candidates = this.#named(kind, typeName);
    const [type] = candidates;
    if (type === undefined) return { outcome: "unknown", suggestions: this.#suggestions(kind, typeName) };
    return candidates.length === 1 ? { outcome: "found", type } : { outcome: "ambiguous", candidates };
  }

  #named(kind: ComponentKind, typeName: string): ComponentType[] {
    return this.#ofKind(kind).filter((type) => type.name === typeName || type.qualifiedName === typeName);
  }

  #ofKind(kind: ComponentKind): ComponentType[] {
    return this.#types.filter((type) => type.kind === kind);
  }

  #suggestions(kind: ComponentKind, typeName: string): string[] {
    const elsewhere = kinds
      .filter((other) => other !== kind)
      .flatMap((other) => this.#named(other, typeName))
      .map((type) => `${type.qualifiedName}, which belongs under ${sectionOfKind[type.kind]}`);
    const ofKind = this.#ofKind(kind);
    const isQualified = typeName.includes("/");
    const names = isQualified
      ? ofKind.map((type) => type.qualifiedName)
      : ofKind.map((type) => this.#shortestName(type));
    const near = isQualified ? nearNames(typeName, names) : nearShortNames(typeName, ofKind, names);
    // With a qualified name the plugin is often right in spirit: the type itself may stand in another plugin.
    const inOtherPlugins = isQualified
      ? this.#named(kind, typeName.slice(typeName.lastIndexOf("/") + 1)).map((type) => type.qualifiedName)
      : [];
    return [...new Set([...near, ...inOtherPlugins, ...elsewhere])];
  }

  #shortestName(type: ComponentType): string {
    return this.#named(type.kind, type.name).length === 1 ? type.name : type.qualifiedName;
  }
}

/** Compares short names, and answers with the names to write: qualified ones where the short one would be ambiguous. */
function nearShortNames(typeName: string, types: readonly ComponentType[], namesToWrite: readonly string[]): string[] {
  const near = nearNames(
    typeName,
    types.map((type) => type.name),
  );
  return near.flatMap((name) => namesToWrite.filter((_, index) => types[index]?.name === name));
}

function typesOf(plugin: DiscoveredPlugin, kind: ComponentKind): ComponentType[] {
  return Object.entries(plugin.manifest.contributes[sectionOfKind[kind]]).map(([name, contribution]) => ({
    kind,
    name,
    qualifiedName: `${plugin.id}/${name}`,
    plugin,
    contribution,
  }));
}
