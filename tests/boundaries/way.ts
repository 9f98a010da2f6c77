import { resolve } from 'node:path'
import ts from 'typescript'

/** The files that one value is handed through. */
export interface Way {
  /** Where it begins, as `file:function:parameter`. */
  readonly from: string
  /** In which a parameter receives it, that of the beginning included. */
  readonly files: readonly string[]
}

/**
 * The longest way of one parameter: the value of which parameter reaches parameters in the most files?
 *
 * A value is handed on where it is an argument of a call: by its name, through a `const` or a field of `this` that was
 * given it, or inside an object that is written there (`f({ context })`, `f({ ...context, run })`), and then it is
 * followed to where it is taken out again (`order.context`, or in the signature). What is read out of the value itself
 * (`context.now`) is another value: who needs one number is to be given that number. The way ends at a method that only
 * an interface declares, at a function that is handed over itself, and with what a function returns.
 */
export function longestWay(paths: readonly string[]): Way {
  const program = ts.createProgram([...paths], OPTIONS)
  const ours = new Map(paths.map((path) => [resolve(path), path]))
  const fileOf = (node: ts.Node): string => ours.get(resolve(node.getSourceFile().fileName)) ?? ''
  const sources = program.getSourceFiles().filter((source) => fileOf(source) !== '')
  const { handings, parameters } = read(program.getTypeChecker(), sources)

  let longest: Way = { from: '', files: [] }
  for (const start of parameters) {
    const files = new Set<string>()
    for (const holder of reachedFrom(start, handings)) if (isOfParameter(holder)) files.add(fileOf(holder))
    if (files.size > longest.files.length) {
      longest = { from: `${fileOf(start)}:${functionOf(start)}:${start.name.getText()}`, files: [...files].sort() }
    }
  }
  return longest
}

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  jsx: ts.JsxEmit.ReactJSX,
  jsxImportSource: 'preact',
  strict: true,
  allowImportingTsExtensions: true,
  noEmit: true,
  skipLibCheck: true,
  types: [],
}

/** What has a value: a parameter, a name that is taken out of one, a `const`, a field. */
type Holder = ts.ParameterDeclaration | ts.BindingElement | ts.VariableDeclaration | ts.PropertyDeclaration

/** From a holder, or a property of it, into another one: `g({ asked: order.context })` reads `context` and puts it at `asked`. */
interface Handing {
  readonly reads: Path
  readonly to: Holder
  readonly puts: Path
}
/** Names of properties, from the outside in. */
type Path = readonly string[]
/** Bags in bags in bags are followed no further. */
const DEEPEST = 3

function reachedFrom(start: Holder, handings: ReadonlyMap<Holder, readonly Handing[]>): ReadonlySet<Holder> {
  const reached = new Set<Holder>()
  const seen = new Map<Holder, Set<string>>()
  const open: { readonly holder: Holder; readonly at: Path }[] = [{ holder: start, at: [] }]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { holder, at } = next
    const places = seen.get(holder) ?? new Set()
    if (places.has(at.join()) || at.length > DEEPEST) continue
    seen.set(holder, places.add(at.join()))
    reached.add(holder)
    for (const { reads, to, puts } of handings.get(holder) ?? []) {
      // `f(order.context)` hands on what is at `context`, and what is in that.
      if (reads.every((name, index) => at[index] === name))
        open.push({ holder: to, at: [...puts, ...at.slice(reads.length)] })
    }
  }
  return reached
}

interface Read {
  readonly handings: ReadonlyMap<Holder, readonly Handing[]>
  readonly parameters: readonly (ts.ParameterDeclaration | ts.BindingElement)[]
}

