import { adminScript } from '#lib/admin-script/admin-script.ts'
import { sayBytes } from '#lib/replication/words.ts'
import { quote } from '#lib/ssh/quote.ts'
import type { SetAside } from './set-aside.ts'

/** The script that removes the set-asides of one SAN. `asOf`: RFC 3339. */
export function cleanUpScript(host: string, setAsides: readonly SetAside[], asOf: string): string {
  const blocks = setAsides
    .filter((each) => each.host === host)
    .map((each) => ({ comments: commentsOf(each), command: commandOf(each) }))
  return adminScript({ what: 'set-asides', host, asOf, functions: REMOVE, blocks })
}

function commentsOf(each: SetAside): readonly string[] {
  const made = each.madeAt === null ? 'at an unknown time' : `${new Date(each.madeAt).toISOString().slice(0, 19)}Z`
  const by =
    each.madeBy === null
      ? 'the run that made it is not known'
      : `run ${each.madeBy.runId} (${each.madeBy.planKind}): ${each.madeBy.reason ?? 'no reason was given'}`
  return [
    each.name,
    `  ${WORDS[each.role]} ${made}, dataset ${each.datasetId}; ${by}`,
    `  removing it frees ${sayBytes(each.usedBytes)}; ${each.snapshots === 1 ? '1 snapshot' : `${each.snapshots} snapshots`} of its own`,
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
