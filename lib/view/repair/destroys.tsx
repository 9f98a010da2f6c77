import type { PlanView } from '#lib/api/plan.ts'
import { bytesText } from '#lib/text/words.ts'
import { Icon } from '../icon.tsx'
import { Moment } from '../moment.tsx'

export type Lost = PlanView['destroys'][number]

interface Props {
  readonly destroys: readonly Lost[]
  readonly host: string
  readonly dataset: string
}

/** The warning of a plan that destroys: every single thing that would be lost, by name and guid. */
export function Destroys({ destroys, host, dataset }: Props) {
  const total = destroys.reduce((sum, lost) => sum + (lost.usedBytes ?? 0), 0)
  const empty = destroys.every(({ holdsNothing }) => holdsNothing === true)
  return (
    <section class="note bad danger-banner" aria-labelledby="danger">
      <Icon name="broken" size={24} />
      <div class="stack-s">
        {empty ? (
          <h2 id="danger">
            This destroys {lostWords(destroys)} on {host} ({dataset}), by name. No change is in{' '}
            {destroys.length === 1 ? 'it' : 'them'}: nothing that was written is lost.
          </h2>
        ) : (
          <h2 id="danger">
            This rolls {host} back, as zfs receive -F would, and destroys data on {host} ({dataset}):{' '}
            {lostWords(destroys)}
            {total > 0 && `, about ${bytesText(total)}`}
          </h2>
        )}
        <ul class="lost">
          {destroys.map((lost) => (
            <li key={`${lost.kind} ${lost.name}`}>
              <span class="mono">◆ {nameWords(lost)}</span>
              <span>{lost.createdAt !== null && <Moment at={lost.createdAt} as="minute" />}</span>
              <span>{lost.usedBytes !== null && bytesText(lost.usedBytes)}</span>
              <span class="mono">{lost.guid !== null && `guid ${lost.guid}`}</span>
              <span>{lost.holdsNothing === true ? 'no change in it' : isByHand(lost) && '▲ made by hand?'}</span>
            </li>
          ))}
        </ul>
        <p>
          Before the first step these exact snapshots (by guid) are verified again; if anything differs, it stops. They
          are destroyed by name, and nothing that is made meanwhile goes with them. They cannot be brought back.
        </p>
      </div>
    </section>
  )
}

/** `3 snapshots`, `3 snapshots and what was written since` */
export function lostWords(destroys: readonly Lost[]): string {
  const count = (kind: Lost['kind']): number => destroys.filter((lost) => lost.kind === kind).length
  const parts = [
    counted(count('SNAPSHOT'), 'snapshot', 'snapshots'),
    counted(count('BOOKMARK'), 'bookmark', 'bookmarks'),
    count('WRITTEN') > 0 ? 'what was written since' : '',
    count('PARTIAL') > 0 ? 'a half-received transfer' : '',
  ].filter((part) => part !== '')
  return parts.join(' and ') || 'nothing'
}

function counted(count: number, one: string, many: string): string {
  return count === 0 ? '' : `${count} ${count === 1 ? one : many}`
}

function nameWords({ kind, name }: Lost): string {
  if (kind === 'SNAPSHOT') return `@${name}`
  if (kind === 'BOOKMARK') return `#${name}`
  return kind === 'WRITTEN' ? `${name}: changes since its newest snapshot` : `${name}: received in part`
}

/** A name without a date was hardly given by a schedule. */
function isByHand({ kind, name }: Lost): boolean {
  return kind === 'SNAPSHOT' && (!/\d{4}-?\d{2}-?\d{2}/.test(name) || /manual|before|test|hand/i.test(name))
}
