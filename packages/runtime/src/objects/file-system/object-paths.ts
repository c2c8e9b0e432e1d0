import { join } from "node:path";

// File systems take names of 255 bytes. A longer segment goes on in a folder below.
const CHUNK_LENGTH = 200;
const keyPattern = /^[a-z0-9/._=-]{1,1024}$/;

/**
 * Where an object lies below the folder of all objects. A segment of the key that is followed by another one is a folder `d<segment>`,
 * the last one a file `f<segment>`, and what is too long for one name begins with folders `c<part>`: so no key can name anything but
 * its own file, none is a folder another one needs, and no name is one the system keeps for itself.
 *
 * @throws TypeError for a key the engine does not make.
 */
export function objectPath(folder: string, key: string): string {
  const segments = key.split("/");
  if (!keyPattern.test(key) || segments.some((segment) => ["", ".", ".."].includes(segment))) {
    throw new TypeError("That is no key of an object.");
  }
  const last = segments.length - 1;
  return join(folder, ...segments.flatMap((segment, index) => namesOf(segment, index === last ? "f" : "d")));
}

function namesOf(segment: string, kind: "d" | "f"): string[] {
  const chunks = segment.match(new RegExp(`.{1,${CHUNK_LENGTH}}`, "g")) ?? [];
  const end = chunks.pop() ?? "";
  return [...chunks.map((chunk) => `c${chunk}`), `${kind}${end}`];
}

/**
 * What a name below the folder adds to the key, and whether more follows; `undefined` for a name that is no part of any
 * key.
 */
export function keyPart(name: string): { readonly text: string; readonly isFolder: boolean } | undefined {
  const rest = name.slice(1);
  switch (name[0]) {
    case "c":
      return { text: rest, isFolder: true };
    case "d":
      return { text: `${rest}/`, isFolder: true };
    case "f":
      return { text: rest, isFolder: false };
    default:
      return undefined;
  }
}
