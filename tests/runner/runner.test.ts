import { describe, expect, test } from 'bun:test'
import { judge } from './bun-test.ts'
import { junitCounts } from './junit.ts'

const report = (attributes: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="bun test" ${attributes}>\n  <testsuite name="x"/>\n</testsuites>\n`

describe('counts of a report', () => {
  test.each([
    ['all passed', report('tests="3" assertions="9" failures="0" skipped="0" time="1"'), [3, 0, 0, 0]],
    ['some failed, one skipped', report('tests="5" failures="2" skipped="1"'), [5, 2, 0, 1]],
    ['with errors', report('tests="5" failures="1" errors="1" skipped="0"'), [5, 1, 1, 0]],
  ])('%s', (_title, xml, [tests = 0, failures = 0, errors = 0, skipped = 0]) => {
    expect(junitCounts(xml)).toEqual({ tests, failures, errors, skipped })
  })

  test.each([
    ['cut off', report('tests="3" failures="0"').slice(0, -6)],
    ['empty', ''],
    ['another form', '<testsuite tests="3"/>'],
  ])('%s is no report', (_title, xml) => expect(junitCounts(xml)).toBeNull())
})

describe('a tier is never greener than what ran', () => {
  const counts = (tests: number, failures = 0, skipped = 0) => ({ tests, failures, errors: 0, skipped })
  test.each([
    ['passed', 0, counts(3), { passed: 3, failed: 0, skipped: 0 }],
    ['failed', 1, counts(3, 1), { passed: 2, failed: 1, skipped: 0 }],
    ['skipped tests are not passed ones', 0, counts(3, 0, 2), { passed: 1, failed: 0, skipped: 2 }],
    ['an exit code without a failed test', 1, counts(3), { passed: 3, failed: 1, skipped: 0 }],
    ['no report at all', 0, null, { passed: 0, failed: 1, skipped: 0 }],
    ['no test at all', 0, counts(0), { passed: 0, failed: 1, skipped: 0 }],
  ])('%s', (_title, code, given, wanted) => {
    expect(judge('a tier', code, given)).toMatchObject(wanted)
  })
})
