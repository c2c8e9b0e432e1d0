import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { whenWanted } from "../when-wanted.js";

/** A file that the page of the viewer loads. */
export interface ViewerFile {
  readonly contentType: string;
  readonly bytes: Buffer;
  /** Of the content, for `ETag` and for the address of the file. */
  readonly digest: string;
}

/** The files of the viewer by their names. Nothing else can be had, whatever a name looks like. */
export type ViewerFiles = ReadonlyMap<string, ViewerFile>;

const css = "text/css; charset=utf-8";
const javaScript = "text/javascript; charset=utf-8";

const packagedFiles: readonly (readonly [name: string, contentType: string])[] = [
  ["swagger-ui.css", css],
  ["index.css", css],
  ["swagger-ui-bundle.js", javaScript],
];

// The page stands beside the document, under whatever prefix a proxy gives both. Nothing is asked of the validator of the
// viewer's makers, and no address in the page's query is loaded, which is how the viewer comes configured.
const startScript = `SwaggerUIBundle({ url: "openapi.json", dom_id: "#viewer", deepLinking: true, validatorUrl: null });\n`;

/**
 * Gives the files of Swagger UI as they are installed with this package. They are read when they are first asked for, and
 * kept: nearly two megabytes, the same for everybody.
 */
export function lazyViewerFiles(): () => Promise<ViewerFiles> {
  return whenWanted(readViewerFiles);
}

async function readViewerFiles(): Promise<ViewerFiles> {
  // This package holds Swagger UI's own files, free of the telemetry that comes with the package of their makers.
  const require = createRequire(import.meta.url);
  const folder = join(dirname(require.resolve("@fastify/swagger-ui/package.json")), "static");
  const packaged = await Promise.all(
    packagedFiles.map(async ([name, contentType]) => {
      const bytes = await readFile(join(folder, name));
      return [name, viewerFile(contentType, bytes)] as const;
    }),
  );
  return new Map([...packaged, ["start.js", viewerFile(javaScript, Buffer.from(startScript))]]);
}

/** Makes a file of its content. */
export function viewerFile(contentType: string, bytes: Buffer): ViewerFile {
  return { contentType, bytes, digest: createHash("sha256").update(bytes).digest("base64url") };
}
