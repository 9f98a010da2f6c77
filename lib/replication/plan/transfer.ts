import { counted } from '#lib/text/words.ts'
import {
  resumeTokenFacts,
  type SendFrom,
  type SendOptions,
  send,
  sendEstimate,
  sendResume,
} from '#lib/zfs/send-commands.ts'
import type { Guid, SnapshotEntry } from '#lib/zfs/types.ts'
import { guardedReceive, guardOf, type Properties, type ReceiveGuard, receive } from '#lib/zfs/write-commands.ts'
import { byCreatetxg } from '../compare.ts'
import type { Mapping, PresentSide, SnapshotRef } from '../types/inventory.ts'
import type { Plan } from '../types/plan.ts'
import type { Named, PlanInput, PlanOptions, TransferDraft } from './draft.ts'

/** Who sends to whom, and how. */
export interface Route {
  readonly mapping: Mapping
  readonly zfs: PlanOptions['zfsCommands']
  readonly options: SendOptions
  /** See `StreamChoice`. */
  readonly unencrypted: boolean
  /** Properties that a backup made by its first stream begins with. */
  readonly first?: Properties
  readonly guards?: Guards | null
  /** Increments go into what the plan has made before; else into what is there. */
  readonly into?: 'anew'
}

/** A first stream that goes beside the backup, with properties of the line that it is to replace. */
interface Into {
  readonly dataset: string
  readonly properties: Properties
}

export function transferStep(route: Route, hop: Hop, into?: Into): TransferDraft {
  const { mapping, zfs, options } = route
  const stream = { to: `${mapping.primary.dataset}@${hop.to.name}`, from: hop.from, options }
  const full = hop.from.kind === 'nothing'
  const dataset = into?.dataset ?? mapping.backup.dataset
  const begins = into === undefined ? route.first : into.properties
  const properties = full ? { ...(route.unencrypted ? { encryption: 'off' } : {}), ...begins } : into?.properties
  return {
    kind: 'transfer',
    how: full ? 'full' : 'incremental',
    title: titleOf(hop),
    source: { host: mapping.primary.host, argv: send(zfs.primary, stream) },
    // A new dataset is made read-only: reading a mounted backup is enough to make it diverge.
    sink: {
      host: mapping.backup.host,
      argv: receive(zfs.backup, {
        dataset,
        readonlyOn: full,
        properties,
        ...guardFor(route, full ? 'made' : route.into),
      }),
    },
    into: dataset,
    estimateCommand: { host: mapping.primary.host, argv: sendEstimate(zfs.primary, stream) },
    baseGuid: hop.fromGuid,
    target: hop.to,
    arrives: hop.arrives.map((snapshot) => snapshot.guid),
    estimateBytes: null,
    ifInterrupted: 'resumes',
  }
}

interface Resumption {
  readonly token: string
  readonly target: SnapshotRef
  readonly fromGuid: Guid | null
  readonly remainingBytes: number | null
}

/** The rest of an interrupted stream: it carries one snapshot, the one that the token names. */
export function resumeStep(
  route: Route,
  { token, target, fromGuid, remainingBytes }: Resumption,
  into = route.mapping.backup.dataset,
): TransferDraft {
  const { mapping, zfs } = route
  const guard = guardFor(route, into === mapping.backup.dataset ? route.into : 'anew')
  return {
    kind: 'transfer',
    how: 'resume',
    title: `Resume the transfer of @${target.name}`,
    source: { host: mapping.primary.host, argv: sendResume(zfs.primary, token) },
    sink: {
      host: mapping.backup.host,
      argv: receive(zfs.backup, { dataset: into, readonlyOn: false, ...guard }),
    },
    into,
    estimateCommand: { host: mapping.primary.host, argv: resumeTokenFacts(zfs.primary, token) },
    baseGuid: fromGuid,
    target,
    arrives: [target.guid],
    estimateBytes: remainingBytes,
    ifInterrupted: 'resumes',
  }
}

function guardFor({ guards = null }: Route, which: keyof Guards = 'there'): { readonly guard?: ReceiveGuard } {
  return guards === null ? {} : { guard: guards[which] }
}

/** What the commands of these hops name on the primary. */
export function namedBy(hops: readonly Hop[]): readonly Named[] {
  return hops.flatMap((hop): Named[] => {
    const to: Named = { kind: 'snapshot', name: hop.to.name, guid: hop.to.guid }
    if (hop.from.kind === 'nothing' || hop.fromGuid === null) return [to]
    return [{ kind: hop.from.kind, name: hop.from.name, guid: hop.fromGuid }, to]
  })
}

