import { advance } from '#lib/incidents/advance.ts'
import { type Draft, tell } from '#lib/incidents/tell.ts'
import type { Book, SeenDataset, Sight, Silence, Trouble } from '#lib/incidents/types.ts'
import type { ChannelConfig } from '#lib/notify/settings.ts'
import { wants } from '#lib/telling/routing.ts'
import { Random } from '#tests/bed/random.ts'

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR
const DAYS = 30
const LOOK = 15 * MINUTE
const DATASETS = 200
const HOSTS = ['hqs1', 'hqs2', 'hqs7', 'hqs9']
export const START = Date.UTC(2026, 10, 2)

/** Something that goes wrong in the fleet, and what a person must hear of it. */
export interface Happening {
  readonly kind: 'outage' | 'broken' | 'flapping' | 'late' | 'pool' | 'paused' | 'acked'
  /** Subjects of which at least one must be named in a message; of a host its name. */
  readonly datasets: readonly string[]
  readonly host: string
  readonly code: string
  readonly severity: Trouble['severity']
  readonly from: number
  readonly to: number
}

/** A month of 200 datasets on four backups, from one seed. The witness is dead on the 20th day. */
export function plan(seed: number): readonly Happening[] {
  const { next } = new Random(seed)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T
  const all = Array.from({ length: DATASETS }, (_, index) => `d${index}`)
  const free = new Set(all)
  const take = (count: number, host?: string): string[] => {
    const able = [...free].filter((id) => host === undefined || hostOf(id) === host)
    const taken: string[] = []
    while (taken.length < count) {
      const id = pick(able.filter((each) => !taken.includes(each)))
      taken.push(id)
      free.delete(id)
    }
    return taken
  }
  const between = (day: number, hours: number) => {
    const from = START + day * DAY + Math.floor(next() * 40) * LOOK
    return { from, to: from + hours * HOUR }
  }
  const happenings: Happening[] = []
  for (const [day, hours] of [
    [2, 3],
    [6, 9],
    [11, 1],
    [15, 30],
    [24, 5],
  ] as const) {
    const host = pick(HOSTS)
    happenings.push({
      kind: 'outage',
      datasets: all.filter((id) => hostOf(id) === host),
      host,
      code: 'HOST_UNREACHABLE',
      severity: 'warning',
      ...between(day, hours),
    })
  }
  for (let index = 0; index < 12; index++) {
    const [id = ''] = take(1)
    happenings.push({
      kind: 'broken',
      datasets: [id],
      host: hostOf(id),
      code: pick(['BACKUP_AHEAD', 'NO_COMMON_SNAPSHOT', 'PRIMARY_REWOUND']),
      severity: 'critical',
      ...between(1 + index * 2, pick([2, 9, 40])),
    })
  }
  for (let index = 0; index < 3; index++) {
    const [id = ''] = take(1)
    happenings.push({
      kind: 'flapping',
      datasets: [id],
      host: hostOf(id),
      code: 'BACKUP_MODIFIED',
      severity: 'critical',
      ...between(4 + index * 8, 30),
    })
  }
  const late = pick(HOSTS)
  happenings.push({
    kind: 'late',
    datasets: take(15, late),
    host: late,
    code: 'LAGGING',
    severity: 'warning',
    ...between(8, 20),
  })
  const full = pick(HOSTS)
  happenings.push({
    kind: 'pool',
    datasets: take(20, full),
    host: full,
    code: 'BACKUP_DATASET_MISSING',
    severity: 'critical',
    ...between(13, 26),
  })
  const [paused = ''] = take(1)
  happenings.push({
    kind: 'paused',
    datasets: [paused],
    host: hostOf(paused),
    code: 'BACKUP_AHEAD',
    severity: 'critical',
    ...between(9, 20),
  })
  const [acked = ''] = take(1)
  happenings.push({
    kind: 'acked',
    datasets: [acked],
    host: hostOf(acked),
    code: 'BACKUP_AHEAD',
    severity: 'critical',
    ...between(10, 50),
  })
  return happenings
}

export function hostOf(id: string): string {
  return HOSTS[Number(id.slice(1)) % HOSTS.length] as string
}

const isDead = (now: number): boolean => now >= START + 20 * DAY && now < START + 21 * DAY

