import type { IncidentView } from '#lib/api/incidents.ts'
import { counted, someOf } from '#lib/text/words.ts'
import { Icon, type IconName } from '../icon.tsx'

type Severe = Pick<IncidentView, 'state' | 'severity'>

/** How bad it is, by shape and word; of one that is over, that it is. */
export function IncidentMark({
  incident: { state, severity },
  badge,
}: {
  readonly incident: Severe
  readonly badge?: boolean
}) {
  const [look, icon, word] =
    state === 'RESOLVED'
      ? (['healthy', 'check', 'Over'] as const)
      : severity === 'critical'
        ? (['broken', 'broken', 'Critical'] as const)
        : (['warning', 'alert', 'Warning'] as const)
  return (
    <span class={`status status-${look}${badge ? ' badge' : ''}`}>
      <Icon name={icon} />
      {word}
    </span>
  )
}

/** Where it stands, where that is more than that it is open or over. */
const STATES: Partial<Readonly<Record<IncidentView['state'], readonly [IconName, string]>>> = {
  PENDING: ['dashed', 'Not told yet'],
  FLAPPING: ['repairing', 'Comes and goes'],
  ACKED: ['ack', 'Acknowledged'],
  SNOOZED: ['ack', 'Acknowledged for a while'],
  SUPPRESSED: ['pause', 'Paused'],
  RESOLVING: ['check', 'Seems over'],
}

export function IncidentState({ state }: Pick<IncidentView, 'state'>) {
  const [icon, word] = STATES[state] ?? []
  if (icon === undefined) return null
  return (
    <span class="overlay">
      <Icon name={icon} size={14} />
      {word}
    </span>
  )
}

type Concerned = Pick<IncidentView, 'kind' | 'code' | 'host' | 'datasets' | 'datasetCount'>

/** What it is about, short enough for a heading. */
export function subjectOf({ kind, code, host, datasets, datasetCount }: Concerned): string {
  if (kind === 'witness') return code === 'CHANNEL_FAILING' ? 'A channel that fails' : 'The witness'
  if (kind === 'host') return host ?? 'SANs'
  const [first] = datasets
  if (kind === 'pool') return poolOf(first, host) ?? `A pool${host === null ? '' : ` of ${host}`}`
  if (first === undefined) return host ?? 'Datasets'
  const name = datasetCount === 1 ? first.name : counted(datasetCount, 'dataset')
  return kind === 'repair' ? `Repairs of ${name}` : name
}

function poolOf(dataset: Concerned['datasets'][number] | undefined, host: string | null): string | null {
  const side = [dataset?.primary, dataset?.backup].find((each) => each?.host === host)
  return side === undefined ? null : `Pool ${side.dataset.split('/')[0]}`
}

/** Which way its datasets go, or how many there are; empty where it concerns none. */
export function placeOf({ kind, host, datasets, datasetCount }: Concerned): string {
  if (datasetCount === 0) return ''
  if (kind === 'host') return counted(datasetCount, 'dataset')
  if (kind === 'pool') return `${host ?? 'several SANs'}, ${counted(datasetCount, 'dataset')}`
  const ways = [...new Set(datasets.map(({ primary, backup }) => `${primary.host} → ${backup.host}`))]
  return someOf(ways, ways.length, 2)
}
