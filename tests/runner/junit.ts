export interface JunitReport {
  readonly tests: number
  readonly failures: number
  readonly errors: number
  readonly skipped: number
  /** Test files that it tells of. One that could not be loaded is not among them. */
  readonly files: ReadonlySet<string>
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
  return { tests, failures, errors: number('errors') ?? 0, skipped: number('skipped') ?? 0, files }
}