function titleOf({ from, to, arrives }: Hop): string {
  if (from.kind === 'nothing') return `Send @${to.name} in full`
  const start = from.kind === 'bookmark' ? `bookmark #${from.name}` : `@${from.name}`
  const count = counted(arrives.length, 'snapshot')
  return `Send ${count} from ${start} to @${to.name}`
}

/** Where the backup stands before a hop; null: it has nothing yet. */
export type Position = { readonly kind: 'snapshot' | 'bookmark'; readonly name: string; readonly guid: Guid } | null

/** One stream: where it begins and which snapshots arrive with it, oldest first. */
interface Hop {
  readonly from: SendFrom
  readonly fromGuid: Guid | null
  readonly to: SnapshotRef
  readonly arrives: readonly SnapshotRef[]
}

/**
 * The fewest streams that bring exactly the wanted snapshots. `after` are all snapshots of the primary newer than the
 * start, oldest first. What follows without a gap goes in one `-I`; over a snapshot that is not wanted only `-i` leads,
 * and from a bookmark too. Without a start the first one is a full stream.
 */
export function hops(after: readonly SnapshotRef[], wanted: ReadonlySet<Guid>, start: Position): readonly Hop[] {
  const result: Hop[] = []
  let at = start
  let run: SnapshotRef[] = []
  let gap = false

  const single = (to: SnapshotRef) => {
    result.push({ from: fromPosition(at, false), fromGuid: at?.guid ?? null, to, arrives: [to] })
    at = { kind: 'snapshot', name: to.name, guid: to.guid }
  }
  const endRun = () => {
    const to = run.at(-1)
    if (to === undefined) return
    result.push({ from: fromPosition(at, true), fromGuid: at?.guid ?? null, to, arrives: run })
    at = { kind: 'snapshot', name: to.name, guid: to.guid }
    run = []
  }

  for (const snapshot of after) {
    if (!wanted.has(snapshot.guid)) {
      endRun()
      gap = true
    } else if (gap || at === null || at.kind === 'bookmark') {
      endRun()
      single(snapshot)
      gap = false
    } else {
      run.push(snapshot)
    }
  }
  endRun()
  return result
}

function fromPosition(at: Position, between: boolean): SendFrom {
  if (at === null) return { kind: 'nothing' }
  return at.kind === 'bookmark' ? { kind: 'bookmark', name: at.name } : { kind: 'snapshot', name: at.name, between }
}

/** Snapshots of the primary newer than a snapshot or bookmark of its own, oldest first. All of them where it has neither. */
export function newerThan(primary: PresentSide, start: { readonly guid: Guid } | null): readonly SnapshotEntry[] {
  const sorted = byCreatetxg(primary.snapshots)
  if (start === null) return sorted
  const txg =
    primary.snapshots.find((entry) => entry.guid === start.guid)?.createtxg ??
    primary.bookmarks.find((entry) => entry.guid === start.guid)?.createtxg
  return txg === undefined ? sorted : sorted.filter((entry) => entry.createtxg > txg)
}

/** What the streams of a plan may not bring. */
interface Guards {
  /** Into a dataset that the stream makes. */
  readonly made: ReceiveGuard
  /** Into one that is there. */
  readonly there: ReceiveGuard
  /** Into one that an earlier step of the plan has made, read-only like every new line. */
  readonly anew: ReceiveGuard
}

/** Null: what the login may do was not read yet, as it is before every repair and preview. */
export function guardsOf({ inventory }: PlanInput): Guards | null {
  const { rights, primary, kept } = inventory
  if (rights === undefined || primary.state !== 'present') return null
  const { type } = primary.facts
  const { backup, onBackup = backup } = rights
  const own = kept ?? new Map<string, string>()
  return {
    made: guardOf(type, backup, new Map()),
    there: guardOf(type, onBackup, own),
    anew: guardOf(type, backup, new Map([...own, ['readonly', 'on']])),
  }
}

/** A plan that a check has made, without having read the rights: its receives as they would be made now. */
export function withGuards(plan: Plan, input: PlanInput): Plan {
  const guards = guardsOf(input)
  if (guards === null) return plan
  const { dataset } = input.mapping.backup
  let anew = input.inventory.backup.state !== 'present'
  const steps = plan.steps.map((step) => {
    if (step.kind === 'commands') anew ||= step.role === 'swap'
    if (step.kind !== 'transfer') return step
    const guard = step.how === 'full' ? guards.made : anew || step.into !== dataset ? guards.anew : guards.there
    return { ...step, sink: { ...step.sink, argv: guardedReceive(step.sink.argv, guard) } }
  })
  return { ...plan, steps }
}
