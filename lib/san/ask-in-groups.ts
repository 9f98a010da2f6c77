import type { LookFault } from '#lib/replication/types/inventory.ts'
import type { OutputReader } from '#lib/ssh/batch-output.ts'
import type { BatchResult, RemoteCommand, Ssh } from '#lib/ssh/types.ts'
import { classifyZfs } from '#lib/zfs/faults.ts'
import type { ToList } from '#lib/zfs/operand.ts'
import { type Answer, type Group, groupAnswers, groupCommand } from './batch-answer.ts'
import { floodFault, slowFault, span } from './host-fault.ts'

/** All in ms. */
export interface ListingLimits {
  /** Without even a heartbeat. */
  readonly silenceMs: number
  /** For all listings of one host together: `command_timeout_minutes`. */
  readonly timeoutMs: number
  readonly tries?: number
}

interface GroupedAsk {
  readonly ssh: Ssh
  readonly host: string
  /** What is listed, for the memory of what was slow. */
  readonly kind: string
  readonly groups: readonly AskedGroup[]
  /** Before them, in the first session. */
  readonly head?: readonly RemoteCommand[]
  readonly limits: ListingLimits
  readonly pace: Pace
  readonly signal?: AbortSignal
}

export interface AskedGroup {
  readonly names: readonly string[]
  readonly argv: (names: readonly string[]) => readonly string[]
  /** Takes what is listed as it comes; a new one for each command. The answer then has it. */
  readonly reader?: (names: readonly string[]) => ListingReader
}

interface ListingReader extends OutputReader {
  /** Names of which it is certain before the listing ends that nothing can be read: they are not asked for again. */
  readonly givenUp?: () => ReadonlyMap<string, LookFault>
}

interface GroupedAnswers {
  /** The first session: the answers of `head`, and why the host could not be asked, if so. */
  readonly first: BatchResult
  /** At least one for each name. */
  readonly answers: readonly Answer[]
}

/** A group may take this share of the time of all, one dataset alone that of two groups: then others still come to their turn. */
const SHARES = 8
/** After so many commands in a row that took too long, with nothing answered between, all of zfs hangs there. */
const FRUITLESS = 2
/** So often a group that answers with too much is halved: enough to come down from a hundred datasets to one. */
const MOST_FLOODS = 8
/** And so often where it is known of whom there is too much, and only the others are asked for again. */
const MOST_GIVEN_UP = 32

type Waiting = AskedGroup & Group

/**
 * Asks for many datasets, group by group in as few sessions as possible. A group that takes too long, or answers with more
 * than a listing can be, is halved and asked again after the others, down to one dataset, which then fails alone; what was
 * answered is kept whatever comes after it.
 */
