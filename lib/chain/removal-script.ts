import { adminScript } from '#lib/admin-script/admin-script.ts'
import { quote } from '#lib/ssh/quote.ts'
import { utcTime } from '#lib/zfs/cells.ts'
import type { Anchor } from './anchors-of.ts'

/** The script that removes from one primary SAN the anchors that nothing needs any more. `asOf`: RFC 3339. */
export function removalScript(host: string, anchors: readonly Anchor[], asOf: string): string {
  const blocks = anchors
    .filter((anchor) => anchor.host === host)
    .map(({ dataset, mark, guid, creation, snapshot, use, because }) => ({
      comments: [
        `${dataset}#${mark}`,
        `  of ${snapshot === null ? 'a snapshot that is gone' : `@${snapshot}`}, taken ${utcTime(creation)}`,
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
