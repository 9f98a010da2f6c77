import type { MaintenanceRecord, MaintenanceScope } from '#lib/db/types.ts'
import { noSuchHost } from '#lib/replication/words.ts'
import { someOf } from '#lib/text/words.ts'
import { zonedMinute } from '#lib/text/zoned-time.ts'
import { settleFailures } from './decisions.ts'
import type { Knowledge } from './knowledge.ts'
import type { Monitored } from './monitored.ts'
import type { EngineDeps } from './ports.ts'
import { Refusal } from './refusal.ts'
import { BY_ITSELF, type Scans } from './scan.ts'
import { aboutWords, concerns, silenceWords, stageOf } from './silence.ts'
import type { Engine, Maintenance, MaintenanceRequest } from './types.ts'

interface MaintenanceBy {
  readonly deps: Pick<EngineDeps, 'config' | 'store' | 'now' | 'sleep' | 'log' | 'emit'>
  readonly knowledge: Knowledge
  readonly scans: Pick<Scans, 'start'>
  /** @throws Refusal NO_SUCH_DATASET */
  readonly found: (id: string) => Monitored
}

/** So long at most between two looks at the clock, which may be set, or stand still with the machine. */
const LOOK_MS = 30_000
/** In force and planned together: more is no plan of a person. */
const MOST_OPEN = 200

/**
 * Pauses and acknowledgements of many. Whether one holds is read from the clock wherever it counts; here its begin and its
 * end are told, each once, also those that came while the witness was off, and what has ended is looked at again.
 */
export class Maintenances {
  readonly #by: MaintenanceBy
  /** Told by this process, where the store may not have it yet. */
  readonly #told = new Map<number, MaintenanceRecord['noted']>()
  #alarm: AbortController | null = null
  #isKeeping = false

  constructor(by: MaintenanceBy) {
    this.#by = by
  }

  /** In force and planned. */
  open(): readonly Maintenance[] {
    return this.#by.knowledge.states.maintenances
      .map((record) => this.#view(record))
      .filter(({ stage }) => stage !== 'over')
  }

  async past(since: number): Promise<readonly Maintenance[]> {
    return (await this.#by.deps.store.pastMaintenances(since)).map((record) => this.#view(record))
  }

  /** Of those in force the one that lasts longest. */
  schedulerPause(): Maintenance | null {
    const { deps, knowledge } = this.#by
    const now = deps.now()
    const lasts = ({ until }: MaintenanceRecord): number => until ?? Number.POSITIVE_INFINITY
    let longest: MaintenanceRecord | null = null
    for (const each of knowledge.states.maintenances)
      if (each.scope.kind === 'scheduler' && stageOf(each, now) === 'in force')
        if (longest === null || lasts(each) > lasts(longest)) longest = each
    return longest && this.#view(longest)
  }

  async make(request: MaintenanceRequest): Promise<Maintenance> {
    const { deps, knowledge } = this.#by
    const scope = this.#known(request.scope)
    if (this.open().length >= MOST_OPEN)
      throw new Refusal(
        'TOO_MANY',
        `${MOST_OPEN} pauses and acknowledgements are in force or planned; end some of them first (GET /api/maintenance lists them).`,
      )
    const now = deps.now()
    const facts = { ...request, scope, madeAt: now }
    const noted = stageOf({ ...facts, endedAt: null }, now)
    const id = await deps.store.addMaintenance({ ...facts, noted })
    await knowledge.states.reloadControls(deps.now())
    const made = this.#view({ ...facts, id, noted, endedAt: null, endedBy: null })
    deps.log.info(`${made.stage === 'planned' ? 'Planned: ' : ''}${this.#sentence(made)}`)
    this.#tell(made)
    this.arm()
    return made
  }

  /** @throws Refusal NO_SUCH_MAINTENANCE */
  async end(id: number, by: string): Promise<Maintenance> {
    const { deps, knowledge } = this.#by
    const before = this.open().find((each) => each.id === id)
    const at = deps.now()
    if (before === undefined || !(await deps.store.endMaintenance(id, { at, by })))
      throw new Refusal(
        'NO_SUCH_MAINTENANCE',
        `There is no pause or acknowledgement ${id} in force or planned; GET /api/maintenance or \`zwitness maintenance\` lists them.`,
      )
    await knowledge.states.reloadControls(deps.now())
    const ended = this.#view({ ...before, endedAt: at, endedBy: by, noted: 'over' })
    deps.log.info(`Ended by ${by}: ${this.#sentence(before)}`)
    if (before.kind === 'pause' && before.stage === 'in force') await settleFailures(knowledge, before.concerns)
    this.#tell(ended)
    if (before.stage === 'in force') this.#lookAgain(ended)
    this.arm()
    return ended
  }

  /** Tells begins and ends from now on, first those that were missed. */
  async keepTime(): Promise<void> {
    this.#isKeeping = true
    await this.#tick()
  }

  stop(): void {
    this.#isKeeping = false
    this.#alarm?.abort()
  }

  /** After a change: the next begin or end may be another one. */
  arm(): void {
    this.#alarm?.abort()
    if (!this.#isKeeping) return
    const { deps } = this.#by
    const now = deps.now()
    const next = this.#nextEdge(now)
    if (next === null) return
    const alarm = new AbortController()
    this.#alarm = alarm
    void deps.sleep(Math.min(LOOK_MS, next - now), alarm.signal).then(() => {
      if (!alarm.signal.aborted) void this.#tick()
    })
  }

  /** Epoch ms; null: nothing begins or ends by itself. */
  #nextEdge(now: number): number | null {
    const { states } = this.#by.knowledge
    const edges = states.maintenances.flatMap(({ id, from, until, noted }) => [
      from,
      ...(until === null ? [] : [until]),
      // The store has not taken yet that it was told.
      ...((this.#told.get(id) ?? noted) === noted ? [] : [now + LOOK_MS]),
    ])
    const ahead = [...edges, ...states.controlEnds()].filter((at) => at > now)
    return ahead.length === 0 ? null : Math.min(...ahead)
  }

  async #tick(): Promise<void> {
    const { deps, knowledge } = this.#by
    try {
      const now = deps.now()
      const over = knowledge.states.endedControls(now)
      for (const record of knowledge.states.maintenances) await this.#follow(record, now)
      await knowledge.states.reloadControls(now)
      for (const { datasetId, kind } of over) {
        deps.log.info(`Its ${kind === 'pause' ? 'pause' : 'acknowledgement'} is over.`, { datasetId })
        deps.emit.control(datasetId, knowledge.states.controls(datasetId, now))
      }
      this.#scan([...new Set(over.map(({ datasetId }) => datasetId))].filter((id) => knowledge.isMonitored(id)))
    } catch (error) {
      deps.log.error(`Begin or end of a pause could not be noted; it is tried again: ${error}`)
    } finally {
      this.arm()
    }
  }

  async #follow(record: MaintenanceRecord, now: number): Promise<void> {
    const { deps } = this.#by
    const stage = stageOf(record, now)
    if (stage !== (this.#told.get(record.id) ?? record.noted)) {
      this.#told.set(record.id, stage)
      const view = this.#view(record)
      deps.log.info(stage === 'over' ? `Over: ${this.#sentence(view)}` : this.#sentence(view))
      this.#tell(view)
      if (stage === 'over') this.#lookAgain(view)
    }
    if (stage !== record.noted) await deps.store.noteMaintenance(record.id, stage)
    if (stage === 'over') this.#told.delete(record.id)
  }

  #tell(view: Maintenance): void {
    const { deps, knowledge } = this.#by
    const now = deps.now()
    deps.emit.maintenance(view)
    if (view.stage === 'planned' || (view.endedAt !== null && view.endedAt < view.from)) return
    for (const id of view.concerns) deps.emit.control(id, knowledge.states.controls(id, now))
  }

  #lookAgain({ scope, concerns: ids }: Maintenance): void {
    if (scope.kind === 'all' || scope.kind === 'scheduler') this.#scan('all')
    else this.#scan(ids.filter((id) => this.#by.knowledge.isMonitored(id)))
  }

  /** What is still true at the end is to be found now, not by the next check. Not while the scheduler is paused: its own end looks at all. */
  #scan(wanted: readonly string[] | 'all'): void {
    if (wanted.length === 0 || this.schedulerPause() !== null) return
    const { deps, scans } = this.#by
    const scope = wanted === 'all' ? ({ kind: 'all' } as const) : ({ kind: 'datasets', ids: wanted } as const)
    // Where nothing is scheduled, nothing is repaired without being asked for either.
    const enqueue = deps.config().scheduler.enabled
    scans
      .start({ scope, enqueue, trigger: BY_ITSELF, reason: 'A pause or an acknowledgement has ended.' })
      .catch((error: unknown) => {
        if (error instanceof Refusal && error.code === 'ALREADY_RUNNING') return
        deps.log.warn(`What a pause was for could not be looked at after its end: ${error}`)
      })
  }

  #view(record: MaintenanceRecord): Maintenance {
    const { deps, knowledge } = this.#by
    return {
      ...record,
      stage: stageOf(record, deps.now()),
      about: aboutWords(record.scope),
      concerns: knowledge
        .datasets()
        .filter((dataset) => concerns(record.scope, dataset))
        .map(({ id }) => id),
    }
  }

