/**
 * The part of a request's URL that routes know: without the prefix under which a proxy makes the server reachable, whether
 * the proxy has taken it off or not.
 */
export function withoutRootPath(url: string, rootPath: string): string {
  if (rootPath === "" || !url.startsWith(rootPath)) {
    return url;
  }
  const rest = url.slice(rootPath.length);
  if (rest === "" || rest.startsWith("?")) {
    return `/${rest}`;
  }
  return rest.startsWith("/") ? rest : url;
}
