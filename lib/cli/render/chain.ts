import type { SnapshotSideView, SnapshotView } from '../answers.ts'
import type { Output } from '../output.ts'
import { paint, type Style, type Text } from '../text.ts'
import { agoText } from './words.ts'

const SIGNS: Readonly<
  Record<string, { readonly sign: string; readonly style: Style; readonly words: string; readonly many: string }>
> = {
  BOTH: { sign: '●', style: 'green', words: 'both', many: 'in common' },
  PRIMARY: { sign: '○', style: 'yellow', words: 'only primary', many: 'only on the primary' },
  BACKUP: { sign: '◆', style: 'red', words: 'only backup', many: 'only on the backup' },
  CLASH: { sign: '╳', style: 'red', words: 'same name, other snapshot', many: 'clashing' },
  UNKNOWN: { sign: '?', style: 'dim', words: 'other side not read', many: 'not known' },
}
/** A longer run is shown as its first, how many are between, and its last. */
const LONGEST_RUN = 6

/**
 * The chain as two lines, oldest on the left: what is above one another is one snapshot.
 * `newestFirst` as the API lists it; `older` says how many there are before the first of them.
 */
export function railLines(
  newestFirst: readonly SnapshotView[],
  sides: { readonly primary: SnapshotSideView; readonly backup: SnapshotSideView },
  older = 0,
): Text[] {
  const groups = runsOf([...newestFirst].reverse())
  const primary: Text[] = []
  const backup: Text[] = []
  const put = (onPrimary: Text, onBackup: Text): void => {
    primary.push(onPrimary)
    backup.push(onBackup)
  }
  if (older > 0) put(`(${older} older)─`, '─'.repeat(`(${older} older)─`.length))
  for (const [index, group] of groups.entries()) {
    if (index > 0) put('─', '─')
    for (const [at, piece] of piecesOf(group).entries()) {
      if (at > 0) put('─', '─')
      put(isOn(group, 'primary') ? piece : blank(piece), isOn(group, 'backup') ? piece : blank(piece))
    }
  }
  const names = [
    `primary ${sides.primary.host}:${sides.primary.dataset}`,
    `backup  ${sides.backup.host}:${sides.backup.dataset}`,
  ]
  const width = Math.max(...names.map((name) => Bun.stringWidth(name)))
  const rail = (name: string | undefined, line: readonly Text[], side: SnapshotSideView): Text => [
    (name ?? '').padEnd(width),
    '  ',
    side.state === 'PRESENT' ? line : paint('dim', sideText(side)),
  ]
  const used = Object.entries(SIGNS).filter(([state]) => groups.some((group) => stateOf(group) === state))
  return [
    rail(names[0], primary, sides.primary),
    rail(names[1], backup, sides.backup),
    ...(used.length === 0
      ? []
      : [paint('dim', `${' '.repeat(width)}  ${used.map(([, { sign, words }]) => `${sign} ${words}`).join('   ')}`)]),
  ]
}

type Run = readonly [SnapshotView, ...SnapshotView[]]

/** Neighbours of one state, and of one side for a clash. */
function runsOf(oldestFirst: readonly SnapshotView[]): readonly Run[] {
  const runs: [SnapshotView, ...SnapshotView[]][] = []
  for (const snapshot of oldestFirst) {
    const run = runs.at(-1)
    const same =
      run !== undefined && run[0].state === snapshot.state && (run[0].primary === null) === (snapshot.primary === null)
    if (same) run.push(snapshot)
    else runs.push([snapshot])
  }
  return runs
}

function piecesOf(run: Run): readonly Text[] {
  const { sign, style, many } = SIGNS[stateOf(run)] ?? {
    sign: '·',
    style: 'dim' as const,
    many: stateOf(run).toLowerCase(),
  }
  const mark = paint(style, sign)
  return run.length <= LONGEST_RUN ? run.map(() => mark) : [mark, `(${run.length - 2} ${many})`, mark]
}

function stateOf([first]: Run): string {
  return first.state
}

function isOn([first]: Run, side: 'primary' | 'backup'): boolean {
  return first[side] !== null
}

function blank(piece: Text): string {
  return '─'.repeat(typeof piece === 'string' ? piece.length : 1)
}

function sideText({ state, detail }: SnapshotSideView): string {
  return detail ?? (state === 'MISSING' ? 'does not exist' : state.toLowerCase().replaceAll('_', ' '))
}

export function snapshotTable(out: Output, rows: readonly SnapshotView[], now: number): void {
  out.table(
    [
      { title: 'STATE' },
      { title: 'CREATED' },
      { title: 'AGE', align: 'right' },
      { title: 'PRIMARY' },
      { title: 'BACKUP' },
      { title: 'HOLDS', align: 'right' },
      { title: 'BOOKMARK' },
      { title: 'GUID' },
    ],
    rows.map(({ state, createdAt, primary, backup, bookmark, guid }) => [
      state,
      createdAt,
      agoText(createdAt, now),
      primary?.name ?? '-',
      backup?.name ?? '-',
      `${primary?.holds ?? '-'}/${backup?.holds ?? '-'}`,
      bookmark ?? '-',
      guid,
    ]),
  )
}

/** Fields of `show --snapshots --plain`. */
export function snapshotRecord({ guid, state, createdAt, primary, backup, bookmark }: SnapshotView): (string | null)[] {
  return [guid, state, createdAt, primary?.name ?? null, backup?.name ?? null, bookmark]
}
