export interface JunitReport {
  readonly tests: number
  readonly failures: number
  readonly errors: number
  readonly skipped: number
  /** Test files that it tells of. One that could not be loaded is not among them. */
  readonly files: ReadonlySet<string>
  /** The tests that failed: where they stand, what they are called, and what was said. */
  readonly failed: readonly string[]
}

/** The sums that a JUnit report begins with; null where it is none (cut off, or another program's). */
export function junitReport(xml: string): JunitReport | null {
  const root = /<testsuites\b([^>]*)>/.exec(xml)?.[1]
  if (root === undefined || !xml.trimEnd().endsWith('</testsuites>')) return null
  const number = (name: string): number | null => {
    const value = new RegExp(`\\b${name}="(\\d+)"`).exec(root)?.[1]
    return value === undefined ? null : Number(value)
  }
  const tests = number('tests')
  const failures = number('failures')
  if (tests === null || failures === null) return null
  const files = new Set([...xml.matchAll(/<testsuite\b[^>]*\bfile="([^"]+)"/g)].map((match) => match[1] ?? ''))
  const failed = [...xml.matchAll(FAILED)].map(([, attributes = '', said = '', text = '']) => {
    const [file, line, name] = ['file', 'line', 'name'].map((each) => attribute(attributes, each))
    return `${file}:${line} ${name}\n${cut(plain(text) || attribute(said, 'message')).replace(/^(?=.)/gm, '    ')}`
  })
  return { tests, failures, errors: number('errors') ?? 0, skipped: number('skipped') ?? 0, files, failed }
}

/** A test and its failure, which has no text where the test ran into its limit. */
const FAILED = /<testcase\b([^>]*[^>/])>\s*<(?:failure|error)\b([^>]*?)(?:\/>|>([^<]*)<)/g
/** Enough of a failure to know what it was; the whole is further up. */
const LINES = 40

function cut(text: string): string {
  const lines = text.trim().split('\n')
  return lines.length <= LINES ? lines.join('\n') : [...lines.slice(0, LINES), '…'].join('\n')
}

const attribute = (attributes: string, name: string): string =>
  plain(new RegExp(`\\b${name}="([^"]*)"`).exec(attributes)?.[1] ?? '')

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&', '#10': '\n' }
const plain = (text: string): string => text.replace(/&(#?\w+);/g, (whole, name) => ENTITIES[name] ?? whole)
