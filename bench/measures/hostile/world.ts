import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What the hostile host does. */
export const DEEDS = ['nothing', 'markers', 'rows', 'spread', 'guids', 'banner'] as const
export type Deed = (typeof DEEDS)[number]

export interface Sizes {
  /** Forged pairs of markers on stderr, in the answer to the first listing. */
  readonly pairs: number
  /** Snapshot rows in all. */
  readonly rows: number
  /** Looks, with another guid of each dataset at each. */
  readonly looks: number
  readonly rowsALook: number
}

export const HOSTS = { evil: 'evil', good: 'good' } as const
export const datasetsOf = (deed: Deed): readonly string[] =>
  Array.from({ length: deed === 'spread' ? 100 : 6 }, (_, index) => `tank/d${index}`)

/**
 * A directory with an `ssh` that runs what it is given in a local shell, and for each host a `zfs` of its own before all
 * others: no encryption slows down what a host says, and only the service's process is measured.
 */
export function writeWorld(directory: string, deed: Deed, sizes: Sizes): void {
  for (const host of Object.values(HOSTS)) mkdirSync(join(directory, host, 'rows'), { recursive: true })
  program(
    join(directory, 'ssh'),
    deed === 'banner'
      ? `host=; for word; do host=$before; before=$word; done
if [ "$host" = evil ]; then cat ${directory}/banner >&2; exit 255; fi
PATH=${directory}/$host:$PATH; for word; do :; done; exec sh -c "$word"`
      : `host=; for word; do host=$before; before=$word; done
PATH=${directory}/$host:$PATH; for word; do :; done; exec sh -c "$word"`,
  )
  writeFileSync(
    join(directory, 'banner'),
    'REMOTE HOST IDENTIFICATION HAS CHANGED SHA256:a '.repeat(1400).slice(0, 65_000),
  )
  answers(join(directory, HOSTS.good), 'nothing', sizes)
  answers(join(directory, HOSTS.evil), deed, sizes)
}

function answers(directory: string, deed: Deed, sizes: Sizes): void {
  const names = datasetsOf(deed)
  const each =
    deed === 'guids' ? sizes.rowsALook : deed === 'rows' || deed === 'spread' ? sizes.rows : names.length * 50
  const facts = ['tank', ...names].map(
    (name, index) =>
      `${name}\tfilesystem\tGUID${index}\t1\t1700000000\t-\t1700000500\t-\t0\t1\t1\t900000\toff\tyes\toff\t-\t-\n`,
  )
  writeFileSync(join(directory, 'facts'), facts.join(''))
  for (const [at, name] of names.entries()) {
    // Names that no other dataset has cost the most.
    const label = deed === 'spread' ? `auto-${at}-11-22_14` : 'auto-2026-11-22_14'
    const rows = Array.from(
      { length: Math.floor(each / names.length) },
      (_, index) =>
        `${name}@${label}.${index}\tsnapshot\t${10_000_000_000_000_000n + BigInt(index)}\t${1000 + index}\t${1700000000 + index}\t0\n`,
    )
    writeFileSync(join(directory, 'rows', name.slice(5)), rows.join(''))
  }
  const pairs = Array.from(
    { length: deed === 'markers' ? sizes.pairs : 0 },
    (_, index) => `@@B:NONCE:9${index}\n@@E:NONCE:9${index}:0\n`,
  )
  writeFileSync(join(directory, 'pairs'), pairs.join(''))
  // The nonce stands in the command line of the shell that runs this.
  const forge = `nonce=$(tr '\\0' '\\n' < /proc/$PPID/cmdline | grep -o '@@B:[0-9a-f]*' | head -n 1 | cut -c 5-)
sed "s/NONCE/$nonce/g" ${directory}/pairs >&2`
  program(
    join(directory, 'zfs'),
    `case "$*" in
*snapshot,bookmark*) for name; do case $name in tank/*) cat ${directory}/rows/\${name#tank/};; esac; done;;
*)
  look=$(cat ${directory}/look 2>/dev/null || echo 1)
  ${deed === 'markers' ? forge : ''}
  awk -F '\\t' -v names="$*" 'BEGIN { for (i = split(names, n, " "); i > 0; i--) asked[n[i]] } $1 in asked' ${directory}/facts | sed "s/GUID/$look/";;
esac`,
  )
  program(join(directory, 'zpool'), `printf 'tank\\tONLINE\\toff\\t1000000\\t900000\\n'`)
}

function program(file: string, text: string): void {
  writeFileSync(file, `#!/bin/sh\n${text}\n`)
  chmodSync(file, 0o755)
}
