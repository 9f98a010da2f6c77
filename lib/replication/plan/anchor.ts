import { anchorName, NAME_LIMIT } from '#lib/zfs/names.ts'
import { bookmark } from '#lib/zfs/write-commands.ts'
import { ANCHOR_LIMIT, ownAnchors } from '../anchors.ts'
import type { PresentSide, SnapshotRef } from '../types.ts'
import type { BookmarkDraft, PlanInput } from './draft.ts'

export interface Anchors {
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
