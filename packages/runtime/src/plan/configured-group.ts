import type { ComponentConfig, ConfigDocument } from "@alcove/config";

/** A group as it is configured, and the members its type has. */
export interface ConfiguredGroup {
  /** Its name in the configuration. */
  readonly name: string;
  /** The members' names in the definition of its type. */
  readonly members: readonly string[];
  readonly source: ComponentConfig;
  readonly document: ConfigDocument;
}
