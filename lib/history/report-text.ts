import type { ObjectiveRecord } from '#lib/db/types.ts'
import { cleanLine } from '#lib/text/clean.ts'
import { counted, iso, isoOrNull, shareText, someOf } from '#lib/text/words.ts'
import { zonedMinute } from '#lib/text/zoned-time.ts'
import { type Protection, type Report, type ReportRow, uncoveredIn } from './report.ts'

/** One line, the worst first: `2 of 64 not covered, 1 at risk, 61 protected`. */
export function reportHeadline({ counts, rows }: Pick<Report, 'counts' | 'rows'>): string {
  if (rows.length === 0) return 'No dataset is watched yet'
  const words: readonly (readonly [Protection, string])[] = [
    ['NOT_COVERED', 'not covered'],
    ['AT_RISK', 'at risk'],
    ['UNKNOWN', 'not known'],
    ['PROTECTED', 'protected'],
  ]
  const parts = words.flatMap(([protection, word]) =>
    counts[protection] === 0 ? [] : [`${counts[protection]} ${word}`],
  )
  return parts.length === 1 && counts.PROTECTED === rows.length
    ? `${rows.length === 1 ? 'The one dataset' : `All ${rows.length} datasets`} protected`
    : `${parts.join(', ')} of ${counted(rows.length, 'dataset')}`
}

/** What nobody replicates, in a sentence; says when it was counted, and what was not. */
export function uncoveredSentence(report: Pick<Report, 'primaries' | 'zone'>): string {
  const { count, oldest, notCounted } = uncoveredIn(report)
  const missing = notCounted.length === 0 ? '' : ` Not counted yet: ${someOf(notCounted)}.`
  if (oldest === null) return `What the primaries hold that nobody replicates has not been counted yet.`
  const are = count === 1 ? '1 dataset of the primaries is' : `${count} datasets of the primaries are`
  return `${are} replicated by nobody that the witness watches, counted ${zonedMinute(oldest, report.zone)}.${missing}`
}

export function wholeOf({ insideMs, outsideMs, unknownMs }: ObjectiveRecord): number {
  return insideMs + outsideMs + unknownMs
}

const COLUMNS = [
  ...['dataset', 'protection', 'status', 'reason', 'paused', 'primary', 'backup', 'recovery_point'],
  ...['max_delay_seconds', 'this_month', 'inside_this_month', 'outside_this_month', 'unknown_this_month'],
  ...['last_month', 'inside_last_month', 'outside_last_month', 'unknown_last_month'],
  ...['verified_at', 'verification', 'last_repair_at', 'last_repair_run', 'last_repair_by'],
  ...['set_aside', 'destroyed', 'moved_by', 'message'],
] as const

/** RFC 4180, one row a dataset; then one for each primary with what nobody replicates there. */
export function reportCsv(report: Report): string {
  const rows = [COLUMNS, ...report.rows.map((row) => cellsOf(row, report)), ...report.primaries.map(primaryCells)]
  return rows.map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join('')
}

type Cell = string | number | boolean | null

function cellsOf(row: ReportRow, { months }: Report): readonly Cell[] {
  const { primary, backup, verification, lastRepair, moved } = row
  return [
    ...[row.datasetId, row.protection, row.status, row.reason, row.isPaused],
    ...[`${primary.host}:${primary.dataset}`, `${backup.host}:${backup.dataset}`, isoOrNull(row.recoveryPoint)],
    ...[row.maxDelaySeconds, months.current, ...sharesIn(row.thisMonth)],
    ...[months.last, ...sharesIn(row.lastMonth)],
    ...[isoOrNull(verification?.at ?? null), verification?.result ?? null],
    ...[isoOrNull(lastRepair?.at ?? null), lastRepair?.runId ?? null, lastRepair?.by ?? null],
    moved.filter(({ setAside }) => setAside !== null).length,
    moved.reduce((sum, { destroyed }) => sum + destroyed, 0),
    moved.map(({ runId, by, at }) => `run ${runId} by ${by} ${iso(at)}`).join('; '),
    row.message,
  ]
}

function sharesIn(record: ObjectiveRecord | null): readonly Cell[] {
  if (record === null) return [null, null, null]
  const whole = wholeOf(record)
  return [record.insideMs, record.outsideMs, record.unknownMs].map((part) =>
    whole === 0 ? null : (part / whole).toFixed(6),
  )
}

