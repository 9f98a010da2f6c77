import type { HostView } from '#lib/api/host.ts'
import { bytesText } from '#lib/text/words.ts'
import type { StatusWord } from '../dataset-row.ts'
import { Moment } from '../moment.tsx'
import { StatusShape } from '../status-mark.tsx'
import type { Summary } from './summary.ts'

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
