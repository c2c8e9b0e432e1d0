import { join, relative } from "node:path";
import ts from "typescript";
import { workspaceRoot } from "./workspace.js";

/**
 * The exports of a module, and the members of exported interfaces and classes, that have no doc comment; what overrides
 * or implements a documented member inherits its comment, and a literal on one line is covered by the comment above it. As `file:line: Name.member`, relative to the workspace.
 */
export function undocumentedExports(files: readonly string[], options: ts.CompilerOptions): string[] {
  const program = ts.createProgram([...files], options);
  const checker = program.getTypeChecker();
  return files.flatMap((file) => {
    const source = program.getSourceFile(file);
    const module = source === undefined ? undefined : checker.getSymbolAtLocation(source);
    return module === undefined
      ? []
      : checker.getExportsOfModule(module).flatMap((symbol) => faultsOf(symbol, checker));
  });
}

function faultsOf(exported: ts.Symbol, checker: ts.TypeChecker): string[] {
  const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
  const declarations = (symbol.declarations ?? []).filter(isOfWorkspace);
  const own = declarations.length > 0 && !isDocumented(symbol, checker) ? [placeOf(declarations[0], symbol.name)] : [];
  const members = declarations
    .filter((declaration) => ts.isInterfaceDeclaration(declaration) || ts.isClassDeclaration(declaration))
    .flatMap((declaration): ts.Node[] => [...declaration.members])
    .flatMap((member) => memberFaults(member, symbol.name, checker));
  return [...own, ...members];
}

function memberFaults(member: ts.Node, owner: string, checker: ts.TypeChecker): string[] {
  if (!isPublicMember(member)) {
    return [];
  }
  const symbol = checker.getSymbolAtLocation(member.name);
  const path = `${owner}.${member.name.getText()}`;
  const faults = symbol === undefined || isDocumented(symbol, checker) ? [] : [placeOf(member, path)];
  const nested = "type" in member && isLongLiteral(member.type) ? [...member.type.members] : [];
  return [...faults, ...nested.flatMap((each) => memberFaults(each, path, checker))];
}

function isPublicMember(member: ts.Node): member is ts.NamedDeclaration & { readonly name: ts.Identifier } {
  const { name } = member as ts.NamedDeclaration;
  const isHidden = ts.canHaveModifiers(member) && ts.getModifiers(member)?.some(({ kind }) => isPrivate(kind));
  return name !== undefined && ts.isIdentifier(name) && !isHidden;
}

function isPrivate(kind: ts.SyntaxKind): boolean {
  return kind === ts.SyntaxKind.PrivateKeyword || kind === ts.SyntaxKind.ProtectedKeyword;
}

function isLongLiteral(type: unknown): type is ts.TypeLiteralNode {
  return type !== undefined && ts.isTypeLiteralNode(type as ts.Node) && (type as ts.Node).getText().includes("\n");
}

function isDocumented(symbol: ts.Symbol, checker: ts.TypeChecker): boolean {
  return symbol.getDocumentationComment(checker).length > 0 || symbol.getJsDocTags(checker).length > 0;
}

function isOfWorkspace(declaration: ts.Declaration): boolean {
  return !declaration.getSourceFile().fileName.includes("/node_modules/");
}

function placeOf(node: ts.Node | undefined, name: string): string {
  const source = node?.getSourceFile();
  if (node === undefined || source === undefined) {
    return name;
  }
  const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
  return `${relative(workspaceRoot, join(source.fileName))}:${line}: ${name}`;
}
