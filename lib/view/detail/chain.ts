import type { SnapshotView } from '#lib/api/snapshots.ts'

/** What is drawn in one place of the rails. */
export type ChainNode =
  | { readonly kind: 'one'; readonly row: SnapshotView; readonly isBase: boolean }
  | {
      readonly kind: 'many'
      readonly state: SnapshotView['state'] | 'MIXED'
      readonly count: number
      readonly from: SnapshotView
      readonly to: SnapshotView
    }

const ROOM = 24
/** Of a run of equal ones: the first and the last two stay to be seen. */
const HEAD = 1
const TAIL = 2

/**
 * Oldest first, for rows that come newest first. As long as all have room, each stands for itself; else what many have
 * in common becomes one node, and at last everything that is older than the rest.
 */
export function chainNodes(newestFirst: readonly SnapshotView[], baseGuid: string | null): readonly ChainNode[] {
  const rows = [...newestFirst].reverse()
  const one = (row: SnapshotView): ChainNode => ({
    kind: 'one',
    row,
    isBase: row.guid === baseGuid && row.state === 'BOTH',
  })
  if (rows.length <= ROOM) return rows.map(one)
  const nodes = runsOf(rows).flatMap((run): ChainNode[] => {
    const middle = run.slice(HEAD, -TAIL)
    const [from] = middle
    const to = middle.at(-1)
    if (from === undefined || to === undefined || middle.length < 2) return run.map(one)
    return [
      ...run.slice(0, HEAD).map(one),
      { kind: 'many', state: from.state, count: middle.length, from, to },
      ...run.slice(-TAIL).map(one),
    ]
  })
  return nodes.length <= ROOM ? nodes : withOlder(nodes)
}

function withOlder(nodes: readonly ChainNode[]): readonly ChainNode[] {
  const older = nodes.slice(0, nodes.length - ROOM + 1)
  const [first] = older
  const last = older.at(-1)
  if (first === undefined || last === undefined) return nodes
  const count = older.reduce((sum, node) => sum + (node.kind === 'one' ? 1 : node.count), 0)
  const from = first.kind === 'one' ? first.row : first.from
  const to = last.kind === 'one' ? last.row : last.to
  return [{ kind: 'many', state: 'MIXED', count, from, to }, ...nodes.slice(older.length)]
}

function runsOf(rows: readonly SnapshotView[]): SnapshotView[][] {
  const runs: SnapshotView[][] = []
  for (const row of rows) {
    const current = runs.at(-1)
    if (current?.[0]?.state === row.state) current.push(row)
    else runs.push([row])
  }
  return runs
}

/** `14 snapshots on hqs8, 15 on hqs1; 12 in common, the newest is @daily-…; 2 only on hqs8, 3 only on hqs1` */
export function chainWords(
  rows: readonly SnapshotView[],
  { primary, backup }: { readonly primary: string; readonly backup: string },
): string {
  const count = (state: SnapshotView['state']): number => rows.filter((row) => row.state === state).length
  const onPrimary = rows.filter((row) => row.primary !== null).length
  const onBackup = rows.filter((row) => row.backup !== null).length
  const base = rows.find((row) => row.state === 'BOTH')
  const parts = [
    `${onPrimary} snapshots on ${primary}, ${onBackup} on ${backup}`,
    base === undefined ? 'none in common' : `${count('BOTH')} in common, the newest is @${base.name}`,
    [
      count('PRIMARY') > 0 ? `${count('PRIMARY')} only on ${primary}` : '',
      count('BACKUP') > 0 ? `${count('BACKUP')} only on ${backup}` : '',
      count('CLASH') > 0 ? `${count('CLASH')} with a name that the other side uses for another snapshot` : '',
    ]
      .filter((part) => part !== '')
      .join(', '),
  ]
  return parts.filter((part) => part !== '').join('; ')
}
