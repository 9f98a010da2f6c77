import { ANCHOR_LIMIT, ownAnchors } from '#lib/replication/chain.ts'
import { compare } from '#lib/replication/compare.ts'
import type { Inventory, PresentSide } from '#lib/replication/types/inventory.ts'
import { quote } from '#lib/text/shell.ts'
import { isoSeconds } from '#lib/text/words.ts'
import type { BookmarkEntry, Guid } from '#lib/zfs/types.ts'
import { adminScript } from './admin-script.ts'

/** What an anchor is still there for. */
export type AnchorUse = 'NEEDED' | 'PENDING' | 'SUPERSEDED' | 'UNKNOWN'

/** A bookmark of ours on a primary dataset. */
export interface Anchor {
  readonly host: string
  readonly dataset: string
  /** The part after `#`. */
  readonly mark: string
  readonly guid: Guid
  /** Epoch seconds: when its snapshot was taken. */
  readonly creation: number
  /** The snapshot's name on the primary (after `@`); null: destroyed there, only the anchor is left. */
  readonly snapshot: string | null
  readonly use: AnchorUse
  /** One sentence. */
  readonly because: string
}

export interface AnchoredDataset {
  readonly host: string
  readonly dataset: string
  /** Mappings that have it as their primary. */
  readonly datasetIds: readonly string[]
  readonly anchors: readonly Anchor[]
  readonly limit: number
}

/** The anchors of one primary dataset, newest first, by the inventories of all its mappings; null: it was not read. */
export function anchorsOf(inventories: readonly Inventory[]): AnchoredDataset | null {
  const [first] = inventories
  // The listing that was made last is the one that counts.
  const newest = inventories.toSorted((a, b) => b.readAt - a.readAt).find(({ primary }) => primary.state === 'present')
  if (first === undefined || newest?.primary.state !== 'present') return null
  const { primary } = newest
  const { host, dataset } = first.mapping.primary
  const names = new Map(primary.snapshots.map(({ guid, name }) => [guid, name]))
  const anchors = ownAnchors(primary.bookmarks)
    .toSorted((a, b) => Number(b.createtxg - a.createtxg))
    .map((bookmark) => {
      const uses = inventories.map((inventory) => useFor(inventory, primary, bookmark))
      const [use, because] = RANK.flatMap((rank) => uses.filter(([each]) => each === rank))[0] ?? NOT_READ
      const { name: mark, guid, creation } = bookmark
      return { host, dataset, mark, guid, creation, snapshot: names.get(guid) ?? null, use, because }
    })
  return { host, dataset, datasetIds: inventories.map(({ mapping }) => mapping.id), anchors, limit: ANCHOR_LIMIT }
}

type Judged = readonly [AnchorUse, because: string]
const RANK: readonly AnchorUse[] = ['NEEDED', 'PENDING', 'UNKNOWN', 'SUPERSEDED']
const NOT_READ: Judged = ['UNKNOWN', 'No backup of it could be read.']

/** What one mapping still wants with it. In doubt it is kept: an anchor costs nothing. */
function useFor({ backup, mapping }: Inventory, primary: PresentSide, bookmark: BookmarkEntry): Judged {
  const there = mapping.backup.host
  if (backup.state === 'missing') return ['PENDING', `The backup on ${there} does not exist; a seed may start from it.`]
  if (backup.state !== 'present') return ['UNKNOWN', `${there} could not be read.`]
  const { base } = compare(primary, backup, EVERYTHING, 0)
  const guids = new Set(backup.snapshots.map(({ guid }) => guid))
  if (base?.guid === bookmark.guid) return ['NEEDED', `An incremental to ${there} starts from it.`]
  if (!guids.has(bookmark.guid)) {
    return isNewer(bookmark, base?.guid ?? null, primary)
      ? ['PENDING', `Its snapshot is not on ${there} yet.`]
      : ['SUPERSEDED', `${there} does not have its snapshot, and has newer ones.`]
  }
  const newest = newestOn(guids, primary)
  if (newest?.guid === bookmark.guid)
    return ['NEEDED', `It is the newest anchor that ${there} has; @${base?.name ?? ''}, which is newer, has none.`]
  return ['SUPERSEDED', `${there} has a newer one to start from.`]
}

const EVERYTHING = { include: [], exclude: [], minAgeSeconds: 0 }

/** The newest thing of the primary's bookmarks that a backup has; a bookmark of anyone does. */
function newestOn(guids: ReadonlySet<Guid>, { bookmarks }: PresentSide): BookmarkEntry | null {
  return bookmarks
    .filter(({ guid }) => guids.has(guid))
    .reduce<BookmarkEntry | null>((a, b) => (a === null || b.createtxg > a.createtxg ? b : a), null)
}

/** A bookmark keeps the createtxg of its snapshot. Without a base nothing is known to be older. */
function isNewer(bookmark: BookmarkEntry, base: Guid | null, primary: PresentSide): boolean {
  const entry = [...primary.snapshots, ...primary.bookmarks].find(({ guid }) => guid === base)
  return entry === undefined || bookmark.createtxg > entry.createtxg
}

/** The script that removes from one primary SAN the anchors that nothing needs any more. `asOf`: RFC 3339. */
export function removalScript(host: string, anchors: readonly Anchor[], asOf: string): string {
  const blocks = anchors
    .filter((anchor) => anchor.host === host)
    .map(({ dataset, mark, guid, creation, snapshot, use, because }) => ({
      comments: [
        `${dataset}#${mark}`,
        `  of ${snapshot === null ? 'a snapshot that is gone' : `@${snapshot}`}, taken ${isoSeconds(creation)}`,
        `  ${use === 'SUPERSEDED' ? because : `left alone: ${because}`}`,
      ],
      command: use === 'SUPERSEDED' ? `remove_anchor ${quote(`${dataset}#${mark}`)} ${quote(guid)}` : null,
    }))
  return adminScript({ what: 'anchors (bookmarks)', host, asOf, functions: REMOVE, blocks })
}

/** A bookmark's guid is that of its snapshot. A name with # can only be a bookmark's, so nothing else can be meant. */
const REMOVE = `
remove_anchor() { # dataset#mark guid
  echo "$1"
  is "$1" "$2" || return
  run zfs destroy "$1" || { leave 'it could not be removed'; return; }
  removed=$((removed + 1))
}
`
