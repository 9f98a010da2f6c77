import { describe, expect, test } from 'bun:test'
import { judge } from './bun-test.ts'
import { type JunitReport, junitReport } from './junit.ts'

const report = (attributes: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="bun test" ${attributes}>\n  <testsuite name="x" file="x.test.ts" tests="1"></testsuite>\n</testsuites>\n`

describe('counts of a report', () => {
  test.each([
    ['all passed', report('tests="3" assertions="9" failures="0" skipped="0" time="1"'), [3, 0, 0, 0]],
    ['some failed, one skipped', report('tests="5" failures="2" skipped="1"'), [5, 2, 0, 1]],
    ['with errors', report('tests="5" failures="1" errors="1" skipped="0"'), [5, 1, 1, 0]],
  ])('%s', (_title, xml, [tests = 0, failures = 0, errors = 0, skipped = 0]) => {
    expect(junitReport(xml)).toEqual({ tests, failures, errors, skipped, files: new Set(['x.test.ts']), failed: [] })
  })

  test.each([
    ['cut off', report('tests="3" failures="0"').slice(0, -6)],
    ['empty', ''],
    ['another form', '<testsuite tests="3"/>'],
  ])('%s is no report', (_title, xml) => expect(junitReport(xml)).toBeNull())
})

test('what failed is told with its place, its name and what was said; a limit has no words of its own', () => {
  const xml = `<testsuites tests="3" failures="2">
  <testsuite name="x" file="x.test.ts" tests="3">
    <testcase name="fine" classname="" time="1" file="x.test.ts" line="1" assertions="1" />
    <testcase name="a &lt;b&gt; &amp; c" file="x.test.ts" line="2" assertions="1">
      <failure type="AssertionError" message="short">expected&#10;&#10;- 1&#10;+ 2&#10;</failure>
    </testcase>
    <testcase name="slow" file="x.test.ts" line="3" assertions="0">
      <failure type="TimeoutError" message="test timed out" />
    </testcase>
  </testsuite>
</testsuites>`
  expect(junitReport(xml)?.failed).toEqual([
    'x.test.ts:2 a <b> & c\n    expected\n\n    - 1\n    + 2',
    'x.test.ts:3 slow\n    test timed out',
  ])
})

describe('a tier is never greener than what ran', () => {
  const given = (tests: number, failures = 0, skipped = 0, files = ['a', 'b']): JunitReport => ({
    tests,
    failures,
    errors: 0,
    skipped,
    files: new Set(files),
    failed: Array.from({ length: failures }, (_, index) => `a:${index} a test`),
  })
  test.each([
    ['passed', 0, given(3), { passed: 3, failed: 0, skipped: 0 }],
    ['failed', 1, given(3, 1), { passed: 2, failed: 1, skipped: 0 }],
    ['skipped tests are not passed ones', 0, given(3, 0, 2), { passed: 1, failed: 0, skipped: 2 }],
    ['an exit code without a failed test', 1, given(3), { passed: 3, failed: 1, skipped: 0 }],
    ['a file that could not be loaded', 1, given(3, 0, 0, ['a']), { passed: 3, failed: 1, skipped: 0 }],
    ['no report at all', 0, null, { passed: 0, failed: 1, skipped: 0 }],
    ['no test at all', 0, given(0), { passed: 0, failed: 1, skipped: 0 }],
  ])('%s', (_title, code, report, wanted) => {
    const { tally, why } = judge(['a', 'b'], code, report)
    expect(tally).toMatchObject(wanted)
    expect([...tally.failures, ...why]).toHaveLength(wanted.failed)
  })

  test('a failure whose words are not found is told all the same', () => {
    const { tally } = judge(['a', 'b'], 1, { ...given(5, 3), failed: ['a:1 a test'] })
    expect(tally.failures).toEqual(['a:1 a test', '2 more, told further up.'])
  })
})
