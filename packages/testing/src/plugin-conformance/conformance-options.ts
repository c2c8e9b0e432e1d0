import type { JsonValue } from "@alcove/plugin-api";
import type { TestedPlugin } from "../test-alcove/test-configuration.js";

/** Registers a test: `test` of `node:test`, or of vitest. */
export type RegisterTest = (name: string, run: () => Promise<void>) => unknown;

/** A state as an earlier release of the plugin has stored it. */
export interface EarlierState {
  /** The version it was stored in. */
  readonly version: number;
  /** The stored side, which is JSON. */
  readonly value: JsonValue;
}

/** What `testPlugin` is told of the plugin; the plugin itself is enough for many. */
export interface ConformanceOptions {
  /** The plugin: usually the folder of its package. */
  readonly plugin: TestedPlugin;
  /** The configuration of its types beside `_type`, by type, for those that cannot do without. */
  readonly config?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Plugins that provide what its types depend on. */
  readonly otherPlugins?: readonly TestedPlugin[];
  /** What else its types depend on, as it stands in a configuration. */
  readonly otherComponents?: {
    /** Function components, by name. */
    readonly functions?: Readonly<Record<string, unknown>>;
    /** Group components, by name. */
    readonly function_groups?: Readonly<Record<string, unknown>>;
    /** Object stores, by name. One that forgets its objects with the process will not do. */
    readonly object_stores?: Readonly<Record<string, unknown>>;
  };
  /**
   * Inputs that are called in their order, by the public name of a function: its `_type`, or `<_type>__<member>` in a group. A request to a
   * route is called e.g. `<_type> GET /items/{id}`, and consists of `params`, `query` and `body`, as far as it has them. Where none are
   * given, one is made up from the schema.
   */
  readonly examples?: Readonly<Record<string, readonly unknown[]>>;
  /** States of earlier releases, by type: one for each version its migrations begin at. */
  readonly earlierStates?: Readonly<Record<string, readonly EarlierState[]>>;
  /** What of an output is compared, for outputs with parts that differ from call to call, e.g. random ids. */
  readonly comparable?: (output: unknown) => unknown;
}