/** All that was told in that month. */
export function live(happenings: readonly Happening[]): readonly Draft[] {
  let book: Book = { incidents: new Map(), cases: new Map() }
  const drafts: Draft[] = []
  let ids = 0
  const newId = (): string => `id-${ids++}`
  const step = (now: number, lookedAt: number): void => {
    const advanced = advance(book, sightsAt(happenings, now, lookedAt), { warnForMs: 30 * MINUTE }, now, newId)
    const told = tell(advanced.book, now, newId)
    book = told.book
    drafts.push(...told.drafts)
  }
  for (let now = START; now < START + DAYS * DAY; now += LOOK) {
    if (isDead(now)) continue
    step(now, now)
    // What is due after a minute is told within it.
    step(now + MINUTE, now)
  }
  return drafts
}

function sightsAt(happenings: readonly Happening[], now: number, lookedAt: number): readonly Sight[] {
  const on = happenings.filter(({ from, to }) => from <= lookedAt && lookedAt < to)
  const down = new Set(on.filter(({ kind }) => kind === 'outage').map(({ host }) => host))
  const wrong = new Map(
    on.filter(({ kind }) => kind !== 'outage').flatMap((each) => each.datasets.map((id) => [id, each] as const)),
  )
  const datasets = Array.from({ length: DATASETS }, (_, index) =>
    datasetSight(`d${index}`, { wrong, down, now, lookedAt }),
  )
  const hosts = HOSTS.map((host) => hostSight(host, datasets, down.has(host), lookedAt))
  return [...datasets, ...hosts]
}

interface Moment {
  readonly wrong: ReadonlyMap<string, Happening>
  readonly down: ReadonlySet<string>
  readonly now: number
  readonly lookedAt: number
}

function datasetSight(id: string, { wrong, down, lookedAt }: Moment): Sight {
  const host = hostOf(id)
  const what = wrong.get(id)
  const flips = what?.kind === 'flapping' && Math.floor((lookedAt - what.from) / (2 * LOOK)) % 2 === 1
  const trouble =
    what === undefined || flips
      ? null
      : {
          cause: what.kind === 'late' ? `late:hqs8>${host}` : `dataset:${id}`,
          severity: what.severity,
          code: what.code,
          message: `${id} is ${what.code}.`,
          action: null,
        }
  return {
    subject: `dataset:${id}`,
    kind: 'dataset',
    name: id,
    host,
    lookedAt: down.has(host) ? null : lookedAt,
    trouble,
    datasets: [seen(id, host)],
    silence: what?.kind === 'paused' ? silence('pause', what) : what?.kind === 'acked' ? silence('ack', what) : null,
  }
}

function silence(kind: Silence['kind'], { from }: Happening): Silence {
  return { kind, by: 'alice', at: from, until: null }
}

function seen(id: string, host: string): SeenDataset {
  return {
    id,
    name: id,
    pair: `hqs8-${host}`,
    primary: { host: 'hqs8', dataset: `hqs8p1/${id}` },
    backup: { host, dataset: `${host}p1/${id}` },
    delaySeconds: null,
    behindBytes: null,
    repair: null,
    repaired: null,
  }
}

function hostSight(host: string, datasets: readonly Sight[], isDown: boolean, lookedAt: number): Sight {
  const trouble: Trouble | null = isDown
    ? {
        cause: `host:${host}`,
        severity: 'warning',
        code: 'HOST_UNREACHABLE',
        message: `${host} does not answer.`,
        action: null,
      }
    : null
  const own = datasets.filter((each) => each.host === host).flatMap((each) => each.datasets)
  return { subject: `host:${host}`, kind: 'host', name: host, host, lookedAt, trouble, datasets: own, silence: null }
}

const channel = (name: string, minSeverity: ChannelConfig['minSeverity']): ChannelConfig => ({
  name,
  type: 'webhook',
  minSeverity,
  events: null,
  pairs: null,
  quietHours: null,
  critical: true,
  settings: {},
})
const CHANNELS = [channel('chat', 'info'), channel('mail', 'warning'), channel('pager', 'critical')]

/** How many of them each of three channels gets: one for all, one from warnings on, one for what is critical. */
export function countsOf(drafts: readonly Draft[]): Readonly<Record<string, number>> {
  return Object.fromEntries(CHANNELS.map((each) => [each.name, drafts.filter((draft) => wants(each, draft)).length]))
}

// `bun tests/telling/fleet.ts` counts what a month makes of messages, by seed, event and channel.
if (import.meta.main)
  for (const seed of [1, 2, 3]) {
    const happenings = plan(seed)
    const drafts = live(happenings)
    const events = Object.entries(Object.groupBy(drafts, ({ message }) => message.event))
    const words = events.map(([event, list]) => `${event} ${list?.length}`)
    console.log(`seed ${seed}: ${happenings.length} happenings, ${drafts.length} messages: ${words.join(', ')}`)
    console.log(`  by channel: ${JSON.stringify(countsOf(drafts))}`)
  }
