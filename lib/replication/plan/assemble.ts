import { createHash } from 'node:crypto'
import { counted } from '#lib/text/words.ts'
import { anchorName, NAME_LIMIT } from '#lib/zfs/names.ts'
import { bookmark, hold, release } from '#lib/zfs/write-commands.ts'
import { ANCHOR_LIMIT, ownAnchors } from '../chain.ts'
import { ownSiblings } from '../swap.ts'
import type { Inventory, Mapping, PresentSide, SnapshotRef } from '../types/inventory.ts'
import {
  type BookmarkDraft,
  type CommandsDraft,
  type Named,
  optionalStep,
  type PlanDraft,
  type PlanInput,
  type StepDraft,
} from './draft.ts'

interface Transfers {
  readonly kind: PlanDraft['kind']
  /** What makes room first. */
  readonly before?: readonly StepDraft[]
  readonly transfers: readonly StepDraft[]
  readonly target: SnapshotRef
  readonly named: readonly Named[]
  /** What keeps a full stream's snapshots on the primary. */
  readonly kept?: Kept
  /** Snapshot to be bookmarked before the first byte (a seed's first one). */
  readonly anchorFirst?: SnapshotRef
  readonly notes?: readonly string[]
  readonly setAside?: PlanDraft['setAside']
}

/** Bookmark, transfers, bookmark of what is then the newest common snapshot, and a look at both sides. */
export function assemble(input: PlanInput, primary: PresentSide, parts: Transfers): PlanDraft {
  const { mapping, comparison } = input
  const { transfers, target, anchorFirst } = parts
  const first = anchorSteps(input, primary, anchorFirst === undefined ? [] : [anchorFirst])
  const both = anchorSteps(input, primary, anchorFirst === undefined ? [target] : [anchorFirst, target])
  const last = both.steps.filter((step) => !first.steps.some((other) => other.bookmark === step.bookmark))
  const verify: StepDraft = {
    kind: 'verify',
    title: 'Read both sides again',
    estimateBytes: null,
    ifInterrupted: 'harmless',
  }
  const { before: keep, after: release } = parts.kept ?? { before: [], after: [] }
  const steps = [...first.steps, ...keep, ...(parts.before ?? []), ...transfers, ...last, ...release, verify]
  const bookmarks = first.steps.length + last.length

  const base = comparison?.base ?? null
  const untouched = [
    `${mapping.primary.host} (${['only read', ...(bookmarks > 0 ? ['bookmarked'] : []), ...(keep.length > 0 ? ['held meanwhile'] : [])].join(', and ')})`,
    'any other dataset',
    ...(base === null ? [] : [`snapshots of ${mapping.backup.host} up to and including @${base.backupName}`]),
  ]
  const stays = parts.setAside == null && parts.kind !== 'IN_PLACE' && base !== null && comparison !== null
  const own = stays ? comparison.backupAhead.length : 0
  const notes = [
    ...(parts.notes ?? []),
    ...(own > 0
      ? [`${counted(own, 'own snapshot')} of ${mapping.backup.host} after the base: no change in them, they stay.`]
      : []),
    ...both.notes,
  ]
  return {
    kind: parts.kind,
    steps,
    outcome: `${mapping.backup.host} will match ${mapping.primary.host} up to @${target.name}.`,
    untouched,
    notes,
    targetGuid: target.guid,
    named: parts.named,
    blocked: null,
    setAside: parts.setAside ?? null,
  }
}

interface Anchors {
  readonly steps: readonly BookmarkDraft[]
  readonly notes: readonly string[]
}

/**
 * Bookmarks on the primary that keep the chain when retention destroys the snapshot. They cost nothing, cannot be
 * removed with the rights that make them (hence the limit), and a failure to make one never ends a repair.
 */
export function anchorSteps(input: PlanInput, primary: PresentSide, snapshots: readonly SnapshotRef[]): Anchors {
  if (input.policy.anchor === 'none') return { steps: [], notes: [] }
  let room = ANCHOR_LIMIT - ownAnchors(primary.bookmarks).length
  const marked = new Set(primary.bookmarks.map((entry) => entry.guid))
  const steps: BookmarkDraft[] = []
  const notes: string[] = []
  for (const snapshot of snapshots) {
    if (marked.has(snapshot.guid)) continue
    const mark = anchorName(snapshot.guid)
    const why = whyNot(primary, mark, room)
    if (why === null) {
      steps.push(anchorStep(input, snapshot, mark))
      marked.add(snapshot.guid)
      room--
    } else {
      notes.push(`@${snapshot.name} gets no anchor: ${why}`)
    }
  }
  return { steps, notes }
}

function whyNot(primary: PresentSide, mark: string, room: number): string | null {
  if (room <= 0)
    return `${ANCHOR_LIMIT} of ours are on the dataset already (\`zwitness anchors\` prints how to remove them).`
  if (`${primary.facts.name}#${mark}`.length > NAME_LIMIT) return `its name would be longer than ${NAME_LIMIT} bytes.`
  if (primary.bookmarks.some((entry) => entry.name === mark))
    return `#${mark} is there already and is another snapshot's.`
  return null
}

function anchorStep({ mapping, options }: PlanInput, snapshot: SnapshotRef, mark: string): BookmarkDraft {
  const { host, dataset } = mapping.primary
  return {
    kind: 'bookmark',
    title: `Bookmark @${snapshot.name} on ${host}, so that the chain survives its removal there`,
    command: { host, argv: bookmark(options.zfsCommands.primary, `${dataset}@${snapshot.name}`, mark) },
    snapshot,
    bookmark: mark,
    optional: true,
    estimateBytes: null,
    ifInterrupted: 'harmless',
  }
}

/** Before the first byte of a full stream, and after all that follows it. */
interface Kept {
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
 * hold that no one can release would keep its snapshot for ever. One that a run leaves behind is released by a later check.
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
