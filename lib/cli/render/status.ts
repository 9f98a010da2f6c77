import { severityOf } from '#lib/text/ranks.ts'
import type { HostView, StatusView } from '../answers.ts'
import { paint, type Style, type Text } from '../text.ts'
import { noteSentence } from './maintenance.ts'
import { agoText, durationOrUnknown, sizeOrUnknown } from './words.ts'

const PROBLEMS_SHOWN = 15

/** Everything on one screen, worst first. */
export function statusLines(status: StatusView, now: number): Text[] {
  const { counts, lastCheck, nextCheckAt, witness, config } = status
  const shown = (['BROKEN', 'WARNING', 'UNKNOWN', 'REPAIRING', 'HEALTHY'] as const).filter((word) => counts[word] > 0)
  const marks = [
    counts.paused > 0 ? `${counts.paused} paused` : '',
    counts.acknowledged > 0 ? `${counts.acknowledged} acknowledged` : '',
    counts.retired > 0 ? `${counts.retired} retired` : '',
  ].filter((mark) => mark !== '')
  return [
    [statusSign(status.overall), ' ', paint('bold', status.headline)],
    ...(witness.auditFault ? [paint('red', `${witness.auditFault} zwitness audit verify`)] : []),
    ...(witness.demo ? [paint('yellow', 'Demo: the SANs are simulated, nothing is real.')] : []),
    [
      `${counts.total} datasets`,
      ...shown.flatMap((word): Text[] => ['  ', statusWord(word), ` ${counts[word]}`]),
      marks.length === 0 ? '' : `  (${marks.join(', ')})`,
    ],
    [
      `Last check ${agoText(lastCheck?.finishedAt ?? null, now)}`,
      lastCheck === null ? '' : [' (', statusWord(lastCheck.result), `, run ${lastCheck.runId})`],
      nextCheckAt === null
        ? `, the scheduler is ${witness.schedulerPause === null ? 'off' : 'paused'}`
        : `, next ${agoText(nextCheckAt, now)}`,
    ],
    ...status.maintenance.map((note): Text => [paint('yellow', '▲ '), noteSentence(note)]),
    ...(status.stale ? [paint('yellow', '▲ Some datasets have not been looked at for two intervals.')] : []),
    ...configLines(config),
    ...status.warnings.map((warning): Text => [paint('yellow', '▲ '), warning]),
    ...problemLines(status),
    ...section('SANs', status.hosts.map(hostLine)),
    ...section('Running', status.activeRuns.map(activeLine)),
  ]
}

/** Fields of `status --plain`: one line for the whole, then one for each dataset, then one for each warning. */
export function statusRecords(status: StatusView): (string | number | null)[][] {
  return [
    ['status', status.overall, status.headline],
    ...status.datasets.map(({ id, status: word, reason, delaySeconds, checkedAt }) => [
      'dataset',
      word,
      id,
      reason,
      delaySeconds,
      checkedAt,
    ]),
    ...status.warnings.map((warning) => ['warning', warning]),
    ...status.maintenance.map(({ id, kind, about, until, by, reason }) => [
      'maintenance',
      kind,
      id,
      about,
      until,
      by,
      reason,
    ]),
  ]
}

function configLines({ inSync, error }: StatusView['config']): Text[] {
  if (error !== null) return [[paint('red', '✗ Configuration: '), error]]
  return inSync ? [] : [paint('yellow', '▲ The configuration file has changed: zwitness config reload takes it over.')]
}

function problemLines({ datasets }: StatusView): Text[] {
  const problems = datasets
    .filter(({ status }) => status !== 'HEALTHY')
    .toSorted((a, b) => severityOf(b.status) - severityOf(a.status) || (b.delaySeconds ?? -1) - (a.delaySeconds ?? -1))
  const lines = problems
    .slice(0, PROBLEMS_SHOWN)
    .flatMap(({ id, status, reason, delaySeconds, automatic }): Text[] => [
      [statusSign(status), ' ', statusWord(status), `  ${id}  ${reason}  delay ${durationOrUnknown(delaySeconds)}`],
      ...(automatic === null ? [] : [paint('dim', `    Automatic repair: ${automatic}`)]),
    ])
  const left = problems.length - PROBLEMS_SHOWN
  return section('Problems', left > 0 ? [...lines, `… and ${left} more: zwitness datasets`] : lines)
}

function hostLine({ id, role, reachable, error, latencyMs, pools }: HostView): Text {
  const sign = statusSign(reachable === null ? 'UNKNOWN' : reachable ? 'HEALTHY' : 'BROKEN')
  const answer =
    reachable === null ? 'not looked at yet' : reachable ? latencyText(latencyMs) : (error?.message ?? 'no answer')
  const sizes = pools.map((pool): Text => {
    const { freeBytes, sizeBytes } = pool.usable ?? pool
    return [
      `  ${pool.name} `,
      pool.state === 'ONLINE' ? pool.state : paint('yellow', pool.state),
      ` ${sizeOrUnknown(freeBytes)} of ${sizeOrUnknown(sizeBytes)} free${pool.usable === null ? ' (raw)' : ''}`,
    ]
  })
  return [sign, ` ${id}  ${role.toLowerCase()}  ${answer}`, ...sizes]
}

function latencyText(latencyMs: number | null): string {
  return latencyMs === null ? 'answers' : `${Math.round(latencyMs)} ms`
}

function activeLine({ id, kind, state, datasetId, percent }: StatusView['activeRuns'][number]): Text {
  const far = percent === null ? '' : `  ${percent} %`
  return [`${id}  ${kind.toLowerCase()}  ${datasetId ?? 'all datasets'}  `, statusWord(state), far]
}

function section(title: string, lines: readonly Text[]): Text[] {
  return lines.length === 0 ? [] : ['', paint('bold', title), ...lines.map((line): Text => ['  ', line])]
}

const STYLES: Readonly<Record<string, Style>> = {
  HEALTHY: 'green',
  WARNING: 'yellow',
  BROKEN: 'red',
  REPAIRING: 'blue',
  UNKNOWN: 'dim',
  SUCCEEDED: 'green',
  NO_CHANGE: 'green',
  SUCCEEDED_WITH_WARNINGS: 'yellow',
  BLOCKED: 'yellow',
  CANCELLED: 'yellow',
  INTERRUPTED: 'yellow',
  FAILED: 'red',
  RUNNING: 'blue',
  QUEUED: 'dim',
}

/** Never by colour alone: the sign says it too. */
const SIGNS: Readonly<Record<string, string>> = {
  HEALTHY: '✓',
  WARNING: '▲',
  BROKEN: '✗',
  REPAIRING: '↻',
  UNKNOWN: '?',
}

/** A status or state word of the API in its colour; a word of a newer service stays plain. */
export function statusWord(word: string): Text {
  const style = STYLES[word]
  return style === undefined ? word : paint(style, word)
}

export function statusSign(word: string): Text {
  const sign = SIGNS[word] ?? '·'
  const style = STYLES[word]
  return style === undefined ? sign : paint(style, sign)
}
