import { durationText, isoSeconds } from '#lib/text/words.ts'
import type { DatasetDetailView, DatasetSummaryView, RunView } from '../answers.ts'
import type { Output } from '../output.ts'
import { paint, type Text } from '../text.ts'
import { statusSign, statusWord } from './status.ts'
import { agoText, durationOrUnknown, sizeOrUnknown } from './words.ts'

/** Why a dataset is as it is and what comes next, for a person who was just woken. `rails` are lines of the chain. */
export function datasetPage(
  detail: DatasetDetailView,
  { rails, runs, now }: { readonly rails: readonly Text[]; readonly runs: readonly RunView[]; readonly now: number },
): Text[] {
  const { pair, reason, status, health, since, evidence, reasons, checks } = detail
  const under = status === health ? '' : ` (underneath: ${health})`
  const also = reasons.filter(({ code }) => code !== reason.code)
  const problems = checks.filter(({ state }) => state !== 'OK')
  return [
    [
      statusSign(status),
      ' ',
      paint('bold', detail.id),
      '  ',
      statusWord(status),
      under,
      since === null ? '' : `  for ${durationText((now - Date.parse(since)) / 1000)}`,
    ],
    paint(
      'dim',
      `${pair.primary.host}:${pair.primary.dataset} → ${pair.backup.host}:${pair.backup.dataset}  (${pair.name})`,
    ),
    '',
    [paint('bold', `${reason.code}: `), reason.message],
    ...(reason.action === null ? [] : [[paint('bold', 'Next: '), reason.action]]),
    ...evidenceLines(evidence),
    ...section('Only on the backup', onlyOnBackup(evidence)),
    ...(rails.length === 0 ? [] : ['', ...rails]),
    '',
    ...facts(detail, now),
    ...section(
      'Also',
      also.map(({ code, severity, message }) => [statusWord(severity), ` ${code}: ${message}`]),
    ),
    ...section(
      'Checks',
      problems.map(({ host, name, state, detail: text }) => [
        state === 'PROBLEM' ? paint('red', '✗') : '?',
        ` ${host} ${name}: ${text}`,
      ]),
    ),
    ...section('Repair', offers(detail)),
    ...section(
      'Recent runs',
      runs.map((run) => [
        `${run.id}  ${agoText(run.queuedAt, now)}  ${run.kind}  `,
        statusWord(run.state),
        run.outcome === null ? '' : `  ${run.outcome}`,
      ]),
    ),
  ]
}

function evidenceLines(evidence: Readonly<Record<string, unknown>>): Text[] {
  const shown = Object.entries(evidence).filter(([name]) => name !== 'onlyOnBackup')
  return shown.map(([name, value]) => [paint('dim', `  ${name}: `), plain(value)])
}

