import type { ControlRecord, MaintenanceRecord, MaintenanceScope, MaintenanceStage } from '#lib/db/types.ts'
import { cleanLine } from '#lib/text/clean.ts'
import { counted } from '#lib/text/words.ts'
import { zonedMinute } from '#lib/text/zoned-time.ts'
import type { Monitored } from './monitored.ts'

/*
 * Is a dataset paused, or acknowledged: by whom, since when, until when, why? The one ruler: scans, repairs, refusals and
 * every surface go by it. Pure.
 */

/** What keeps a dataset's repairs (a pause) or its alarms (an acknowledgement) still. Times are epoch milliseconds. */
export interface Silence {
  /** `config`: `paused: true`. `person`: this dataset's own. `maintenance`: one of many, of which it is one. */
  readonly origin: 'config' | 'person' | 'maintenance'
  /** Null where the configuration says it. */
  readonly by: string | null
  /** Since when it holds; null where the configuration says it. */
  readonly at: number | null
  /** Null: until somebody ends it. */
  readonly until: number | null
  readonly reason: string | null
  /** What it belongs to, in words (`SAN hqs7`); null: it is the dataset's own. */
  readonly maintenance: { readonly id: number; readonly about: string } | null
}

const CONFIGURED: Silence = {
  origin: 'config',
  by: null,
  at: null,
  until: null,
  reason: 'paused in the configuration',
  maintenance: null,
}

interface Said {
  readonly kind: ControlRecord['kind']
  readonly controls: readonly ControlRecord[]
  readonly maintenances: readonly MaintenanceRecord[]
  /** Epoch ms. */
  readonly now: number
}

/** Of all that hold at `now` the one that holds longest: it says when this ends. Null: none holds. */
export function silenceOf(dataset: Monitored, { kind, controls, maintenances, now }: Said): Silence | null {
  const all: readonly Silence[] = [
    ...(kind === 'pause' && dataset.config.paused ? [CONFIGURED] : []),
    ...controls
      .filter((each) => each.datasetId === dataset.id && each.kind === kind && isAhead(each.until, now))
      .map(({ by, at, until, reason }) => ({ origin: 'person' as const, by, at, until, reason, maintenance: null })),
    ...maintenances
      .filter((each) => each.kind === kind && stageOf(each, now) === 'in force' && concerns(each.scope, dataset))
      .map(ofMany),
  ]
  return all.reduce<Silence | null>(
    (longest, each) => (longest === null || isLonger(each, longest) ? each : longest),
    null,
  )
}

function ofMany({ id, by, from, until, reason, scope }: MaintenanceRecord): Silence {
  return { origin: 'maintenance', by, at: from, until, reason, maintenance: { id, about: aboutWords(scope) } }
}

function isAhead(until: number | null, now: number): boolean {
  return until === null || until > now
}

function isLonger({ until }: Silence, than: Silence): boolean {
  return than.until !== null && (until === null || until > than.until)
}

/** Where it stands at `now` (epoch ms). */
export function stageOf(
  { from, until, endedAt }: Pick<MaintenanceRecord, 'from' | 'until' | 'endedAt'>,
  now: number,
): MaintenanceStage {
  if (endedAt !== null || !isAhead(until, now)) return 'over'
  return from > now ? 'planned' : 'in force'
}

/** Is it for this dataset too? A chosen root of a tree takes the children below it along. */
export function concerns(scope: MaintenanceScope, { id, parentId, mapping, config }: Monitored): boolean {
  switch (scope.kind) {
    case 'all':
      return true
    case 'hosts':
      return scope.hosts.includes(mapping.primary.host) || scope.hosts.includes(mapping.backup.host)
    case 'pair':
      return config.pair === scope.pair
    case 'datasets':
      return scope.ids.includes(id) || (parentId !== null && scope.ids.includes(parentId))
    case 'scheduler':
      return false
  }
}

/** What it is for: `SAN hqs7`, `the pair HQS8 → HQS1`, `3 chosen datasets`. */
export function aboutWords(scope: MaintenanceScope): string {
  switch (scope.kind) {
    case 'all':
      return 'all datasets'
    case 'hosts':
      return scope.hosts.length === 1 ? `SAN ${scope.hosts[0]}` : `SANs ${scope.hosts.join(', ')}`
    case 'pair':
      return `the pair ${scope.pair}`
    case 'datasets':
      return scope.ids.length === 1 ? `dataset ${scope.ids[0]}` : `${counted(scope.ids.length, 'chosen dataset')}`
    case 'scheduler':
      return 'the scheduler'
  }
}

/** Most characters of a reason within a sentence. */
const REASON_LIMIT = 200

/** ` until 2026-11-22 18:00 by anna with SAN hqs7: disk swap`: goes on after "is paused". */
export function silenceWords({ until, by, reason, maintenance, origin }: Silence, zone: string): string {
  if (origin === 'config') return ' in the configuration'
  const end = until === null ? '' : ` until ${zonedMinute(until, zone)}`
  const who = by === null ? '' : ` by ${by}`
  const many = maintenance === null ? '' : ` with ${maintenance.about}`
  return `${end}${who}${many}${reason === null ? '' : `: ${cleanLine(reason, REASON_LIMIT)}`}`
}
