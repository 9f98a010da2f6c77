import type { DatasetSummaryView } from '#lib/api/dataset-summary.ts'
import type { HostView } from '#lib/api/host.ts'
import { bytes, span, wrapped } from './lines.ts'

/** What is known of a host and of the pool that matters here. `zfs`: its OpenZFS, where a doctor has asked. */
export function hostLines(
  host: HostView,
  { primary, backup }: DatasetSummaryView['pair'],
  zfs: string | null,
  now: number,
): readonly string[] {
  const roles = [primary.host === host.id ? 'primary' : '', backup.host === host.id ? 'backup' : ''].filter(Boolean)
  const seen = host.checkedAt === null ? 'not looked at yet' : `looked at ${ago(host.checkedAt, now)}`
  const reach =
    host.reachable === null
      ? ''
      : host.reachable
        ? `, answered in ${host.latencyMs ?? '?'} ms`
        : `, does not answer (last seen ${host.seenAt === null ? 'never' : ago(host.seenAt, now)})`
  const skew = host.skewSeconds === null || host.skewSeconds === 0 ? '' : `, clock ${host.skewSeconds} s off`
  const version = zfs === null ? '' : `, OpenZFS ${zfs}`
  const wanted = new Set(
    [primary, backup].filter(({ host: id }) => id === host.id).map(({ dataset }) => dataset.split('/')[0]),
  )
  return [
    ...wrapped(
      `${host.id} (${host.hostname ?? 'unknown address'}), ${roles.join(' and ')}: ${seen}${reach}${skew}${version}`,
      '  ',
      '    ',
    ),
    ...(host.error === null ? [] : wrapped(`${host.error.kind}: ${host.error.message}`, '    ')),
    ...host.pools
      .filter(({ name }) => wanted.has(name))
      .flatMap((pool) => {
        const { freeBytes, sizeBytes } = pool.usable ?? pool
        const raw = pool.usable === null ? ' (as `zpool list` counts, parity included)' : ''
        return wrapped(
          `pool ${pool.name}: ${pool.state}${pool.readonly ? ', read-only' : ''}, ${bytes(freeBytes)} free of ${bytes(sizeBytes)}${raw}`,
          '    ',
        )
      }),
  ]
}

function ago(moment: string, now: number): string {
  return `${span((now - Date.parse(moment)) / 1000)} ago`
}
