import { expect, test } from 'bun:test'
import type { ObjectiveRecord, RunRecord, UncoveredRecord } from '#lib/db/types.ts'
import type { DatasetView } from '#lib/engine/types.ts'
import { shareText } from '#lib/text/words.ts'
import { buildReport, type PROTECTIONS, type ReportFacts } from './report.ts'
import { csvCell, reportCsv, reportHeadline, reportMessage, uncoveredSentence } from './report-text.ts'

const NOW = Date.parse('2026-11-22T12:00:00Z')
const DAY = 86_400_000

interface Shown {
  readonly health?: 'HEALTHY' | 'WARNING' | 'BROKEN' | 'UNKNOWN'
  readonly code?: string
  readonly message?: string
  readonly common?: number | null
  readonly onBackup?: boolean
  readonly looked?: boolean
  readonly retired?: boolean
}

function view(id: string, shown: Shown = {}): DatasetView {
  const { health = 'HEALTHY', code = 'UP_TO_DATE', message = 'Fine.', common = NOW / 1000 - 3600 } = shown
  const ref = { name: 's', guid: '1', creation: common ?? 0 }
  const mapping = { id, primary: { host: 'p1', dataset: `tank/${id}` }, backup: { host: 'b1', dataset: `vault/${id}` } }
  return {
    dataset: { id, mapping, retired: shown.retired ?? false, config: { policy: { maxDelaySeconds: 3600 } } },
    verdict: {
      ...{ health, reason: { code, message }, reasons: [{ code, message }], looked: shown.looked ?? true },
      newestCommon: common === null ? null : ref,
      newestBackup: (shown.onBackup ?? common !== null) ? ref : null,
    },
    ...{ status: health, pause: null },
  } as unknown as DatasetView
}

function repair(id: number, datasetId: string, change: object = {}): RunRecord {
  return {
    ...{
      id,
      datasetId,
      kind: 'REPAIR',
      state: 'SUCCEEDED',
      queuedAt: NOW - DAY,
      startedAt: NOW - DAY,
      finishedAt: NOW - DAY,
    },
    trigger: { type: 'http', actor: 'anna' },
    plan: { setAside: null, destroys: [] },
    ...change,
  } as unknown as RunRecord
}

const month = (name: string, parts: readonly [number, number, number]): ObjectiveRecord => ({
  ...{ datasetId: 'a', month: name, from: 0, until: 1, insideMs: parts[0], outsideMs: parts[1], unknownMs: parts[2] },
})

function facts(change: Partial<ReportFacts> = {}): ReportFacts {
  return {
    ...{ at: NOW, zone: 'Europe/Berlin', movedSince: NOW - 366 * DAY, views: [view('a')], objectives: new Map() },
    months: [
      { month: '2026-11', from: 0, to: 0 },
      { month: '2026-10', from: 0, to: 0 },
    ],
    ...{ verifications: [], repairs: new Map(), moving: [], primaries: ['p1'], uncovered: [] },
    ...change,
  }
}

const PROTECTED: readonly (readonly [string, Shown, (typeof PROTECTIONS)[number]])[] = [
  ['as it should be', {}, 'PROTECTED'],
  ['a container without snapshots', { code: 'CONTAINER', common: null }, 'PROTECTED'],
  ['behind, with something there', { health: 'WARNING' }, 'AT_RISK'],
  ['broken, with something there', { health: 'BROKEN', code: 'LAG_CRITICAL' }, 'AT_RISK'],
  ['nothing in common', { health: 'BROKEN', code: 'NO_COMMON_SNAPSHOT', common: null, onBackup: true }, 'AT_RISK'],
  [
    'nothing in common, and nothing there',
    { health: 'BROKEN', code: 'NO_COMMON_SNAPSHOT', common: null },
    'NOT_COVERED',
  ],
  ['a pool that is not imported', { health: 'BROKEN', code: 'POOL_UNAVAILABLE', common: null }, 'AT_RISK'],
  [
    'no primary any more: the backup is there',
    { health: 'BROKEN', code: 'PRIMARY_DATASET_MISSING', common: null },
    'AT_RISK',
  ],
  ['no backup at all', { health: 'BROKEN', code: 'BACKUP_DATASET_MISSING', common: null }, 'NOT_COVERED'],
  ['a new child without a backup yet', { code: 'NEW_CHILD', common: null }, 'NOT_COVERED'],
  ['a new child whose backup has begun', { code: 'NEW_CHILD' }, 'PROTECTED'],
  ['nobody could look', { health: 'UNKNOWN' }, 'UNKNOWN'],
  [
    'overdue without a look',
    { health: 'BROKEN', code: 'BACKUP_DATASET_MISSING', common: null, looked: false },
    'AT_RISK',
  ],
]

