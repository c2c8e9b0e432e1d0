import { DOCS_PATH } from "../routes/route-addresses.js";
import type { ViewerFiles } from "./viewer-files.js";

/**
 * What the page may do: load the viewer from here, show pictures that are part of its style sheet, and call this server.
 * Nothing inline is run or applied, nothing is evaluated, and nothing is sent anywhere else.
 */
export const docsPagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** The page that shows the OpenAPI document in the viewer. All its addresses are relative, so that a proxy may put it under a prefix. */
export function docsPage(title: string, files: ViewerFiles): string {
  const address = (name: string) => `${DOCS_PATH.slice(1)}/${name}?v=${files.get(name)?.digest}`;
  const names = [...files.keys()];
  return [
    `<!doctype html>`,
    `<html lang="en">`,
    `<head>`,
    `<meta charset="utf-8">`,
    `<meta name="viewport" content="width=device-width, initial-scale=1">`,
    `<title>${escapeHtml(title)}</title>`,
    `<link rel="icon" href="data:,">`,
    ...names.filter((name) => name.endsWith(".css")).map((name) => `<link rel="stylesheet" href="${address(name)}">`),
    `</head>`,
    `<body>`,
    `<div id="viewer"></div>`,
    `<noscript>This page needs JavaScript. What it shows is <a href="openapi.json">openapi.json</a>.</noscript>`,
    ...names.filter((name) => name.endsWith(".js")).map((name) => `<script src="${address(name)}"></script>`),
    `</body>`,
    `</html>`,
    ``,
  ].join("\n");
}

const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => escapes[character] ?? character);
}
