import { createHash } from "node:crypto";
import type { ConfiguredComponent } from "./configured-component.js";

type Place = Pick<ConfiguredComponent, "section" | "name"> & { readonly type: { readonly qualifiedName: string } };

// The names of records have an end; what is left suffices for the name of a collection and a number.
const longestPlace = 600;

/**
 * What a component's state is called in the stored session: its place and its type. A component that is given another type
 * starts anew, and finds its state again when the old type returns.
 */
export function componentKey({ section, name, type }: Place): string {
  return `${section === "workflow" ? section : `${section}.${name}`}:${type.qualifiedName}`;
}

/** What a component's collection is called there. No two are called the same, and none begins as another one with a `/`. */
export function collectionKey(component: Place, name: string): string {
  const place = componentKey(component).replace(/[%/]/g, (character) => (character === "%" ? "%25" : "%2F"));
  return `${place.length > longestPlace ? createHash("sha256").update(place).digest("hex") : place}/${name}`;
}
