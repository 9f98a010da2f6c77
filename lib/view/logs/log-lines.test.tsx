import { expect, test } from 'bun:test'
import type { LogView } from '#lib/api/log.ts'
import { logApiQuery, readLogFilter } from './log-find.tsx'
import { foldLogs } from './log-lines.tsx'

const record = (id: number, message: string, host: string | null = null): LogView => ({
  id: String(id),
  at: '2026-11-22T00:00:00.000Z',
  level: 'INFO',
  component: 'engine',
  message,
  runId: null,
  datasetId: null,
  host,
  requestId: null,
  fields: { n: id },
})

test('what is said again right after is counted, and the last one stays', () => {
  const folded = foldLogs([record(1, 'a'), record(2, 'a'), record(3, 'a', 'hqs1'), record(4, 'a')])
  expect(folded.map(({ record: { id }, times }) => `${id}×${times}`)).toEqual(['2×2', '3×1', '4×1'])
})

test('an address as the parameters of the API; nonsense is left out', () => {
  const filter = readLogFilter(new URLSearchParams('level=warn&run=7x&q=a+b&from=2026-11-22T10:00&to=never'))
  expect(logApiQuery(filter).toString()).toBe('level=WARN&q=a+b&from=2026-11-22T10%3A00%3A00.000Z')
})
