import type { ComponentDefinition } from "@alcove/plugin-api";

/** A type that comes with Alcove. */
interface BuiltInType {
  /** Loads its definition: where a configuration uses the type, as a plugin's module is. */
  load(): Promise<ComponentDefinition>;
  readonly description: string;
}

/** Types of one kind, by their names. */
export type BuiltInTypes = Readonly<Record<string, BuiltInType>>;
