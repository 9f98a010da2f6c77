import type { Inventory, Sibling } from '#lib/replication/types/inventory.ts'
import type { PlanKind } from '#lib/replication/types/plan.ts'
import { quote } from '#lib/text/shell.ts'
import { bytesText, counted, iso } from '#lib/text/words.ts'
import { type OwnDatasetName, parseOwnDatasetName, poolOf, timeOfStamp } from '#lib/zfs/names.ts'
import type { DatasetType, Guid } from '#lib/zfs/types.ts'
import { adminScript } from './admin-script.ts'

export type SetAsideRole = 'aside' | 'next' | 'incoming'

/** A dataset of ours beside a backup dataset, with everything that a person needs to decide about it. */
export interface SetAside {
  /** Full name, `pool/ds.zw-aside-T`. */
  readonly name: string
  readonly guid: Guid
  readonly type: DatasetType
  readonly role: SetAsideRole
  readonly host: string
  readonly pool: string
  readonly datasetId: string
  /** The backup dataset that it stands beside; its guid is null where that is not there, or could not be read. */
  readonly backup: { readonly name: string; readonly guid: Guid | null }
  /** Epoch ms, by its name; null where the name holds no possible time. */
  readonly madeAt: number | null
  /** Exactly what removing it would free. */
  readonly usedBytes: number
  readonly snapshots: number
  /** Snapshots with a hold. */
  readonly held: number
  /** Datasets directly below it. */
  readonly children: readonly string[]
  /** `pool/ds@snap` that cannot be destroyed as long as this is there; null where it is no clone. */
  readonly pins: string | null
  /** The run whose plan made it; null: not known (the database was lost, or someone made it by hand). */
  readonly madeBy: MadeBy | null
  /** Null: the script for the SAN's admin removes it. Else why it does not. */
  readonly keepBecause: string | null
}

export interface MadeBy {
  readonly runId: number
  /** Epoch ms. */
  readonly at: number
  readonly actor: string
  readonly planKind: PlanKind
  /** What the person who asked wrote, or why policy did it. */
  readonly reason: string | null
}

export interface Around {
  readonly inventory: Inventory
  /** The repair that is queued or running for the dataset. */
  readonly activeRunId: number | null
  /** A swap of it was cut off half-way. */
  readonly halfDone: boolean
  readonly madeBy: ReadonlyMap<string, MadeBy>
}

/** What stands beside one backup, newest first; null where it could not be read, which is not "nothing". */
export function setAsidesOf(around: Around): readonly SetAside[] | null {
  const { mapping, backup, backupSiblings } = around.inventory
  if (backup.state === 'unknown' || backup.state === 'pool-unavailable' || backupSiblings === undefined) return null
  const common = hasCommon(around.inventory)
  return backupSiblings
    .flatMap((sibling) => {
      const own = parseOwnDatasetName(sibling.name)
      if (own === null || own.of !== mapping.backup.dataset) return []
      return [describe(sibling, own, around, common)]
    })
    .toSorted((a, b) => (b.madeAt ?? 0) - (a.madeAt ?? 0) || (a.name < b.name ? -1 : 1))
}

function describe(sibling: Sibling, own: OwnDatasetName, around: Around, common: boolean): SetAside {
  const { mapping, backup } = around.inventory
  return {
    name: sibling.name,
    guid: sibling.guid,
    type: sibling.type,
    role: own.role,
    host: mapping.backup.host,
    pool: poolOf(sibling.name),
    datasetId: mapping.id,
    backup: { name: mapping.backup.dataset, guid: backup.state === 'present' ? backup.facts.guid : null },
    madeAt: timeOfStamp(own.stamp),
    usedBytes: sibling.usedBytes,
    snapshots: sibling.snapshots.length,
    held: sibling.snapshots.filter(({ holds }) => holds > 0).length,
    children: sibling.children.map(({ name }) => name),
    pins: sibling.origin,
    madeBy: around.madeBy.get(sibling.name) ?? null,
    keepBecause: whyKept(sibling, own.role, around, common),
  }
}

function hasCommon({ primary, backup }: Inventory): boolean {
  if (primary.state !== 'present' || backup.state !== 'present') return false
  const there = new Set<Guid>(backup.snapshots.map(({ guid }) => guid))
  return [...primary.snapshots, ...primary.bookmarks].some(({ guid }) => there.has(guid))
}

/** Why the clean-up script leaves it alone, one sentence; null where it may go. The script itself looks again. */
function whyKept(
  sibling: Sibling,
  role: SetAsideRole,
  { inventory, activeRunId, halfDone }: Pick<Around, 'inventory' | 'activeRunId' | 'halfDone'>,
  hasCommon: boolean,
): string | null {
  const { backup, mapping } = inventory
  if (activeRunId !== null) return `Run ${activeRunId} repairs ${mapping.backup.dataset} at this moment.`
  if (halfDone) return 'A swap was cut off half-way; finish it first.'
  if (role === 'incoming') return 'It is a seed that is not swapped in yet; a repair goes on with it.'
  if (backup.state !== 'present') return `${mapping.backup.dataset} itself is not there: this may be the only copy.`
  if (role === 'next' && sibling.origin === null) return 'It owns the history of the backup.'
  if (sibling.children.length > 0) return `${count(sibling.children.length)} below it; move or remove them first.`
  if (sibling.origin === null && !hasCommon)
    return `${mapping.backup.dataset} has nothing in common with its primary yet: this may be the better copy.`
  return null
}

