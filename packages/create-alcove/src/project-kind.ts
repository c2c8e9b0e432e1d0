/** What can be begun: a plugin, or a project that uses plugins and serves them. */
export const projectKinds = ["plugin", "app"] as const;

/** One of {@link projectKinds}. */
export type ProjectKind = (typeof projectKinds)[number];
