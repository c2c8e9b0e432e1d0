const segment = /^[A-Za-z0-9_~'!()*-][A-Za-z0-9._~'!()*-]*$/;

/**
 * Whether a text can be a package's name: `name` or `@scope/name`, without a version and without a path inside the
 * package. Names that npm has stopped handing out, such as those with capitals, still count. A name that passes can
 * be put behind `node_modules/` without leaving it.
 */
export function isPackageName(text: string): boolean {
  const segments = text.startsWith("@") ? text.slice(1).split("/") : [text];
  return segments.length === (text.startsWith("@") ? 2 : 1) && segments.every((part) => segment.test(part));
}
