/** Whether a URL leads to the path where sockets are asked for: as on every other route, a slash may follow. */
export function isSocketPath(url: string, path: string): boolean {
  const asked = pathOf(url);
  return asked === path || asked === `${path}/`;
}

/** The path of a URL as a request has it, without its query. */
export function pathOf(url: string): string {
  const end = url.indexOf("?");
  return end === -1 ? url : url.slice(0, end);
}
