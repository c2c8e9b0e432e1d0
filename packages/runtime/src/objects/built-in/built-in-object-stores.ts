import type { ObjectStoreDefinition } from "@alcove/plugin-api";
import { fileSystemObjectStore } from "./file-system.js";
import { inMemoryObjectStore } from "./in-memory.js";

/** The object store types that come with Alcove. */
export const builtInObjectStores: Readonly<Record<string, { definition: ObjectStoreDefinition; description: string }>> =
  {
    file_system: { definition: fileSystemObjectStore, description: "Keeps objects in files, durably." },
    in_memory: { definition: inMemoryObjectStore, description: "Keeps objects in the memory of the process." },
  };
