import { describe, expect, test } from 'bun:test'
import type { RunRecord } from '#lib/db/types.ts'
import { isOwnToken, repairHistory } from './repair-history.ts'

let next = 100
/** Of an increment from this base to this target. */
const planOf = (baseGuid: string, targetGuid: string, kind = 'INCREMENTAL') => ({
  kind,
  steps: [],
  expects: {
    primaryDatasetGuid: '1',
    backupDatasetGuid: '2',
    baseGuid,
    targetGuid,
    backupAfterBase: [],
    backupWritten: 0,
    tokenDigest: null,
    beside: [],
    named: [],
  },
})

function run(
  state: RunRecord['state'],
  kind = 'out-of-space',
  retryable = false,
  step: number | null = 1,
  plan: object | null = planOf('5', `${next}`),
): RunRecord {
  const error = state === 'FAILED' ? { kind, message: kind, step, host: 'b', stderrTail: '', retryable } : null
  return { id: next--, state, error, outcome: null, queuedAt: 1, finishedAt: 2, plan } as unknown as RunRecord
}

describe('what the last repairs say', () => {
  const cases: readonly [string, readonly RunRecord[], number, boolean][] = [
    ['nothing yet', [], 0, false],
    ['one failure', [run('FAILED')], 1, false],
    ['two equal ones that no further try can cure', [run('FAILED'), run('FAILED')], 2, true],
    ['from another base', [run('FAILED'), run('FAILED', 'out-of-space', false, 1, planOf('4', '9'))], 2, false],
    ['of another kind', [run('FAILED'), run('FAILED', 'out-of-space', false, 1, planOf('5', '9', 'RESUME'))], 2, false],
    ['one whose plan is not known', [run('FAILED'), run('FAILED', 'out-of-space', false, 1, null)], 2, false],
    ['two different ones', [run('FAILED', 'quota'), run('FAILED')], 2, false],
    ['the same at another step', [run('FAILED', 'quota', false, 1), run('FAILED', 'quota', false, 2)], 2, false],
    [
      'a link that broke twice is no reason to give up',
      [run('FAILED', 'lost', true), run('FAILED', 'lost', true)],
      2,
      false,
    ],
    ['a success ends the count', [run('FAILED'), run('SUCCEEDED'), run('FAILED')], 1, false],
    [
      'cancelled, interrupted and held back ones say nothing',
      [run('CANCELLED'), run('FAILED'), run('BLOCKED'), run('INTERRUPTED'), run('FAILED')],
      2,
      true,
    ],
  ]
  test.each(cases)('%s', (_name, runs, failures, sameTwice) => {
    expect(repairHistory(runs)).toMatchObject({ consecutiveFailures: failures, sameTwice })
  })
})

test('failures that a person has settled count no longer', () => {
  const runs = [run('FAILED'), run('FAILED'), run('FAILED')]
  const [newest, before] = runs.map(({ id }) => id)
  expect(repairHistory(runs, newest)).toEqual({ consecutiveFailures: 0, sameTwice: false, last: null })
  expect(repairHistory(runs, before)).toMatchObject({ consecutiveFailures: 1, sameTwice: false })
})

describe('whose partial receive it is', () => {
  const plan = { steps: [{ kind: 'transfer', target: { guid: '9' }, arrives: ['7', '8', '9'] }] }
  const runs = [{ ...run('INTERRUPTED'), plan } as unknown as RunRecord]
  test.each([
    ['the target of our last run', '9', true],
    ['a snapshot on its way', '8', true],
    ["somebody else's", '5', false],
  ])('%s', (_name, guid, wanted) => {
    expect(isOwnToken(runs, guid)).toBe(wanted)
  })
})
