import { z } from 'zod'
import type { DatasetView, HostState } from '#lib/engine/types.ts'
import { isoOrNull } from '#lib/text/words.ts'
import { describedEnum } from './described-enum.ts'
import { Timestamp } from './time.ts'

type Word = 'OK' | 'PROBLEM' | 'UNKNOWN'
const CheckState = describedEnum<Word>('CheckState', 'How a check came out.', {
  OK: 'As it should be.',
  PROBLEM: 'Something is wrong; `detail` says what.',
  UNKNOWN: 'Nobody could look.',
})

const CheckName = describedEnum<'SSH' | 'POOL' | 'CLOCK'>('CheckName', 'What was checked.', {
  SSH: 'The SAN answers the witness.',
  POOL: 'The pool of the dataset is online.',
  CLOCK: "The SAN's clock agrees with the witness's.",
})

export const Check = z
  .object({
    name: CheckName,
    host: z.string(),
    state: CheckState,
    detail: z.string(),
    checkedAt: Timestamp.nullable(),
  })
  .meta({ id: 'Check', description: 'A condition that replication of a dataset rests on.' })

export type CheckView = z.input<typeof Check>

const SKEW_LIMIT_SECONDS = 60

/** What is known of both SANs of a dataset. */
export function checksOf({ dataset }: DatasetView, hosts: readonly HostState[]): CheckView[] {
  const { primary, backup } = dataset.mapping
  return [primary, backup].flatMap((place) => {
    const state = hosts.find((host) => host.id === place.host)
    const pool = place.dataset.split('/')[0] ?? ''
    const at = { host: place.host, checkedAt: isoOrNull(state?.checkedAt ?? null) }
    return [
      { name: 'SSH' as const, ...ssh(state), ...at },
      { name: 'POOL' as const, ...poolOf(state, pool), ...at },
      { name: 'CLOCK' as const, ...clock(state), ...at },
    ]
  })
}

type Outcome = { readonly state: Word; readonly detail: string }

function ssh(host: HostState | undefined): Outcome {
  if (!host || host.reachable === null) return { state: 'UNKNOWN', detail: 'Not checked yet.' }
  if (host.reachable)
    return { state: 'OK', detail: host.latencyMs === null ? 'Answers.' : `Answers in ${host.latencyMs} ms.` }
  return { state: 'PROBLEM', detail: host.fault?.message ?? 'Does not answer.' }
}

function poolOf(host: HostState | undefined, name: string): Outcome {
  const pool = host?.pools.find((known) => known.name === name)
  if (!pool) return { state: 'UNKNOWN', detail: `Pool ${name} has not been seen.` }
  if (!host?.reachable) return { state: 'UNKNOWN', detail: `Pool ${name} was ${pool.health} when last seen.` }
  const words = `Pool ${name} is ${pool.health}${pool.readonly ? ' and read-only' : ''}.`
  return { state: pool.health === 'ONLINE' && !pool.readonly ? 'OK' : 'PROBLEM', detail: words }
}

function clock(host: HostState | undefined): Outcome {
  const skew = host?.skewSeconds ?? null
  if (skew === null) return { state: 'UNKNOWN', detail: 'The clock has not been read.' }
  const state = Math.abs(skew) > SKEW_LIMIT_SECONDS ? 'PROBLEM' : 'OK'
  return { state, detail: skew === 0 ? 'Agrees.' : `Differs by ${skew} s from the witness's.` }
}
