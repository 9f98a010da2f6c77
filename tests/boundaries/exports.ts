import ts from 'typescript'
import { type Files, targetOf } from './arrows.ts'

/** A name that a file exports, and nobody imports. */
export interface DeadExport {
  readonly path: string
  readonly name: string
}

/** Of files of this production: what no file imports, tests included. */
export function deadExports(production: Files, all: Files): readonly DeadExport[] {
  const used = new Set<string>()
  for (const [path, source] of all) for (const each of usedBy(path, source)) used.add(each)
  return [...production].flatMap(([path, source]) =>
    used.has(`${path}#*`)
      ? []
      : exportedBy(path, source)
          .filter((name) => !used.has(`${path}#${name}`))
          .map((name) => ({ path, name })),
  )
}

const parsed = (path: string, source: string): ts.SourceFile =>
  ts.createSourceFile(path, source, ts.ScriptTarget.ESNext, true)

function exportedBy(path: string, source: string): readonly string[] {
  if (!/\bexport\b/.test(source)) return []
  return parsed(path, source).statements.flatMap((each): readonly string[] => {
    if (ts.isExportAssignment(each)) return ['default']
    if (ts.isExportDeclaration(each)) {
      return each.exportClause !== undefined && ts.isNamedExports(each.exportClause)
        ? each.exportClause.elements.map(({ name }) => name.text)
        : []
    }
    const modifiers = ts.canHaveModifiers(each) ? (ts.getModifiers(each) ?? []) : []
    if (!modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return []
    if (modifiers.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword)) return ['default']
    if (ts.isVariableStatement(each)) return each.declarationList.declarations.flatMap(({ name }) => namesIn(name))
    return 'name' in each && each.name !== undefined ? [(each.name as ts.Identifier).text] : []
  })
}

const namesIn = (name: ts.BindingName): readonly string[] =>
  ts.isIdentifier(name)
    ? [name.text]
    : name.elements.flatMap((each) => (ts.isBindingElement(each) ? namesIn(each.name) : []))

/** What a file imports, as `path#name`; `path#*` where it may be anything. */
function usedBy(path: string, source: string): readonly string[] {
  const found: string[] = []
  const add = (specifier: ts.Node | undefined, names: readonly string[]): void => {
    if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return
    const target = targetOf(path, specifier.text)
    if (target !== null) found.push(...names.map((name) => `${target}#${name}`))
  }
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      const { name, namedBindings } = node.importClause ?? {}
      if (name !== undefined) add(node.moduleSpecifier, ['default'])
      if (namedBindings !== undefined) add(node.moduleSpecifier, namesOf(namedBindings))
    } else if (ts.isExportDeclaration(node)) {
      add(node.moduleSpecifier, node.exportClause === undefined ? ['*'] : namesOf(node.exportClause))
    } else if (ts.isImportTypeNode(node)) {
      const { argument, qualifier } = node
      add(ts.isLiteralTypeNode(argument) ? argument.literal : undefined, [qualifier?.getText().split('.')[0] ?? '*'])
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node.arguments[0], takenFrom(node))
    }
    ts.forEachChild(node, visit)
  }
  visit(parsed(path, source))
  return found
}

function namesOf(clause: ts.NamedImportBindings | ts.NamedExportBindings): readonly string[] {
  if (ts.isNamespaceImport(clause) || ts.isNamespaceExport(clause)) return ['*']
  return clause.elements.map(({ name, propertyName }) => (propertyName ?? name).text)
}

/** `const { a } = await import('x')`, `(await import('x')).a`, and anything where it cannot be seen. */
function takenFrom(call: ts.CallExpression): readonly string[] {
  let outer: ts.Node = call.parent
  while (ts.isAwaitExpression(outer) || ts.isParenthesizedExpression(outer)) outer = outer.parent
  if (ts.isPropertyAccessExpression(outer) && outer.name.text !== 'then') return [outer.name.text]
  if (ts.isVariableDeclaration(outer) && ts.isObjectBindingPattern(outer.name)) {
    return outer.name.elements.map(({ name, propertyName }) => (propertyName ?? name).getText())
  }
  return ['*']
}
