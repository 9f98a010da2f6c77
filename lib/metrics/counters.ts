import { Counter, Histogram, Registry } from '@prometheus-io/client'
import type { RunRecord, RunResult } from '#lib/db/types.ts'
import type { Emit } from '#lib/engine/ports.ts'
import type { RemoteFaultKind, SshObserved } from '#lib/ssh/types.ts'

const RESULTS: readonly RunResult[] = [
  'SUCCEEDED',
  'SUCCEEDED_WITH_WARNINGS',
  'NO_CHANGE',
  'FAILED',
  'CANCELLED',
  'INTERRUPTED',
  'BLOCKED',
]
const WENT_WELL: ReadonlySet<string> = new Set(['SUCCEEDED', 'SUCCEEDED_WITH_WARNINGS'])

const SSH_RESULTS: readonly (RemoteFaultKind | 'ok')[] = [
  'ok',
  'account',
  'algorithms',
  'auth',
  'cancelled',
  'command',
  'dns',
  'host-key-changed',
  'host-key-unknown',
  'key-file',
  'local',
  'lost',
  'no-shell-answer',
  'refused',
  'ssh-config',
  'throttled',
  'timeout',
  'too-much-output',
  'too-slow',
  'unreachable',
]

const MINUTE = 60
const HOUR = 3600
/** Seconds. */
const CHECK_BUCKETS = [0.1, 0.5, 1, 2.5, 5, 10, 30, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE]
const REPAIR_BUCKETS = [
  10,
  30,
  MINUTE,
  5 * MINUTE,
  15 * MINUTE,
  HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  24 * HOUR,
  48 * HOUR,
]
const SSH_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, MINUTE, 5 * MINUTE, HOUR, 12 * HOUR]

/** Runs that have ended and may be reported once more. */
const REMEMBERED = 200

interface Followed {
  bytes: number
  ended: boolean
}

/** What is counted from one question to the next: by listening to the engine's news, and by what ssh reports. */
export class Counters {
  readonly registry = new Registry()
  readonly #checks: Counter<'result'>
  readonly #repairs: Counter<'result' | 'destructive'>
  readonly #checkSeconds: Histogram
  readonly #repairSeconds: Histogram
  readonly #sshCommands: Counter<'host' | 'result'>
  readonly #sshSeconds: Histogram<'host' | 'command'>
  /** Runs of this process, by id, those that began last at the end. */
  readonly #runs = new Map<number, Followed>()
  readonly #bytes = new Map<string, number>()
  readonly #repaired = new Map<string, number>()
  readonly #sshHosts = new Set<string>()