/** Every handing over in these sources. */
function read(checker: ts.TypeChecker, sources: readonly ts.SourceFile[]): Read {
  const handings = new Map<Holder, Handing[]>()
  const parameters: (ts.ParameterDeclaration | ts.BindingElement)[] = []
  const give = ({ holder, reads }: Value, to: Holder, puts: Path = []): void => {
    const known = handings.get(holder)
    if (known === undefined) handings.set(holder, [{ reads, to, puts }])
    else known.push({ reads, to, puts })
  }
  const giveAll = (value: ts.Expression, to: Holder): void => {
    for (const { puts, ...each } of valuesIn(value, checker)) give(each, to, puts)
  }
  const takeOut = (pattern: ts.BindingName, holder: Holder): void => {
    if (!ts.isObjectBindingPattern(pattern)) return
    for (const each of pattern.elements) {
      const rest = each.dotDotDotToken !== undefined
      give({ holder, reads: rest ? [] : [(each.propertyName ?? each.name).getText()] }, each)
      takeOut(each.name, each)
    }
  }

  const visit = (node: ts.Node): void => {
    if (ts.isParameter(node) && hasBody(node.parent)) {
      parameters.push(node)
      takeOut(node.name, node)
    } else if (ts.isBindingElement(node) && isOfParameter(node)) {
      parameters.push(node)
    } else if (ts.isVariableDeclaration(node) || ts.isPropertyDeclaration(node)) {
      if (node.initializer !== undefined) giveAll(node.initializer, node)
      if (ts.isVariableDeclaration(node)) takeOut(node.name, node)
    } else if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken) {
      for (const { holder, reads } of valuesIn(node.left, checker)) if (reads.length === 0) giveAll(node.right, holder)
    } else if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
      const given = node.arguments ?? []
      // Which function it is costs a check of types: only where something is handed over.
      if (given.some((value) => valuesIn(value, checker).length > 0)) {
        const called = checker.getResolvedSignature(node)?.declaration
        if (called !== undefined && !ts.isJSDocSignature(called) && hasBody(called)) {
          for (const [index, value] of given.entries()) {
            const parameter = called.parameters[index]
            if (parameter !== undefined && ts.isParameter(parameter)) giveAll(value, parameter)
          }
        }
      }
    }
    ts.forEachChild(node, visit)
  }
  for (const source of sources) visit(source)
  return { handings, parameters }
}

/** A value that an expression has, or has in it. */
interface Value {
  readonly holder: Holder
  readonly reads: Path
}

function valuesIn(expression: ts.Expression, checker: ts.TypeChecker): readonly (Value & { readonly puts: Path })[] {
  const bare = withoutWrapping(expression)
  if (ts.isConditionalExpression(bare))
    return [bare.whenTrue, bare.whenFalse].flatMap((each) => valuesIn(each, checker))
  if (ts.isBinaryExpression(bare)) {
    const either = bare.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken
    return either ? [bare.left, bare.right].flatMap((each) => valuesIn(each, checker)) : []
  }
  if (ts.isObjectLiteralExpression(bare)) {
    return bare.properties.flatMap((each) => {
      if (ts.isSpreadAssignment(each)) return valuesIn(each.expression, checker)
      if (!ts.isPropertyAssignment(each) && !ts.isShorthandPropertyAssignment(each)) return []
      const value = ts.isPropertyAssignment(each) ? each.initializer : each.name
      return valuesIn(value, checker).map(({ puts, ...rest }) => ({ ...rest, puts: [each.name.getText(), ...puts] }))
    })
  }
  const ofThis = ts.isPropertyAccessExpression(bare) && bare.expression.kind === ts.SyntaxKind.ThisKeyword
  if (ts.isPropertyAccessExpression(bare) && !ofThis) {
    return valuesIn(bare.expression, checker).map((value) => ({ ...value, reads: [...value.reads, bare.name.text] }))
  }
  if (!ts.isIdentifier(bare) && !ofThis) return []
  const name = ofThis ? bare.name : bare
  const symbol = ts.isShorthandPropertyAssignment(name.parent)
    ? checker.getShorthandAssignmentValueSymbol(name.parent)
    : checker.getSymbolAtLocation(name)
  const holder = symbol?.valueDeclaration
  return holder !== undefined && isHolder(holder) ? [{ holder, reads: [], puts: [] }] : []
}

/** `(x)`, `x as T`, `x satisfies T` and `x!` are x. */
function withoutWrapping(expression: ts.Expression): ts.Expression {
  const isWrapping =
    ts.isParenthesizedExpression(expression) ||
    ts.isAsExpression(expression) ||
    ts.isSatisfiesExpression(expression) ||
    ts.isNonNullExpression(expression)
  return isWrapping ? withoutWrapping(expression.expression) : expression
}

const isHolder = (node: ts.Node): node is Holder =>
  ts.isParameter(node) || ts.isBindingElement(node) || ts.isVariableDeclaration(node) || ts.isPropertyDeclaration(node)

const hasBody = (node: ts.Node): boolean => ts.isFunctionLike(node) && 'body' in node && node.body !== undefined

/** A parameter, or a name that one takes out in its signature. */
function isOfParameter(node: ts.Node): boolean {
  if (ts.isParameter(node)) return hasBody(node.parent)
  return ts.isBindingElement(node) && isOfParameter(node.parent.parent)
}

function functionOf(node: ts.Node): string {
  if (!ts.isFunctionLike(node)) return functionOf(node.parent)
  const { parent } = node
  const named = ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent) ? parent.name : undefined
  return (node.name ?? named)?.getText() ?? (ts.isConstructorDeclaration(node) ? 'constructor' : 'function')
}
