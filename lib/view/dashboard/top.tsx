import type { ComponentChildren } from 'preact'
import type { HostView } from '#lib/api/host.ts'
import type { StatusView } from '#lib/api/status.ts'
import { bytesText, durationText } from '#lib/text/words.ts'
import { type DatasetQuery, STATUSES } from '../dataset-query.ts'
import type { DatasetRow, StatusWord } from '../dataset-row.ts'
import { pauseHostHref } from '../maintenance/notes.tsx'
import { Moment } from '../moment.tsx'
import type { Overlooked } from '../not-fresh.tsx'
import { STATUS_WORDS, StatusShape } from '../status-mark.tsx'

const FULL = 0.8
const TOO_FULL = 0.9

/** Which SANs answer, and how full their pools are. */
export function SanLinks({ hosts, pairs }: Pick<Summary, 'hosts' | 'pairs'>) {
  const byId = new Map(hosts.map((host) => [host.id, host]))
  const pools = hosts.flatMap((host) => host.pools.map((pool) => ({ host, pool })))
  return (
    <section class="card san-links" aria-label="SAN links">
      <h2>SAN links</h2>
      <ul>
        {pairs.map(({ name, primary, backup }) => (
          <li key={name} class="between row">
            <span class="name">
              {primary} → {backup}
            </span>
            <Link host={byId.get(primary)} id={primary} />
            <Link host={byId.get(backup)} id={backup} />
          </li>
        ))}
      </ul>
      <p class="row pause-hosts">
        <span class="muted">Pause a SAN:</span>
        {hosts.map(({ id }) => (
          <a key={id} class="id-link" href={pauseHostHref(id)} aria-label={`Pause ${id}`}>
            {id}…
          </a>
        ))}
      </p>
      {pools.length > 0 && (
        <ul class="pools">
          {pools.map(({ host, pool }) => (
            <PoolFill key={`${host.id} ${pool.name}`} pool={pool} known={host.reachable === true} />
          ))}
        </ul>
      )}
    </section>
  )
}

function Link({ host, id }: { readonly host: HostView | undefined; readonly id: string }) {
  const status: StatusWord = host?.reachable === true ? 'HEALTHY' : host?.reachable === false ? 'BROKEN' : 'UNKNOWN'
  return (
    <span class={`link-state status-${status.toLowerCase()}`} title={host?.error?.message}>
      <StatusShape status={status} size={14} />
      <span class="visually-hidden">{id} </span>
      {host?.reachable === true ? (
        `${host.latencyMs ?? '?'} ms`
      ) : host?.reachable === false ? (
        <span>no answer{host.seenAt !== null && <> since {<Moment at={host.seenAt} as="minute" quiet />}</>}</span>
      ) : (
        'not asked'
      )}
    </span>
  )
}

interface Fill {
  readonly pool: HostView['pools'][number]
  readonly known: boolean
}

function PoolFill({ pool, known }: Fill) {
  const room = pool.usable ?? pool
  const size = Number(room.sizeBytes)
  const used = size > 0 ? 1 - Number(room.freeBytes) / size : 0
  const bad = pool.state !== 'ONLINE' || pool.readonly
  const status: StatusWord = !known
    ? 'UNKNOWN'
    : bad
      ? 'WARNING'
      : used >= TOO_FULL
        ? 'BROKEN'
        : used >= FULL
          ? 'WARNING'
          : 'HEALTHY'
  const percent = Math.round(used * 100)
  return (
    <li
      class={`pool status-${status.toLowerCase()}`}
      title={`${bytesText(Number(room.freeBytes))} free of ${bytesText(size)}${pool.usable === null ? ' (raw)' : ''}`}
    >
      <span class="name">{pool.name}</span>{' '}
      <svg class="fill" viewBox="0 0 40 6" width="40" height="6" aria-hidden="true">
        <rect class="fill-all" width="40" height="6" rx="3" />
        <rect class="fill-used" width={Math.max(2, used * 40)} height="6" rx="3" />
      </svg>{' '}
      {percent} %{status !== 'HEALTHY' && <StatusShape status={status} size={12} />}
      {bad && ` ${pool.state}${pool.readonly ? ', read-only' : ''}`}
      {!known && ' last seen'}
    </li>
  )
}

/** Is everything all right? The actions stand beside it. */
export function Headline({ summary, children }: { readonly summary: Summary; readonly children: ComponentChildren }) {
  const { overall, headline, counts, lastCheckAt, nextCheckAt, oldest } = summary
  return (
    <header class="headline">
      <div>
        <h1 class={`status-${overall.toLowerCase()}`}>
          <StatusShape status={overall} size={26} /> <span>{headline}</span>
        </h1>
        <p class="muted">
          {counts.total > 0 && `${counts.HEALTHY} of ${counts.total} healthy · `}
          {oldest !== null && `oldest lag ${durationText(oldest.lagSeconds)} (${oldest.name}) · `}
          {lastCheckAt === null ? 'not checked yet' : <>last check {<Moment at={lastCheckAt} />}</>}
          {' · '}
          {nextCheckAt === null ? 'no check is scheduled' : <>next {<Moment at={nextCheckAt} />}</>}
        </p>
      </div>
      <div class="row actions">{children}</div>
    </header>
  )
}

interface Props {
  readonly counts: Summary['counts']
  readonly query: DatasetQuery
  readonly onPress?: (status: StatusWord) => void
}

/** How many of each; each filters the table. Without a script they send the form. */
export function Tiles({ counts, query, onPress }: Props) {
  return (
    <form method="get" action="/" class="tiles">
      {STATUSES.map((status) => {
        const pressed = query.status.includes(status)
        return (
          <button
            key={status}
            type="submit"
            name="status"
            value={pressed ? '' : status}
            aria-pressed={pressed}
            class={`tile status-${status.toLowerCase()}${counts[status] === 0 ? ' none' : ''}`}
            onClick={
              onPress &&
              ((event) => {
                event.preventDefault()
                onPress(status)
              })
            }
          >
            <span class="tile-count">
              <StatusShape status={status} size={20} /> {counts[status]}
            </span>
            <span class="tile-word">{STATUS_WORDS[status]}</span>
          </button>
        )
      })}
    </form>
  )
}

/** What stands above the table. */
export interface Summary {
  readonly overall: StatusView['overall']
  readonly headline: string
  readonly counts: StatusView['counts']
  readonly hosts: readonly HostView[]
  readonly pairs: readonly { readonly name: string; readonly primary: string; readonly backup: string }[]
  /** RFC 3339. */
  readonly lastCheckAt: string | null
  readonly nextCheckAt: string | null
  readonly oldest: { readonly name: string; readonly lagSeconds: number } | null
  /** Pauses and acknowledgements of many that are in force. */
  readonly maintenance: StatusView['maintenance']
  readonly incidents: StatusView['incidents']
  /** Null: everything is looked at in time. */
  readonly overlooked: Overlooked | null
}

/** The dataset whose backup is oldest. */
export function oldestOf(rows: readonly DatasetRow[]): Summary['oldest'] {
  let oldest: DatasetRow | null = null
  for (const row of rows) if (!row.retired && (row.lagSeconds ?? -1) > (oldest?.lagSeconds ?? -1)) oldest = row
  return oldest === null ? null : { name: oldest.name, lagSeconds: oldest.lagSeconds ?? 0 }
}
