import { relative } from "node:path";
import ts from "typescript";
import { workspaceRoot } from "./workspace.js";

/**
 * The exports of modules that have no doc comment, and the parts of them a reader sees that have none: members of interfaces
 * and classes, also of those they extend and that nobody exports; fields of literal types in an alias, a signature or a
 * member. What overrides or implements a documented member inherits its comment, and a literal on one line is covered by
 * the comment above it. As `file:line: Name.member`, relative to the workspace.
 */
export function undocumentedExports(files: readonly string[], options: ts.CompilerOptions): string[] {
  const program = ts.createProgram([...files], options);
  const search = new DocumentationSearch(program.getTypeChecker());
  for (const file of files) {
    search.visitModule(program.getSourceFile(file), file);
  }
  return search.faults;
}

class DocumentationSearch {
  readonly faults: string[] = [];
  readonly #checker: ts.TypeChecker;
  readonly #seen = new Set<ts.Symbol>();

  constructor(checker: ts.TypeChecker) {
    this.#checker = checker;
  }

  visitModule(source: ts.SourceFile | undefined, file: string): void {
    const module = source === undefined ? undefined : this.#checker.getSymbolAtLocation(source);
    if (module === undefined) {
      throw new TypeError(`${file} is no module.`);
    }
    for (const exported of this.#checker.getExportsOfModule(module)) {
      this.#visitExport(this.#original(exported));
    }
  }

  #visitExport(symbol: ts.Symbol): void {
    const declarations = this.#ownDeclarations(symbol);
    if (declarations[0] !== undefined && !this.#isDocumented(symbol)) {
      this.#complain(declarations[0], symbol.name);
    }
    this.#visitParts(symbol, declarations);
  }

  #visitParts(symbol: ts.Symbol, declarations: readonly ts.Declaration[]): void {
    if (this.#seen.has(symbol)) {
      return;
    }
    this.#seen.add(symbol);
    for (const declaration of declarations) {
      if (ts.isInterfaceDeclaration(declaration) || ts.isClassDeclaration(declaration)) {
        this.#visitMembers(declaration.members, symbol.name);
        this.#visitBases(declaration);
      } else {
        this.#visitLiterals(declaration, symbol.name);
      }
    }
  }

  /** What an exported type inherits is part of it, whether its base is exported or not. */
  #visitBases({ heritageClauses = ts.factory.createNodeArray() }: ts.InterfaceDeclaration | ts.ClassDeclaration): void {
    for (const { expression } of heritageClauses.flatMap(({ types }) => [...types])) {
      const named = this.#checker.getSymbolAtLocation(expression);
      const base = named === undefined ? undefined : this.#original(named);
      if (base !== undefined) {
        this.#visitParts(base, this.#ownDeclarations(base));
      }
    }
  }

  #visitMembers(members: readonly ts.Node[], owner: string): void {
    for (const member of members.filter(isPublicMember)) {
      const path = `${owner}.${member.name.getText()}`;
      const symbol = this.#checker.getSymbolAtLocation(member.name);
      if (symbol !== undefined && !this.#isDocumented(symbol)) {
        this.#complain(member, path);
      }
      this.#visitLiterals(member, path);
    }
  }

  /** Visits the fields of literal types that stand on several lines, in the types of a declaration; never in its code. */
  #visitLiterals(node: ts.Node, owner: string): void {
    for (const child of typePartsOf(node)) {
      if (ts.isTypeLiteralNode(child) && child.getText().includes("\n")) {
        this.#visitMembers(child.members.filter(isNoDiscriminant), owner);
      } else {
        this.#visitLiterals(child, owner);
      }
    }
  }

  #original(symbol: ts.Symbol): ts.Symbol {
    return symbol.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol;
  }

  #ownDeclarations(symbol: ts.Symbol): ts.Declaration[] {
    return (symbol.declarations ?? []).filter((each) => !each.getSourceFile().fileName.includes("/node_modules/"));
  }

  #isDocumented(symbol: ts.Symbol): boolean {
    return symbol.getDocumentationComment(this.#checker).length > 0;
  }

  #complain(node: ts.Node, name: string): void {
    const source = node.getSourceFile();
    const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
    this.faults.push(`${relative(workspaceRoot, source.fileName)}:${line}: ${name}`);
  }
}

function isPublicMember(
  member: ts.Node,
): member is ts.NamedDeclaration & { readonly name: ts.Identifier | ts.StringLiteral } {
  const { name } = member as ts.NamedDeclaration;
  const isHidden = ts.canHaveModifiers(member) && ts.getModifiers(member)?.some(({ kind }) => isPrivate(kind));
  return name !== undefined && (ts.isIdentifier(name) || ts.isStringLiteral(name)) && !isHidden;
}

/** What can have one value only tells the members of a union apart, and says by that value what it means. */
function isNoDiscriminant(member: ts.TypeElement): boolean {
  return !(ts.isPropertySignature(member) && member.type !== undefined && ts.isLiteralTypeNode(member.type));
}

function isPrivate(kind: ts.SyntaxKind): boolean {
  return kind === ts.SyntaxKind.PrivateKeyword || kind === ts.SyntaxKind.ProtectedKeyword;
}

/** The children of a node that say what type something has. */
function typePartsOf(node: ts.Node): ts.Node[] {
  const children: ts.Node[] = [];
  ts.forEachChild(node, (child) => {
    if (ts.isTypeNode(child) || ts.isParameter(child) || ts.isTypeElement(child)) {
      children.push(child);
    }
  });
  return children;
}
