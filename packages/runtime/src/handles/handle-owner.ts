import type { DiscoveredPlugin } from "@alcove/plugin-loader";

/** Whose code is called. */
export interface HandleOwner {
  /** Who contributes the code. */
  readonly plugin: DiscoveredPlugin;
  /** Which part of the plugin, e.g. `the component notepad`. */
  readonly part: string;
}
