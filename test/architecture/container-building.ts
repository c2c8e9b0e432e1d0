import ts from "typescript";

/** One place where a file gets hold of what builds Inversify containers. */
export interface ContainerAccess {
  /** How: the imported name, `*` for the whole module, or `import()`. */
  readonly name: string;
  readonly line: number;
}

/**
 * Finds every way in which a file could come by the class `Container` of Inversify: by its name, or with the whole module.
 * Types do not count, since nothing can be built of them.
 */
export function containerAccesses(text: string): ContainerAccess[] {
  const file = ts.createSourceFile("source.ts", text, ts.ScriptTarget.Latest, true);
  const accesses: ContainerAccess[] = [];
  const visit = (node: ts.Node): void => {
    for (const name of namesReached(node)) {
      accesses.push({ name, line: file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1 });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return accesses;
}

function namesReached(node: ts.Node): string[] {
  if (ts.isImportDeclaration(node) && isInversify(node.moduleSpecifier)) {
    return namesOfImport(node.importClause);
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined && isInversify(node.moduleSpecifier)) {
    return node.isTypeOnly ? [] : namesOfBindings(node.exportClause);
  }
  const isImportCall =
    ts.isCallExpression(node) &&
    (node.expression.kind === ts.SyntaxKind.ImportKeyword ||
      (ts.isIdentifier(node.expression) && node.expression.text === "require"));
  return isImportCall && isInversify(node.arguments[0]) ? ["import()"] : [];
}

function namesOfImport(clause: ts.ImportClause | undefined): string[] {
  if (clause === undefined || clause.phaseModifier === ts.SyntaxKind.TypeKeyword) {
    return [];
  }
  return [
    ...(clause.name === undefined ? [] : ["*"]),
    ...(clause.namedBindings === undefined ? [] : namesOfBindings(clause.namedBindings)),
  ];
}

/** The value `Container` among named bindings; everything where they are not named. */
function namesOfBindings(bindings: ts.NamedImportBindings | ts.NamedExportBindings | undefined): string[] {
  if (bindings === undefined || ts.isNamespaceImport(bindings) || ts.isNamespaceExport(bindings)) {
    return ["*"];
  }
  return [...bindings.elements]
    .filter((element) => !element.isTypeOnly)
    .map((element) => (element.propertyName ?? element.name).text)
    .filter((name) => name === "Container");
}

function isInversify(specifier: ts.Expression | undefined): boolean {
  return specifier !== undefined && ts.isStringLiteralLike(specifier) && /^@?inversify(js)?(\/|$)/.test(specifier.text);
}
