import { durationText } from '#lib/text/words.ts'
import type { ChangeView, DatasetHistoryView } from '../answers.ts'
import { paint, type Span, type Text } from '../text.ts'

interface Shown extends Partial<Pick<DatasetHistoryView, 'inForce' | 'gaps'>> {
  readonly items: readonly ChangeView[]
}

/** Two lines a change, newest first: what it became, and what ended that. */
export function historyLines({ items, inForce = null, gaps = [] }: Shown): Text[] {
  return [
    ...items.flatMap(changeLines),
    ...(inForce === null ? [] : [[paint('dim', 'Before that: '), ...headOf(inForce)]]),
    ...gaps.map(
      ({ from, to }): Text => [
        paint('yellow', 'Nobody looked '),
        to === null ? `since ${from}` : `from ${from} to ${to}`,
      ],
    ),
  ]
}

function changeLines(change: ChangeView): Text[] {
  const { from, message, ended, durationSeconds, watched } = change
  const lasted = durationText(durationSeconds)
  const end =
    ended === null
      ? watched
        ? `still so, for ${lasted} by now`
        : 'it is watched no longer'
      : `for ${lasted}, until ${ended.at}: ended ${ended.by === 'ITSELF' ? ended.words : `by ${ended.words}`}`
  const before =
    from === null ? 'seen for the first time' : `was ${from.status}${from.reason === null ? '' : ` (${from.reason})`}`
  return [
    headOf(change),
    `  ${message}`,
    [paint('dim', `  ${before}; ${change.subject === 'WITNESS' ? `for ${lasted}` : end}`)],
  ]
}

function headOf({ at, to, datasetId, host, pool }: ChangeView): Text[] {
  const what = datasetId ?? (pool === null ? (host ?? 'the witness') : `${host}:${pool}`)
  return [at, '  ', statusWord(to.status), to.reason === null ? '' : ` ${to.reason}`, '  ', paint('bold', what)]
}

const GOOD: ReadonlySet<string> = new Set(['HEALTHY', 'REACHABLE', 'ONLINE'])
const ATTENTION: ReadonlySet<string> = new Set(['WARNING', 'DEGRADED', 'UNKNOWN', 'NOT_LOOKING'])

function statusWord(status: string): Span {
  return paint(GOOD.has(status) ? 'green' : ATTENTION.has(status) ? 'yellow' : 'red', status)
}