export async function askInGroups(ask: GroupedAsk): Promise<GroupedAnswers> {
  const { ssh, host, kind, limits, pace, signal } = ask
  const shareMs = Math.ceil(limits.timeoutMs / SHARES)
  const limitMs = (names: readonly string[]): number => (names.length > 1 ? shareMs : 2 * shareMs)
  const answers: Answer[] = []
  let made = 0
  const waiting = (group: AskedGroup): Waiting => ({ ...group, id: `${kind}${made++}` })
  const readers = new Map<string, ListingReader>()
  const read = (command: RemoteCommand, names: readonly string[], group: Waiting): RemoteCommand => {
    const reader = group.reader?.(names)
    if (reader === undefined) return command
    readers.set(command.id, reader)
    return { ...command, reader }
  }
  const timed = (group: Waiting): RemoteCommand => {
    const command = groupCommand(group, group.argv)
    const each = command.onFailure?.map((single, index) => ({
      ...read(single, group.names.slice(index, index + 1), group),
      limitMs: 2 * shareMs,
    }))
    const whole = read(command, group.names, group)
    return { ...whole, limitMs: limitMs(group.names), ...(each === undefined ? {} : { onFailure: each }) }
  }
  const head = (ask.head ?? []).map((command) => ({ ...command, limitMs: shareMs }))

  let left = ask.groups.map(waiting)
  let leftMs = limits.timeoutMs
  let fruitless = 0
  let floods = 0
  let lostTo = 0
  let first: BatchResult | null = null
  for (;;) {
    const commands = [...(first === null ? head : []), ...left.map(timed)]
    const batch = await ssh.batch(host, commands, { ...limits, timeoutMs: leftMs, signal })
    first ??= batch
    const ended = left.filter((group) => hasEnded(batch, group))
    for (const group of ended) {
      answers.push(...groupAnswers(batch, group, readers))
      pace.answered(host, kind, group.names)
    }
    left = left.filter((group) => !ended.includes(group))
    if (left.length === 0) return { first, answers }
    const slow = left.find(({ id }) => batch.running === id || batch.running?.startsWith(`${id}.`) === true)
    const flooding = batch.fault?.kind === 'too-much-output' ? slow : undefined
    const lost = flooding === undefined ? NONE : givenUp(batch, flooding, readers)
    const isFlood = flooding !== undefined && (lost.size > 0 ? ++lostTo <= MOST_GIVEN_UP : ++floods <= MOST_FLOODS)
    if (batch.fault?.kind !== 'too-slow' && !isFlood) {
      answers.push(...left.flatMap((group) => groupAnswers(batch, group, readers)))
      return { first, answers }
    }

    // Where the time of all is over, the one that was under way then is not slow by itself.
    if (slow !== undefined && batch.durationMs < leftMs) {
      for (const [name, fault] of lost) answers.push({ names: [name], fault })
      const rest = { ...slow, names: slow.names.filter((name) => !lost.has(name)) }
      const parts = lost.size > 0 ? anew(rest) : afterTooSlow(batch, slow, readers)
      answers.push(...parts.answers)
      pace.answered(
        host,
        kind,
        parts.answers.flatMap(({ names }) => names),
      )
      const [name] = parts.tooSlow
      if (name !== undefined && parts.tooSlow.length === 1) {
        const message = `listing ${name} alone took longer than the ${span(2 * shareMs)} that it may take`
        const fault = isFlood ? floodFault(host, name) : slowFault(host, message, limits.timeoutMs)
        answers.push({ names: parts.tooSlow, fault })
      }
      pace.tooSlow(host, kind, parts.tooSlow)
      left = [...left.filter((group) => group !== slow), ...parts.again.map((names) => waiting({ ...slow, names }))]
    }
    leftMs -= batch.durationMs
    fruitless = ended.length === 0 && !isFlood ? fruitless + 1 : 0
    if (left.length === 0) return { first, answers }
    const why = gaveUp(fruitless, leftMs, limits.timeoutMs)
    if (why !== null || signal?.aborted) {
      const names = left.flatMap((group) => group.names)
      pace.notReached(host, kind, names)
      answers.push({ names, fault: slowFault(host, why ?? 'the check was ended', limits.timeoutMs) })
      return { first, answers }
    }
  }
}

/** Its answer is whole: the group's own, or where that failed, one for each name. */
function hasEnded(batch: BatchResult, group: Group): boolean {
  const whole = batch.results.get(group.id)
  if (whole === undefined) return false
  if (whole.exitCode === 0 || group.names.length === 1) return true
  if (classifyZfs(whole.stderr)?.kind === 'bad-property') return true
  return group.names.every((_, index) => batch.results.has(`${group.id}.${index}`))
}

interface TooSlow {
  readonly answers: readonly Answer[]
  /** Those that one command was under way for. */
  readonly tooSlow: readonly string[]
  /** What to ask for again, in these groups. */
  readonly again: readonly (readonly string[])[]
}

