import { resolve } from "node:path";
import { defineObjectStore, z } from "@alcove/plugin-api";
import { FileSystemObjects } from "../file-system/file-system-objects.js";

/** The type `file_system`: objects in files below a folder, which stores of several applications may share. */
export const fileSystemObjectStore = defineObjectStore({
  config: z.object({ path: z.string().min(1) }),
  build: ({ config, clock }) => FileSystemObjects.open(resolve(config.path), clock),
});