test.each(PROTECTED)('%s', (_, shown, protection) => {
  expect(buildReport(facts({ views: [view('a', shown)] })).rows[0]?.protection).toBe(protection)
})

test('what could be restored: the newest common snapshot, or what a bookmark stands for', () => {
  const pointOf = (shown: Shown) => buildReport(facts({ views: [view('a', shown)] })).rows[0]?.recoveryPoint
  expect(pointOf({ common: 500 })).toBe(500_000)
  expect(pointOf({ health: 'BROKEN', common: null, onBackup: true })).toBeNull()
  expect(pointOf({ health: 'WARNING', code: 'BASE_IS_BOOKMARK', common: null, onBackup: true })).toBe(0)
})

test('the worst come first, of these the oldest recovery point; what is gone on its primary is only counted', () => {
  const views = [
    view('fine'),
    view('late', { health: 'WARNING', common: 500 }),
    view('later', { health: 'WARNING', common: 400 }),
    view('none', { health: 'BROKEN', code: 'BACKUP_DATASET_MISSING', common: null }),
    view('unseen', { health: 'UNKNOWN' }),
    view('gone', { retired: true }),
  ]
  const report = buildReport(facts({ views }))
  expect(report.rows.map(({ datasetId }) => datasetId)).toEqual(['none', 'later', 'late', 'unseen', 'fine'])
  expect(report.counts).toEqual({ NOT_COVERED: 1, AT_RISK: 2, UNKNOWN: 1, PROTECTED: 1 })
  expect(report.retired).toBe(1)
  expect(reportHeadline(report)).toBe('1 not covered, 2 at risk, 1 not known, 1 protected of 5 datasets')
  expect(reportHeadline(buildReport(facts()))).toBe('The one dataset protected')
  expect(reportHeadline(buildReport(facts({ views: [] })))).toBe('No dataset is watched yet')
})

const MOVES = [
  repair(9, 'a', { plan: { setAside: { name: 'vault/a.zw-aside-1' }, destroys: [] } }),
  repair(8, 'a', {
    ...{ state: 'FAILED', startedAt: NOW - 60 * DAY, trigger: { type: 'schedule', actor: 'scheduler' } },
    plan: { setAside: null, destroys: [{}, {}] },
  }),
]

test('who set something aside or destroyed it, the last repair, the last verification, and the months', () => {
  const [row] = buildReport(
    facts({
      moving: MOVES,
      repairs: new Map([['a', repair(9, 'a')]]),
      verifications: [{ datasetId: 'a', at: 5, result: 'VERIFIED', report: {} }],
      objectives: new Map([['a', [month('2026-11', [3, 1, 0]), month('2026-10', [1, 0, 1])]]]),
    }),
  ).rows
  expect(row?.moved).toEqual([
    { runId: 9, at: NOW - DAY, by: 'anna', state: 'SUCCEEDED', setAside: 'vault/a.zw-aside-1', destroyed: 0 },
    { runId: 8, at: NOW - 60 * DAY, by: 'schedule', state: 'FAILED', setAside: null, destroyed: 2 },
  ])
  expect([row?.lastRepair, row?.verification]).toEqual([
    { runId: 9, at: NOW - DAY, by: 'anna' },
    { at: 5, result: 'VERIFIED' },
  ])
  expect([row?.thisMonth?.insideMs, row?.lastMonth?.unknownMs]).toEqual([3, 1])
})

const counted = (host: string, count: number, at = NOW - DAY): UncoveredRecord => ({
  ...{ host, at, datasets: 12, count, bytes: 1, names: ['tank/x', 'tank/y'] },
})

