import type { Middleware } from "koa";
import type { RequestContext, RequestState } from "../request-state.js";
import { DOCS_PATH } from "../routes/route-addresses.js";
import { docsPage, docsPagePolicy } from "./docs-page.js";
import { lazyViewerFiles, type ViewerFile, viewerFile } from "./viewer-files.js";

/** `GET /docs`: the page of the viewer, and the files it loads. */
export interface DocsFront {
  /** Answers with the page. */
  readonly page: (context: RequestContext) => Promise<void>;
  /** Answers with a file of the viewer, below the page's path; leaves every other request to the next middleware. */
  readonly files: Middleware<RequestState>;
}

const filesPrefix = `${DOCS_PATH}/`;
const untilChanged = "no-cache";
const forGood = "public, max-age=31536000, immutable";

/**
 * Serves Swagger UI from what is installed here.
 *
 * @param title What the page is called: the name of the application.
 */
export function docsFront(title: string): DocsFront {
  const viewerFiles = lazyViewerFiles();
  return {
    page: async (context) => {
      if (context.path !== DOCS_PATH) {
        // Its relative addresses would lead elsewhere from behind a slash.
        context.status = 308;
        context.set("location", "../docs");
        return;
      }
      const html = docsPage(title, await viewerFiles());
      context.set("content-security-policy", docsPagePolicy);
      reply(context, viewerFile("text/html; charset=utf-8", Buffer.from(html)), untilChanged);
    },
    files: async (context, next) => {
      const { path, method } = context;
      const isRead = method === "GET" || method === "HEAD";
      const file =
        isRead && path.startsWith(filesPrefix) ? (await viewerFiles()).get(path.slice(filesPrefix.length)) : undefined;
      if (file === undefined) {
        return next();
      }
      // An address with another digest is one of another version.
      reply(context, file, context.query["v"] === file.digest ? forGood : untilChanged);
    },
  };
}

function reply(context: RequestContext, { bytes, contentType, digest }: ViewerFile, cacheControl: string): void {
  context.status = 200;
  context.set("content-type", contentType);
  context.set("cache-control", cacheControl);
  context.set("etag", `"${digest}"`);
  if (context.fresh) {
    context.status = 304;
    return;
  }
  context.body = bytes;
}