  constructor() {
    const registers = [this.registry]
    this.#checks = new Counter({
      name: 'zwitness_checks_total',
      help: 'Checks (SCAN and CHECK) that ended, by result.',
      labelNames: ['result'],
      registers,
    })
    this.#repairs = new Counter({
      name: 'zwitness_repairs_total',
      help: 'Repairs that ended, by result and by whether their plan destroyed something.',
      labelNames: ['result', 'destructive'],
      registers,
    })
    this.#checkSeconds = new Histogram({
      name: 'zwitness_check_duration_seconds',
      help: 'How long checks took.',
      buckets: CHECK_BUCKETS,
      registers,
    })
    this.#repairSeconds = new Histogram({
      name: 'zwitness_repair_duration_seconds',
      help: 'How long repairs took, from their begin; what only waited is not in it.',
      buckets: REPAIR_BUCKETS,
      registers,
    })
    this.#sshCommands = new Counter({
      name: 'zwitness_ssh_commands_total',
      help: 'Batches of commands and legs of transfers over SSH, by what came of them; ok: they ended, whatever they said.',
      labelNames: ['host', 'result'],
      registers,
    })
    this.#sshSeconds = new Histogram({
      name: 'zwitness_ssh_command_duration_seconds',
      help: 'How long they took, the wait for a connection and further tries included; command: batch or transfer.',
      labelNames: ['host', 'command'],
      buckets: SSH_BUCKETS,
      registers,
    })
    // From zero on, so that the first one of a kind is an increase too.
    for (const result of RESULTS) {
      this.#checks.inc({ result }, 0)
      for (const destructive of ['false', 'true']) this.#repairs.inc({ result, destructive }, 0)
    }
  }

  /** To be given to the engine's news. */
  readonly news: Pick<Emit, 'run' | 'progress'> = {
    run: (run) => this.#report(run),
    progress: (run) => this.#move(run),
  }

  /** To be given to ssh. */
  readonly ssh = ({ host, command, result, seconds }: SshObserved): void => {
    this.knowHosts([host])
    this.#sshCommands.inc({ host, result })
    this.#sshSeconds.observe({ host, command }, seconds)
  }

  /** Hosts begin with zeros. */
  knowHosts(hosts: readonly string[]): void {
    for (const host of hosts) {
      if (this.#sshHosts.has(host)) continue
      this.#sshHosts.add(host)
      for (const result of SSH_RESULTS) this.#sshCommands.inc({ host, result }, 0)
      for (const command of ['batch', 'transfer']) this.#sshSeconds.zero({ host, command })
    }
  }

  /** What the configuration has no more is not told any more. */
  retain(isDataset: (id: string) => boolean, isHost: (id: string) => boolean): void {
    for (const known of [this.#bytes, this.#repaired])
      for (const id of known.keys()) if (!isDataset(id)) known.delete(id)
    for (const host of this.#sshHosts) {
      if (isHost(host)) continue
      this.#sshHosts.delete(host)
      for (const result of SSH_RESULTS) this.#sshCommands.remove({ host, result })
      for (const command of ['batch', 'transfer']) this.#sshSeconds.remove({ host, command })
    }
  }

  bytesOf(datasetId: string): number {
    return this.#bytes.get(datasetId) ?? 0
  }

  lastRepairOf(datasetId: string): number | null {
    return this.#repaired.get(datasetId) ?? null
  }

  /** What is on record of the time before this process; epoch ms by dataset. */
  remember(repaired: ReadonlyMap<string, number>): void {
    for (const [id, at] of repaired) if (!this.#repaired.has(id)) this.#repaired.set(id, at)
  }

  #report(run: RunRecord): void {
    const { startedAt, finishedAt, state } = run
    this.#move(run)
    const followed = this.#runs.get(run.id)
    if (finishedAt === null || followed?.ended === true) return
    this.#follow(run.id, { bytes: run.bytes, ended: true })
    const isRepair = run.kind === 'REPAIR'
    if (isRepair) {
      const destructive = (run.plan?.destroys.length ?? 0) > 0 ? 'true' : 'false'
      this.#repairs.inc({ result: state, destructive })
      if (run.datasetId !== null && WENT_WELL.has(state)) this.#repaired.set(run.datasetId, finishedAt)
    } else if (run.kind !== 'RELOAD') this.#checks.inc({ result: state })
    // One that an earlier process left open lasted nobody knows how long.
    if (followed === undefined || startedAt === null || run.kind === 'RELOAD') return
    const histogram = isRepair ? this.#repairSeconds : this.#checkSeconds
    histogram.observe(Math.max(0, finishedAt - startedAt) / 1000)
  }

  /** Counts the bytes that came since the last report. What an earlier process moved is none of ours. */
  #move({ id, datasetId, bytes, finishedAt }: RunRecord): void {
    const followed = this.#runs.get(id)
    if (followed === undefined) {
      if (finishedAt === null) this.#follow(id, { bytes: 0, ended: false })
      else return
    }
    const before = followed?.bytes ?? 0
    if (followed?.ended === true || datasetId === null || bytes <= before) return
    this.#bytes.set(datasetId, this.bytesOf(datasetId) + bytes - before)
    this.#follow(id, { bytes, ended: false })
  }

  #follow(id: number, run: Followed): void {
    this.#runs.set(id, run)
    if (this.#runs.size <= REMEMBERED) return
    for (const [old, { ended }] of this.#runs) {
      if (this.#runs.size <= REMEMBERED) return
      if (ended && old !== id) this.#runs.delete(old)
    }
  }
}