test.each([
  [['p1'], [], 'What the primaries hold that nobody replicates has not been counted yet.'],
  [
    ['p1'],
    [counted('p1', 1)],
    '1 dataset of the primaries is replicated by nobody that the witness watches, counted 2026-11-21 13:00.',
  ],
  [
    ['p1', 'p2', 'p3'],
    [counted('p1', 3), counted('p2', 2, NOW - 3 * DAY), counted('gone', 9)],
    '5 datasets of the primaries are replicated by nobody that the witness watches, counted 2026-11-19 13:00. Not counted yet: p3.',
  ],
] as const)('what nobody replicates on %j', (primaries, uncovered, words) => {
  expect(uncoveredSentence(buildReport(facts({ primaries, uncovered })))).toBe(words)
})

test.each([
  [1, 1, '100 %'],
  [0, 5, '0 %'],
  [9999, 10_000, '99.9 %'],
  [99_999, 100_000, '99.9 %'],
  [1, 10_000, '<0.1 %'],
  [2, 3, '66.6 %'],
  [0, 0, '–'],
])('%d of %d is %s', (part, whole, words) => {
  expect(shareText(part, whole)).toBe(words)
})

test.each([
  ['plain', 'plain'],
  ['a,b', '"a,b"'],
  ['say "no"', '"say ""no"""'],
  ['=1+1', "'=1+1"],
  ['+1', "'+1"],
  ['-1', "'-1"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\t=1', "' =1"],
  [' =1', "' =1"],
  ['two\nlines', 'two lines'],
  [-5, '-5'],
  [null, ''],
  [true, 'true'],
] as const)('a cell that holds %j', (cell, text) => {
  expect(csvCell(cell)).toBe(text)
})

test('the table has a row for each dataset and one for each primary, all of the same width', () => {
  const report = buildReport(
    facts({
      views: [view('a', { message: '=cmd|calc, "really"' })],
      ...{ moving: MOVES, uncovered: [counted('p1', 2)], primaries: ['p1', 'p2'] },
      objectives: new Map([['a', [month('2026-11', [3, 1, 0])]]]),
    }),
  )
  const lines = reportCsv(report).split('\r\n')
  expect(lines.at(-1)).toBe('')
  expect(lines).toHaveLength(5)
  expect(lines[1]).toContain(',2026-11,0.750000,0.250000,0.000000,2026-10,,,,')
  expect(lines[1]).toEndWith(`"'=cmd|calc, ""really"""`)
  expect(lines[2]).toStartWith('(not watched on p1),NOT_COVERED,')
  expect(lines[2]).toContain('tank/x, tank/y')
  expect(lines[3]).toEndWith(',Not counted yet.')
  const cells = (line = '') => line.replaceAll(/"(?:[^"]|"")*"/g, 'x').split(',').length
  for (const line of lines.slice(1, 4)) expect(cells(line)).toBe(cells(lines[0]))
})

test('the mail says the worst in sentences, and carries the table', () => {
  const views = [view('a', { health: 'BROKEN', code: 'LAG_CRITICAL', message: 'b1 is 3 d behind p1.' }), view('b')]
  const report = buildReport(
    facts({ views, moving: MOVES, objectives: new Map([['a', [month('2026-11', [3, 1, 0])]]]) }),
  )
  expect(reportMessage(report)).toEqual({
    title: '[REPORT] 1 at risk, 1 protected of 2 datasets',
    paragraphs: [
      '1 at risk, 1 protected of 2 datasets, as of 2026-11-22 13:00 (Europe/Berlin).',
      'At risk: a. b1 is 3 d behind p1.',
      'In 2026-11 the datasets were 75.0 % within the objective, 25.0 % outside, 0 % not known, because nobody looked or could.',
      'What the primaries hold that nobody replicates has not been counted yet.',
      'In the last 31 days: Run 9 of a, started by anna, set vault/a.zw-aside-1 aside.',
    ],
    attachment: { name: 'zwitness-report-2026-11-22.csv', type: 'text/csv; charset=utf-8', text: reportCsv(report) },
  })
})

test('of very many the mail names twenty', () => {
  const views = Array.from({ length: 30 }, (_, at) => view(`d${at}`, { health: 'BROKEN' }))
  const { paragraphs } = reportMessage(buildReport(facts({ views })))
  expect(paragraphs).toContain('And 10 more; the attached file has all.')
  expect(paragraphs.filter((each) => each.startsWith('At risk: '))).toHaveLength(20)
})
