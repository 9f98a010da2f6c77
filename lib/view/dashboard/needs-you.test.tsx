import { expect, test } from 'bun:test'
import { datasetRow } from '../dataset-row.fixture.ts'
import { problemsOf } from './needs-you.tsx'

const broken = (id: string, change = {}) =>
  datasetRow(id, { health: 'BROKEN', reason: { code: 'LAG_CRITICAL', message: 'Late.' }, delaySeconds: 5, ...change })

test('what is acknowledged, retired, being repaired or not looked at yet needs nobody', () => {
  const rows = [
    broken('open'),
    broken('known', { ack: { by: 'anna', until: null } }),
    broken('gone', { retired: true }),
    broken('going', { activeRunId: '7' }),
    datasetRow('new', { health: 'UNKNOWN', reason: { code: 'NOT_CHECKED', message: 'Not yet.' } }),
    datasetRow('fine'),
  ]
  const { groups, acknowledged } = problemsOf(rows)
  expect(groups.flatMap(({ rows: members }) => members.map(({ id }) => id))).toEqual(['open'])
  expect(acknowledged).toBe(1)
})

test('five with one reason on one host are one line; at most ten lines', () => {
  const same = Array.from({ length: 5 }, (_, at) => broken(`same${at}`))
  const pair = (host: string) => ({ ...datasetRow('x').pair, backup: { host, dataset: 'q/x' } })
  const others = Array.from({ length: 12 }, (_, at) => broken(`other${at}`, { pair: pair(`h${at}`), delaySeconds: 99 }))
  const { groups, more } = problemsOf([...same, ...others])
  expect(groups.length).toBe(10)
  expect(more).toBe(2 + 5)
  expect(problemsOf(same).groups.map(({ rows }) => rows.length)).toEqual([5])
})