function count(datasets: number): string {
  return datasets === 1 ? '1 dataset is' : `${datasets} datasets are`
}

interface PoolSum {
  readonly host: string
  readonly pool: string
  readonly count: number
  /** What removing all of them would free, at least: blocks that only they share would be freed too. */
  readonly usedBytes: number
}

/** By pool, the largest first. */
export function sumByPool(setAsides: readonly SetAside[]): readonly PoolSum[] {
  const sums = new Map<string, PoolSum>()
  for (const { host, pool, usedBytes } of setAsides) {
    const key = `${host}:${pool}`
    const known = sums.get(key) ?? { host, pool, count: 0, usedBytes: 0 }
    sums.set(key, { ...known, count: known.count + 1, usedBytes: known.usedBytes + usedBytes })
  }
  return [...sums.values()].toSorted((a, b) => b.usedBytes - a.usedBytes || (a.pool < b.pool ? -1 : 1))
}

/** The script that removes the set-asides of one SAN. `asOf`: RFC 3339. */
export function cleanUpScript(host: string, setAsides: readonly SetAside[], asOf: string): string {
  const blocks = setAsides
    .filter((each) => each.host === host)
    .map((each) => ({ comments: commentsOf(each), command: commandOf(each) }))
  return adminScript({ what: 'set-asides', host, asOf, functions: REMOVE, blocks })
}

function commentsOf(each: SetAside): readonly string[] {
  const made = each.madeAt === null ? 'at an unknown time' : iso(each.madeAt)
  const by =
    each.madeBy === null
      ? 'the run that made it is not known'
      : `run ${each.madeBy.runId} (${each.madeBy.planKind}): ${each.madeBy.reason ?? 'no reason was given'}`
  return [
    each.name,
    `  ${WORDS[each.role]} ${made}, dataset ${each.datasetId}; ${by}`,
    `  removing it frees ${bytesText(each.usedBytes)}; ${counted(each.snapshots, 'snapshot')} of its own`,
    ...(each.pins === null ? [] : [`  as long as it is there, ${each.pins} cannot be destroyed`]),
    ...(each.keepBecause === null ? [] : [`  left alone: ${each.keepBecause}`]),
  ]
}

const WORDS: Readonly<Record<SetAside['role'], string>> = {
  aside: 'set aside',
  next: 'a clone not swapped in, made',
  incoming: 'a seed not swapped in, begun',
}

function commandOf({ keepBecause, name, guid, snapshots, backup }: SetAside): string | null {
  if (keepBecause !== null || backup.guid === null) return null
  return `remove_set_aside ${[name, guid, `${snapshots}`, backup.name, backup.guid].map(quote).join(' ')}`
}

/**
 * Snapshots first and by name, then the dataset without -r: what came to it after the checks makes the last destroy
 * refuse instead of going along. Never -R.
 */
const REMOVE = String.raw`
remove_set_aside() { # name guid snapshots backup backup-guid
  echo "$1"
  is "$1" "$2" || return
  is "$4" "$5" || return
  below=$(zfs list -Hp -r -t filesystem,volume -o name "$1" 2>&1) || { leave "$below"; return; }
  [ "$below" = "$1" ] || { leave 'there are datasets below it'; return; }
  listing=$(zfs list -Hp -d 1 -t snapshot -o name,clones "$1" 2>&1) || { leave "$listing"; return; }
  count=0
  while IFS=$tab read -r snapshot clones; do
    [ -n "$snapshot" ] || continue
    count=$((count + 1))
    case "$clones" in '' | -) ;; *) leave "$snapshot has clones: $clones"; return ;; esac
    holds=$(zfs holds -H "$snapshot" 2>&1) || { leave "$holds"; return; }
    while IFS=$tab read -r _ tag _; do
      case "$tag" in '' | zwitness) ;; *) leave "$snapshot is held by $tag"; return ;; esac
    done <<HOLDS
$holds
HOLDS
  done <<LISTING
$listing
LISTING
  [ "$count" -le "$3" ] || { leave "it has $count snapshots now, $3 when this was written"; return; }
  while IFS=$tab read -r snapshot _; do
    [ -n "$snapshot" ] || continue
    [ -z "$(zfs holds -H "$snapshot")" ] || run zfs release zwitness "$snapshot" || { leave 'a hold stays'; return; }
  done <<LISTING
$listing
LISTING
  if [ "$count" -gt 0 ]; then run zfs destroy "$1@%" || { leave 'its snapshots could not be removed'; return; }; fi
  run zfs destroy "$1" || { leave 'it could not be removed'; return; }
  removed=$((removed + 1))
}
tab=$(printf '\t')
`
