import { register } from "node:module";
import { plantedBug } from "../planted-bugs.js";

// Imported into a server before anything else: has the built module of one bug changed on its way in.

const name = new URL(import.meta.url).searchParams.get("bug") ?? "";
const { module, edits } = plantedBug(name);
register("./planting-hooks.js", import.meta.url, { data: { name, module, edits } });
