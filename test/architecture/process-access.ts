import ts from "typescript";

/** What any package may ask of `process`: facts and figures, nothing that steers it. */
const harmlessMembers = new Set([
  "arch",
  "cpuUsage",
  "cwd",
  "emitWarning",
  "hrtime",
  "memoryUsage",
  "nextTick",
  "pid",
  "platform",
  "uptime",
  "version",
  "versions",
]);

/** One use of `process` that only the outermost packages may make. */
export interface ProcessAccess {
  /** The member, e.g. `env`, `exit`, `on`; `(whole)` where the object itself is handed on or taken apart. */
  readonly member: string;
  readonly line: number;
}

/** Finds every use of the `process` object beyond plain facts, however it is spelled. Names in comments do not count. */
export function processAccesses(text: string): ProcessAccess[] {
  const file = ts.createSourceFile("source.ts", text, ts.ScriptTarget.Latest, true);
  const accesses: ProcessAccess[] = [];
  const visit = (node: ts.Node): void => {
    const member = memberReached(node);
    if (member !== undefined && !harmlessMembers.has(member)) {
      accesses.push({ member, line: file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1 });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return accesses;
}

function memberReached(node: ts.Node): string | undefined {
  const specifier = ts.isImportDeclaration(node) ? node.moduleSpecifier : undefined;
  if (specifier !== undefined && ts.isStringLiteral(specifier) && /^(node:)?process$/.test(specifier.text)) {
    return "(import)";
  }
  if (!ts.isIdentifier(node) || node.text !== "process" || !isValue(node)) {
    return undefined;
  }
  const whole = ts.isPropertyAccessExpression(node.parent) && node.parent.name === node ? node.parent : node;
  const { parent } = whole;
  if (ts.isPropertyAccessExpression(parent) && parent.expression === whole) {
    return parent.name.text;
  }
  if (ts.isElementAccessExpression(parent) && ts.isStringLiteralLike(parent.argumentExpression)) {
    return parent.argumentExpression.text;
  }
  return "(whole)";
}

// The global object, not something else that happens to have this name.
function isValue(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) && parent.name === node) {
    return ts.isIdentifier(parent.expression) && /^(globalThis|global)$/.test(parent.expression.text);
  }
  const namesSomethingElse =
    ts.isPropertyAssignment(parent) ||
    ts.isMethodDeclaration(parent) ||
    ts.isMethodSignature(parent) ||
    ts.isPropertySignature(parent) ||
    ts.isPropertyDeclaration(parent);
  return !(namesSomethingElse && parent.name === node);
}
