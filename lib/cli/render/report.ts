import { counted, relativeTime, shareText } from '#lib/text/words.ts'
import type { ReportRowView, ReportView } from '../answers.ts'
import { paint, type Span, type Text, tableLines } from '../text.ts'

type Month = ReportRowView['thisMonth']

const WORDS: Readonly<Record<string, Span>> = {
  NOT_COVERED: paint('red', 'not covered'),
  AT_RISK: paint('yellow', 'at risk'),
  UNKNOWN: paint('yellow', 'not known'),
  PROTECTED: paint('green', 'protected'),
}

/** For a person: the headline, a table with the worst first, what nobody replicates, what was moved or destroyed. */
export function reportLines(report: ReportView, now: number): Text[] {
  const { items, months, headline, uncovered, retired } = report
  const ago = (moment: string | null): string => (moment === null ? 'never' : relativeTime(Date.parse(moment), now))
  const titles = ['DATASET', 'PROTECTION', 'RECOVERY POINT', months.current, months.last, 'VERIFIED', 'LAST REPAIR']
  const rows = items.map((row): Text[] => [
    row.datasetId,
    WORDS[row.protection] ?? row.protection,
    row.recoveryPoint === null ? 'none' : ago(row.recoveryPoint),
    inside(row.thisMonth),
    inside(row.lastMonth),
    row.verification === null ? 'never' : `${row.verification.result.toLowerCase()} ${ago(row.verification.at)}`,
    row.lastRepair === null ? 'none' : `#${row.lastRepair.runId} ${ago(row.lastRepair.at)}`,
  ])
  return [
    paint('bold', `${headline}.`),
    ...(rows.length === 0
      ? []
      : tableLines(
          titles.map((title) => ({ title })),
          rows,
          Number.POSITIVE_INFINITY,
        )),
    uncovered,
    ...(retired === 0 ? [] : [`${counted(retired, 'dataset')} gone on the primary; the backups are kept.`]),
    ...items.flatMap((row) => row.moved.map((moved) => movedLine(row.datasetId, moved))),
  ]
}

function movedLine(
  datasetId: string,
  { runId, at, by, state, setAside, destroyed }: ReportRowView['moved'][number],
): Text {
  const did = [
    ...(setAside === null ? [] : [`set aside ${setAside}`]),
    ...(destroyed === 0 ? [] : [`destroyed ${counted(destroyed, 'thing')}`]),
  ].join(' and ')
  const who = by === 'schedule' ? 'by itself' : `by ${by}`
  return `Run ${runId} of ${datasetId}, started ${who} at ${at}, ${did}; it ended ${state}.`
}

function inside(month: Month): string {
  return month?.insideShare == null ? 'not known' : shareText(month.insideShare, 1)
}

export function reportRecord(row: ReportRowView): (string | number | null)[] {
  return [
    ...[row.datasetId, row.protection, row.status, row.reason, row.recoveryPoint],
    ...[row.thisMonth?.insideShare ?? null, row.lastMonth?.insideShare ?? null],
    ...[row.verification?.at ?? null, row.verification?.result ?? null],
    ...[row.lastRepair?.at ?? null, row.lastRepair?.runId ?? null],
    row.moved.filter(({ setAside }) => setAside !== null).length,
    row.moved.reduce((sum, { destroyed }) => sum + destroyed, 0),
  ]
}