function afterTooSlow(batch: BatchResult, group: Group, readers: ReadonlyMap<string, OutputReader>): TooSlow {
  const { id, names } = group
  if (!batch.results.has(id)) {
    const half = Math.ceil(names.length / 2)
    const again = names.length === 1 ? [] : [names.slice(0, half), names.slice(half)]
    return { answers: [], tooSlow: names, again }
  }
  // It had failed, and was asked for one by one.
  const answered = names.filter((_, index) => batch.results.has(`${id}.${index}`))
  const tooSlow = names.filter((_, index) => batch.running === `${id}.${index}`)
  const rest = names.filter((name) => !answered.includes(name) && !tooSlow.includes(name))
  const answers = groupAnswers(batch, group, readers).filter(({ names: [name = ''] }) => answered.includes(name))
  return { answers, tooSlow, again: rest.length === 0 ? [] : [rest] }
}

const NONE: ReadonlyMap<string, LookFault> = new Map()

/** Of a listing of all of a group that was cut off in its middle. */
function givenUp(batch: BatchResult, { id }: Group, readers: ReadonlyMap<string, ListingReader>) {
  return (batch.results.has(id) ? undefined : readers.get(id)?.givenUp?.()) ?? NONE
}

/** The rest of a group, without those that had made it too much. */
function anew({ names }: Group): TooSlow {
  return { answers: [], tooSlow: [], again: names.length === 0 ? [] : [names] }
}

function gaveUp(fruitless: number, leftMs: number, timeoutMs: number): string | null {
  if (fruitless >= FRUITLESS) return `${FRUITLESS} listings in a row did not end in the time that they may take`
  // Less than this no command is given; and what is left after a rounding is no time.
  if (leftMs < timeoutMs / (4 * SHARES))
    return `the listings before it took all of the ${span(timeoutMs)} that a host may take`
  return null
}

/** What is known of one kind of listing on one host. */
interface Known {
  /** Rows at the last listing, by dataset. */
  readonly rows: Map<string, number>
  /** In how large a group a dataset may be that was in one that took too long; gone with the first that did not. */
  readonly most: Map<string, number>
  /** Not reached at the last listing, because those before it took all the time. */
  readonly waiting: Set<string>
}

/** Datasets of a host beyond which what is remembered begins anew: no SAN has so many, a hostile one may say so. */
const MOST_DATASETS = 50_000

/** How fast hosts list, from one check to the next; nothing of it is kept beyond the life of the process. */
export class Pace {
  readonly #known = new Map<string, Known>()

  /** Those that were not reached the last time first. `kind`: what is listed, as `snapshots`. */
  toList(host: string, kind: string, names: readonly string[]): readonly ToList[] {
    const { rows, most, waiting } = this.#of(host, kind)
    const ordered = [...names.filter((name) => waiting.has(name)), ...names.filter((name) => !waiting.has(name))]
    return ordered.map((name) => ({ name, snapshots: rows.get(name) ?? null, most: most.get(name) ?? null }))
  }

  listed(host: string, kind: string, name: string, rows: number): void {
    this.#of(host, kind).rows.set(name, rows)
  }

  answered(host: string, kind: string, names: readonly string[]): void {
    const { most, waiting } = this.#of(host, kind)
    for (const name of names) {
      most.delete(name)
      waiting.delete(name)
    }
  }

  /** One command for all of these took too long: the next one is for half as many. */
  tooSlow(host: string, kind: string, names: readonly string[]): void {
    const { most, waiting } = this.#of(host, kind)
    for (const name of names) {
      most.set(name, Math.max(1, Math.floor(names.length / 2)))
      waiting.delete(name)
    }
  }

  notReached(host: string, kind: string, names: readonly string[]): void {
    const { waiting } = this.#of(host, kind)
    for (const name of names) waiting.add(name)
  }

  #of(host: string, kind: string): Known {
    const key = `${host} ${kind}`
    const known = this.#known.get(key)
    if (known !== undefined && known.rows.size + known.most.size + known.waiting.size < MOST_DATASETS) return known
    const fresh = { rows: new Map(), most: new Map(), waiting: new Set<string>() }
    this.#known.set(key, fresh)
    return fresh
  }
}
