import type { BuiltInTypes } from "../../plan/built-in-type.js";

/** The object store types that come with Alcove. */
export const builtInObjectStores: BuiltInTypes = {
  file_system: {
    load: async () => (await import("./file-system.js")).fileSystemObjectStore,
    description: "Keeps objects in files, durably.",
  },
  in_memory: {
    load: async () => (await import("./in-memory.js")).inMemoryObjectStore,
    description: "Keeps objects in the memory of the process.",
  },
};