  #sentence({ id, kind, about, by, until, reason, from, stage }: Maintenance): string {
    const { timezone } = this.#by.deps.config().scheduler
    const words = silenceWords({ origin: 'person', by, at: from, until, reason, maintenance: null }, timezone)
    const begin = stage === 'planned' ? ` from ${zonedMinute(from, timezone)}` : ''
    return `${about} ${kind === 'pause' ? 'paused' : 'acknowledged'}${begin}${words} (maintenance ${id}).`
  }

  /** @throws Refusal for a name that is not configured */
  #known(scope: MaintenanceScope): MaintenanceScope {
    const { hosts, pairs } = this.#by.deps.config()
    switch (scope.kind) {
      case 'hosts': {
        const unknown = scope.hosts.find((id) => !hosts.has(id))
        if (unknown !== undefined) throw new Refusal('NO_SUCH_HOST', noSuchHost(unknown, hosts.keys()))
        return { ...scope, hosts: [...new Set(scope.hosts)] }
      }
      case 'pair': {
        if (pairs.some(({ name }) => name === scope.pair)) return scope
        const names = pairs.map(({ name }) => JSON.stringify(name))
        const known = names.length === 0 ? 'none' : someOf(names, names.length, 10)
        throw new Refusal('NO_SUCH_PAIR', `There is no pair ${JSON.stringify(scope.pair)}; the config has ${known}.`)
      }
      case 'datasets':
        return { ...scope, ids: [...new Set(scope.ids)].map((id) => this.#by.found(id).id) }
      default:
        return scope
    }
  }
}

/** The part of the engine that the surfaces ask. */
export function maintenanceCalls(
  all: Maintenances,
): Pick<Engine, 'maintenances' | 'pastMaintenances' | 'maintain' | 'endMaintenance' | 'schedulerPause' | 'keepTime'> {
  return {
    maintenances: () => all.open(),
    pastMaintenances: (since) => all.past(since),
    maintain: (request) => all.make(request),
    endMaintenance: (id, by) => all.end(id, by),
    schedulerPause: () => all.schedulerPause(),
    keepTime: () => all.keepTime(),
  }
}
