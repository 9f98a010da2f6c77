import { cleanLine } from '#lib/text/clean.ts'

interface AdminScript {
  /** What it removes, for the head: `set-asides`, `anchors`. */
  readonly what: string
  readonly host: string
  /** RFC 3339: when the SAN was last looked at. */
  readonly asOf: string
  /** Shell functions that the blocks call. */
  readonly functions: string
  readonly blocks: readonly ScriptBlock[]
}

/** One object: what a person should know of it, and the line that removes it (null: it is left alone). */
interface ScriptBlock {
  readonly comments: readonly string[]
  readonly command: string | null
}

/**
 * A script for the admin of one SAN. It says what it would do, and does it only with `--really`; it is never run by
 * zwitness, whose key cannot destroy. Names and reasons come from SANs and from people: comments are cleaned to one line.
 */
export function adminScript({ what, host, asOf, functions, blocks }: AdminScript): string {
  const count = blocks.filter(({ command }) => command !== null).length
  return [
    '#!/bin/sh',
    comment(`zwitness: removes ${what} of ${host}, as seen ${asOf}. For the admin of ${host}; zwitness never runs it.`),
    comment(''),
    comment('  sh THIS-FILE            says what it would do and changes nothing'),
    comment('  sh THIS-FILE --really   does it'),
    comment(''),
    comment('Take out the lines of what you want to keep. Nothing is removed whose guid is not the one noted here.'),
    SHELL_START,
    functions.trim(),
    '',
    ...blocks.flatMap(({ comments, command }) => [
      ...comments.map((line) => comment(line)),
      ...(command === null ? [] : [command]),
      '',
    ]),
    count === 0 ? "echo 'There is nothing to remove.'" : 'finish',
    '',
  ].join('\n')
}

function comment(text: string): string {
  const line = cleanLine(text)
  return line === '' ? '#' : `# ${line}`
}

/**
 * What every admin script begins with. POSIX sh, nothing but `zfs`. `is NAME GUID` is the guard of every removal; the
 * caller returns where it says no. Nothing ends the script half-way: each object is judged by itself.
 */
const SHELL_START = `
set -u
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
LC_ALL=C
export PATH LC_ALL

really=no
case "\${1-}" in
  '') ;;
  --really) really=yes ;;
  *) echo "usage: sh $0 [--really]" >&2; exit 2 ;;
esac
removed=0
left=0

leave() { # why
  echo "  left alone: $1"
  left=$((left + 1))
}

is() { # name guid
  found=$(zfs get -Hp -o value guid "$1" 2>&1) || { leave "$found"; return 1; }
  [ "$found" = "$2" ] && return 0
  leave "$1 is another one now: guid $found instead of $2"
  return 1
}

run() { # command...
  if [ "$really" = yes ]; then "$@"; return; fi
  printf '  would run:'
  printf " '%s'" "$@"
  echo
}

finish() {
  [ "$really" = yes ] || echo 'Nothing was changed. With --really it is done.'
  echo "$removed removed, $left left alone."
  [ "$left" -eq 0 ]
}
`
