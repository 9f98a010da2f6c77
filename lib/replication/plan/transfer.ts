import { resumeTokenFacts, type SendOptions, send, sendEstimate, sendResume } from '#lib/zfs/send-commands.ts'
import type { Guid } from '#lib/zfs/types.ts'
import { type Properties, type ReceiveGuard, receive } from '#lib/zfs/write-commands.ts'
import type { Mapping, SnapshotRef } from '../types.ts'
import type { Named, PlanOptions, TransferDraft } from './draft.ts'
import type { Guards } from './guard.ts'
import type { Hop } from './hops.ts'

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
export interface Into {
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

export interface Resumption {
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
  const count = arrives.length === 1 ? '1 snapshot' : `${arrives.length} snapshots`
  return `Send ${count} from ${start} to @${to.name}`
}
