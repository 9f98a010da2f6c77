import { createHash } from 'node:crypto'
import { hold, release } from '#lib/zfs/write-commands.ts'
import { ownSiblings } from '../swap.ts'
import type { Inventory, Mapping, SnapshotRef } from '../types.ts'
import { type CommandsDraft, optionalStep, type PlanInput } from './draft.ts'

/** Before the first byte of a full stream, and after all that follows it. */
export interface Kept {
  readonly before: readonly CommandsDraft[]
  readonly after: readonly CommandsDraft[]
}

/** One for each backup: two seeds from one primary hold and release each its own. */
export function seedTag({ backup }: Mapping): string {
  return `zwitness-${createHash('sha256').update(`${backup.host}:${backup.dataset}`).digest('hex').slice(0, 8)}`
}

/**
 * A first transfer may last for days, and be cut off: a bookmark does not save it. So its snapshot, and the one up to which
 * the rest follows, are held on the primary while it lasts, where the login may also let go of them again. Nowhere else: a
 * hold that nobody can release would keep its snapshot for ever. One that a run leaves behind is released by a later check.
 */
export function keepSeed(input: PlanInput, snapshots: readonly SnapshotRef[]): Kept {
  if (!holdsAndReleases(input.inventory.rights?.primary ?? null)) return { before: [], after: [] }
  const names = [...new Set(snapshots.map(({ name }) => `${input.mapping.primary.dataset}@${name}`))]
  const many = names.length === 1 ? 'the snapshot' : 'the snapshots'
  const { host } = input.mapping.primary
  const argv = hold(input.options.zfsCommands.primary, seedTag(input.mapping), names)
  const title = `Hold ${many} of the first transfer on ${host} while it lasts`
  return { before: [optionalStep('keep', host, title, argv)], after: [releaseStep(input, names)] }
}

export function releaseStep(
  { mapping, options }: Pick<PlanInput, 'mapping' | 'options'>,
  names: readonly string[],
): CommandsDraft {
  const { host } = mapping.primary
  const many = names.length === 1 ? 'the snapshot' : 'the snapshots'
  const argv = release(options.zfsCommands.primary, seedTag(mapping), names)
  return optionalStep('release', host, `Let go of ${many} of the first transfer on ${host}`, argv)
}

/** As far as is known: a check knows what an earlier one has read, and nothing is placed before it was read anew. */
export function mayKeep({ rights, delegated }: Inventory): boolean {
  return holdsAndReleases(rights?.primary ?? delegated?.primary ?? null)
}

function holdsAndReleases(rights: ReadonlySet<string> | 'all' | null): boolean {
  return rights !== null && (rights === 'all' || (rights.has('hold') && rights.has('release')))
}

/** Is there something of a first transfer on the backup that can go on? Where that was not read, it may be. */
export function seedStands(inventory: Inventory): boolean {
  const { backup, token, incomingToken, backupSiblings } = inventory
  if (backup.state !== 'present' && backup.state !== 'missing') return true
  if (backupSiblings === undefined) return true
  const isPartial = backup.state === 'present' && backup.facts.receiveResumeToken !== null
  if (isPartial && (token === null || ('toGuid' in token && token.fromGuid === null))) return true
  return ownSiblings(inventory, 'incoming').some(({ name, receiveResumeToken, snapshots }) => {
    if (receiveResumeToken === null) return snapshots.length > 0
    return incomingToken?.name === name && (incomingToken.facts === null || 'toGuid' in incomingToken.facts)
  })
}
