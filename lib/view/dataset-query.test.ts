import { describe, expect, test } from 'bun:test'
import { EVERYTHING, findRows, groupRows, readQuery, writeQuery } from './dataset-query.ts'
import { datasetRow } from './dataset-row.fixture.ts'

const rows = [
  datasetRow('DAT1'),
  datasetRow('DAT2', {
    health: 'BROKEN',
    delaySeconds: 9,
    lagSeconds: 90,
    reason: { code: 'LAG_CRITICAL', message: 'b is late.' },
  }),
  datasetRow('VMS1', {
    health: 'WARNING',
    delaySeconds: 5,
    lagSeconds: null,
    reason: { code: 'BACKUP_AHEAD', message: 'b holds 3.' },
  }),
]
const found = (text: string) =>
  findRows(rows, readQuery(new URLSearchParams(text)))
    .map(({ id }) => id)
    .join(' ')

describe('what an address finds', () => {
  test.each([
    ['', 'DAT2 VMS1 DAT1'],
    ['status=BROKEN,WARNING', 'DAT2 VMS1'],
    ['status=BROKEN&status=HEALTHY', 'DAT2 DAT1'],
    ['q=dat', 'DAT2 DAT1'],
    ['q=LATE dat2', 'DAT2'],
    ['q=lag_critical', 'DAT2'],
    ['q=nothing', ''],
    ['reason=BACKUP_AHEAD', 'VMS1'],
    ['pair=C', ''],
    ['sort=name', 'DAT1 DAT2 VMS1'],
    ['sort=-name', 'VMS1 DAT2 DAT1'],
    ['sort=lag', 'DAT1 DAT2 VMS1'],
    ['status=WRONG&sort=wrong&group=wrong', 'DAT2 VMS1 DAT1'],
  ])('%p: %p', (text, ids) => expect(found(text)).toBe(ids))
})

test.each(['', '?status=BROKEN%2CWARNING&q=a+b&sort=-lag&group=pair', '?pair=A+%E2%86%92+B'])('%p is kept', (text) =>
  expect(writeQuery(readQuery(new URLSearchParams(text)))).toBe(text),
)

test('groups come in the order of their first row', () => {
  const groups = groupRows(findRows(rows, EVERYTHING), 'status')
  expect(groups.map(({ title, rows: { length } }) => `${title} ${length}`)).toEqual([
    'BROKEN 1',
    'WARNING 1',
    'HEALTHY 1',
  ])
})