/** What the primary has lost and the backup still holds, newest first, with when each was taken. */
export function onlyOnBackup({ onlyOnBackup: held }: Readonly<Record<string, unknown>>): readonly string[] {
  if (typeof held !== 'object' || held === null || !('snapshots' in held) || !Array.isArray(held.snapshots)) return []
  const { count, snapshots } = held as {
    readonly count: number
    readonly snapshots: readonly { readonly name: string; readonly guid: string; readonly creation: number }[]
  }
  const lines = snapshots.map(({ name, guid, creation }) => `${isoSeconds(creation)}  @${name}  (guid ${guid})`)
  const more = count - snapshots.length
  return more === 0
    ? lines
    : [...lines.slice(0, -1), `… ${more} more: zwitness show --snapshots lists all`, ...lines.slice(-1)]
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function facts(detail: DatasetDetailView, now: number): Text[] {
  const {
    warnDelaySeconds,
    maxDelaySeconds,
    newestCommon,
    newestPrimary,
    newestBackup,
    paused,
    ack,
    activeRunId,
    queuePosition,
  } = detail
  const snapshot = (ref: DatasetDetailView['newestCommon']): string =>
    ref === null ? 'none known' : `@${ref.name}  ${agoText(ref.createdAt, now)}`
  const rows: (readonly [string, string])[] = [
    [
      'Delay',
      `${durationOrUnknown(detail.delaySeconds)} (warning over ${durationText(warnDelaySeconds)}, broken over ${durationText(maxDelaySeconds)})`,
    ],
    ['Recovery point', detail.lagSeconds === null ? '?' : `${durationText(detail.lagSeconds)} old`],
    ['Behind', behindText(detail)],
    ['Newest common', snapshot(newestCommon)],
    ['Newest primary', snapshot(newestPrimary)],
    ['Newest backup', snapshot(newestBackup)],
    ['Checked', `${agoText(detail.checkedAt, now)}${detail.stale ? ' (stale)' : ''}`],
    ['Automatic repair', detail.automatic?.below ?? 'not known before the next check'],
  ]
  if (paused !== null) rows.push(['Paused', control(paused, now)])
  if (ack !== null) rows.push(['Acknowledged', control(ack, now)])
  if (activeRunId !== null)
    rows.push(['Active run', `${activeRunId}${queuePosition === null ? '' : `, ${queuePosition}. in the queue`}`])
  return rows.map(([name, value]) => [paint('dim', name.padEnd(17)), value])
}

function control(
  { until, by, reason, maintenance }: Omit<NonNullable<DatasetSummaryView['paused']>, 'at' | 'origin'>,
  now: number,
): string {
  const parts = [
    until === null ? 'until somebody ends it' : `ends ${agoText(until, now)}`,
    by === null ? '' : `by ${by}`,
    maintenance === null ? '' : `with ${maintenance.about} (maintenance ${maintenance.id})`,
    reason ?? '',
  ]
  return parts.filter((part) => part !== '').join(', ')
}

function offers({ id, options }: DatasetDetailView): Text[] {
  return options
    .filter(({ mode }) => mode === 'REPAIR')
    .map(({ kind, outcome, possible, because }) =>
      possible
        ? `${kind ?? ''}: ${outcome} zwitness preview ${id} shows every command.`
        : `${kind ?? ''}: not now${because === null ? ', for that reason.' : `. ${because}`}`,
    )
}

function section(title: string, lines: readonly Text[]): Text[] {
  return lines.length === 0 ? [] : ['', paint('bold', title), ...lines.map((line): Text => ['  ', line])]
}

export function datasetTable(out: Output, rows: readonly DatasetSummaryView[], now: number): void {
  out.table(
    [
      { title: '' },
      { title: 'STATUS' },
      { title: 'DATASET' },
      { title: 'DELAY', align: 'right' },
      { title: 'LAG', align: 'right' },
      { title: 'BEHIND' },
      { title: 'CHECKED' },
      { title: 'REASON' },
    ],
    rows.map((row) => [
      statusSign(row.status),
      statusWord(row.status),
      row.id,
      durationOrUnknown(row.delaySeconds),
      durationOrUnknown(row.lagSeconds),
      behindText(row),
      row.stale ? paint('yellow', agoText(row.checkedAt, now)) : agoText(row.checkedAt, now),
      reasonText(row),
    ]),
  )
}

/** Fields of `datasets --plain`, in this order. */
export function datasetRecord(row: DatasetSummaryView): (string | number | null)[] {
  const { primary, backup } = row.pair
  return [
    row.id,
    row.status,
    row.reason.code,
    row.delaySeconds,
    row.lagSeconds,
    row.behind?.snapshots ?? null,
    row.behind?.bytes ?? null,
    `${primary.host}:${primary.dataset}`,
    `${backup.host}:${backup.dataset}`,
    row.checkedAt,
  ]
}

function behindText({ behind }: Pick<DatasetSummaryView, 'behind'>): string {
  if (behind === null) return '?'
  if (behind.snapshots === 0) return '0'
  const size = behind.bytes === null ? '' : `, ${behind.bytesAreEstimate ? '~' : ''}${sizeOrUnknown(behind.bytes)}`
  return `${behind.snapshots}${size}`
}

function reasonText({ reason, paused, ack, retired }: DatasetSummaryView): Text {
  const marks = [paused === null ? '' : 'paused', ack === null ? '' : 'acknowledged', retired ? 'retired' : '']
  const shown = marks.filter((mark) => mark !== '').join(', ')
  return shown === '' ? reason.message : [paint('dim', `(${shown}) `), reason.message]
}