function primaryCells({ host, counted: known }: Report['primaries'][number]): readonly Cell[] {
  const message =
    known === null
      ? 'Not counted yet.'
      : `${counted(known.count, 'dataset')} of ${known.datasets} replicated by nobody, counted ${iso(known.at)}: ${someOf(known.names, known.count, 50)}`
  const protection = known === null ? 'UNKNOWN' : known.count === 0 ? 'PROTECTED' : 'NOT_COVERED'
  const empty = COLUMNS.length - 3
  return [`(not watched on ${host})`, protection, ...Array.from({ length: empty }, () => null), message]
}

/** What a spreadsheet would take for a formula. A SAN may call a dataset anything. */
const FORMULA = /^[\s]*[=+\-@\t\r]/

export function csvCell(cell: Cell): string {
  if (cell === null) return ''
  const text = typeof cell === 'string' ? cleanLine(cell, 4000) : String(cell)
  const safe = typeof cell === 'string' && FORMULA.test(cell) ? `'${text}` : text
  return /[",\r\n]/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** Most rows that a mail names; the attachment has all. */
const MOST_NAMED = 20

/** The report as a mail says it: plain sentences, and all of it in the file. */
export function reportMessage(report: Report): {
  readonly title: string
  readonly paragraphs: readonly string[]
  readonly attachment: { readonly name: string; readonly type: string; readonly text: string }
} {
  const { rows, zone, at, months } = report
  const worrying = rows.filter(({ protection }) => protection !== 'PROTECTED')
  const named = worrying.slice(0, MOST_NAMED)
  const moved = rows.flatMap((row) => row.moved.map((each) => ({ ...each, datasetId: row.datasetId })))
  const lately = moved.filter((each) => each.at >= at - 31 * 86_400_000)
  return {
    title: `[REPORT] ${reportHeadline(report)}`,
    paragraphs: [
      `${reportHeadline(report)}, as of ${zonedMinute(at, zone)} (${zone}).`,
      ...named.map((row) => `${WORDS[row.protection]}: ${row.datasetId}. ${row.message}`),
      ...(worrying.length > named.length
        ? [`And ${worrying.length - named.length} more; the attached file has all.`]
        : []),
      objectiveSentence(rows, 'lastMonth', months.last),
      objectiveSentence(rows, 'thisMonth', months.current),
      uncoveredSentence(report),
      lately.length === 0
        ? 'In the last 31 days no repair moved anything out of the way or destroyed anything.'
        : `In the last 31 days: ${lately.map(movedSentence).slice(0, MOST_NAMED).join(' ')}`,
    ].filter((paragraph) => paragraph !== ''),
    attachment: {
      name: `zwitness-report-${iso(at).slice(0, 10)}.csv`,
      type: 'text/csv; charset=utf-8',
      text: reportCsv(report),
    },
  }
}

const WORDS: Readonly<Record<Protection, string>> = {
  NOT_COVERED: 'Not covered',
  AT_RISK: 'At risk',
  UNKNOWN: 'Not known',
  PROTECTED: 'Protected',
}

function objectiveSentence(rows: readonly ReportRow[], which: 'thisMonth' | 'lastMonth', month: string): string {
  const known = rows.flatMap((row) => row[which] ?? [])
  if (known.length === 0) return ''
  const sum = (part: (record: ObjectiveRecord) => number): number => known.reduce((all, each) => all + part(each), 0)
  const whole = sum(wholeOf)
  const all = [
    `${shareText(
      sum(({ insideMs }) => insideMs),
      whole,
    )} within the objective`,
    `${shareText(
      sum(({ outsideMs }) => outsideMs),
      whole,
    )} outside`,
    `${shareText(
      sum(({ unknownMs }) => unknownMs),
      whole,
    )} not known, because nobody looked or could`,
  ]
  return `In ${month} the datasets were ${all.join(', ')}.`
}

function movedSentence({
  runId,
  by,
  setAside,
  destroyed,
  state,
  datasetId,
}: ReportRow['moved'][number] & { readonly datasetId: string }): string {
  const did = [
    ...(setAside === null ? [] : [`set ${setAside} aside`]),
    ...(destroyed === 0 ? [] : [`destroyed ${counted(destroyed, 'thing')}`]),
  ].join(' and ')
  const end = state === 'SUCCEEDED' || state === 'SUCCEEDED_WITH_WARNINGS' ? '' : ` (it ended ${state})`
  return `Run ${runId} of ${datasetId}, ${by === 'schedule' ? 'which started by itself' : `started by ${by}`}, ${did}${end}.`
}
