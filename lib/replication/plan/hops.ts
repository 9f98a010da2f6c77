import type { SendFrom } from '#lib/zfs/send-commands.ts'
import type { Guid } from '#lib/zfs/types.ts'
import type { SnapshotRef } from '../types.ts'

/** Where the backup stands before a hop; null: it has nothing yet. */
export type Position = { readonly kind: 'snapshot' | 'bookmark'; readonly name: string; readonly guid: Guid } | null

/** One stream: where it begins and which snapshots arrive with it, oldest first. */
export interface Hop {
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
