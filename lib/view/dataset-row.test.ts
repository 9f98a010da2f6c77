import { expect, test } from 'bun:test'
import { datasetRow } from './dataset-row.fixture.ts'
import { compareRows, type DatasetRow, rowOf } from './dataset-row.ts'

const ids = (rows: readonly DatasetRow[]) => rows.map(({ id }) => id).join(' ')

test('worst first, then the latest, then by name', () => {
  const rows = [
    datasetRow('h', { health: 'HEALTHY', delaySeconds: 5 }),
    datasetRow('b', { health: 'WARNING', delaySeconds: 9 }),
    datasetRow('d', { health: 'BROKEN', delaySeconds: null }),
    datasetRow('c', { health: 'BROKEN', delaySeconds: 7 }),
    datasetRow('u', { health: 'UNKNOWN', delaySeconds: null }),
    datasetRow('a', { health: 'WARNING', delaySeconds: 9 }),
  ]
  expect(ids(rows.sort(compareRows))).toBe('c d u a b h')
})

test('a row carries nothing that is not shown', () => {
  const row = datasetRow('a')
  const summary = { ...row, secret: 1, reason: { code: 'UP_TO_DATE', message: 'm', action: 'a' } as const }
  expect(rowOf(summary)).toEqual({ ...row, reason: { code: 'UP_TO_DATE', message: 'm' } })
})
