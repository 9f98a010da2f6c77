import { expect, test } from 'bun:test'
import { type DatasetRow, inOrder, rowOf, withRow } from './dataset-row.ts'

function row(id: string, health: DatasetRow['health'], delaySeconds: number | null): DatasetRow {
  const place = { host: 'h', dataset: 'p/d' }
  return {
    id,
    name: id,
    pair: { name: 'pair', primary: place, backup: place },
    status: health,
    health,
    reason: { code: 'LAGGING', message: '' },
    delaySeconds,
    behind: null,
    newestCommon: null,
    stale: false,
    paused: null,
    ack: null,
    activeRunId: null,
  }
}
const ids = (rows: readonly DatasetRow[]) => rows.map(({ id }) => id).join(' ')

test('worst first, then the latest, then by name', () => {
  const rows = [
    row('h', 'HEALTHY', 5),
    row('b', 'WARNING', 9),
    row('d', 'BROKEN', null),
    row('c', 'BROKEN', 7),
    row('a', 'WARNING', 9),
  ]
  expect(ids(inOrder(rows))).toBe('c d a b h')
})

test('a changed dataset takes its new place, a new one comes in', () => {
  const rows = [row('a', 'WARNING', 1), row('b', 'HEALTHY', 0)]
  expect(ids(withRow(rows, row('b', 'BROKEN', 1)))).toBe('b a')
  expect(ids(withRow(rows, row('c', 'HEALTHY', 0)))).toBe('a b c')
})

test('a row carries nothing that is not shown', () => {
  const summary = { ...row('a', 'HEALTHY', 0), secret: 1, reason: { code: 'X', message: 'm', action: 'a' } }
  expect(rowOf(summary)).toEqual({ ...row('a', 'HEALTHY', 0), reason: { code: 'X', message: 'm' } })
})
