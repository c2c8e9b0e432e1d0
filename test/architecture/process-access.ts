import ts from "typescript";

/** What any package may ask of `process`: facts and figures, nothing that steers it. */
const harmlessMembers = new Set([
  "arch",
  "cpuUsage",
  "cwd",
  "emitWarning",
  "getActiveResourcesInfo",
  "getuid",
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
  if (importsProcess(node)) {
    return "(import)";
  }
  const named = (ts.isIdentifier(node) && isValue(node)) || isGlobalElement(node) ? node : undefined;
  if (named === undefined || named.text !== "process") {
    return undefined;
  }
  const whole = isPartOfGlobal(named) ? named.parent : named;
  const { parent } = whole;
  if (ts.isPropertyAccessExpression(parent) && parent.expression === whole) {
    return parent.name.text;
  }
  if (
    ts.isElementAccessExpression(parent) &&
    parent.expression === whole &&
    ts.isStringLiteralLike(parent.argumentExpression)
  ) {
    return parent.argumentExpression.text;
  }
  return "(whole)";
}

function importsProcess(node: ts.Node): boolean {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
    return isProcessModule(node.moduleSpecifier);
  }
  const isImportCall =
    ts.isCallExpression(node) &&
    (node.expression.kind === ts.SyntaxKind.ImportKeyword || isIdentifierOf(node.expression, /^require$/));
  return isImportCall && isProcessModule(node.arguments[0]);
}

function isProcessModule(specifier: ts.Expression | undefined): boolean {
  return specifier !== undefined && ts.isStringLiteralLike(specifier) && /^(node:)?process$/.test(specifier.text);
}

/** `"process"` in `globalThis["process"]`. */
function isGlobalElement(node: ts.Node): node is ts.StringLiteralLike {
  return (
    ts.isStringLiteralLike(node) &&
    ts.isElementAccessExpression(node.parent) &&
    node.parent.argumentExpression === node &&
    isIdentifierOf(node.parent.expression, globalNames)
  );
}

/** `process` in `globalThis.process`, or in `globalThis["process"]`. */
function isPartOfGlobal(node: ts.Identifier | ts.StringLiteralLike): boolean {
  return isGlobalElement(node) || (ts.isPropertyAccessExpression(node.parent) && node.parent.name === node);
}

const globalNames = /^(globalThis|global)$/;

function isIdentifierOf(node: ts.Node, names: RegExp): boolean {
  return ts.isIdentifier(node) && names.test(node.text);
}

// The global object, not something else that happens to have this name.
function isValue(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) && parent.name === node) {
    return isIdentifierOf(parent.expression, globalNames);
  }
  const namesSomethingElse =
    ts.isPropertyAssignment(parent) ||
    ts.isMethodDeclaration(parent) ||
    ts.isMethodSignature(parent) ||
    ts.isPropertySignature(parent) ||
    ts.isPropertyDeclaration(parent);
  return !(namesSomethingElse && parent.name === node);
}
