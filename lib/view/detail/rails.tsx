import type { SnapshotView } from '#lib/api/snapshots.ts'
import { showTime } from '#lib/text/zoned-time.ts'
import { useNow, useZone } from '../shown-time.ts'

const STEP = 40
const PILL = 104
const TOP = 34
const BOTTOM = 94
const HEIGHT = 132
const LEFT = 72
const R = 6

interface Props {
  /** Newest first. */
  readonly rows: readonly SnapshotView[]
  readonly baseGuid: string | null
  readonly primary: string
  readonly backup: string
}

interface Placed {
  readonly node: ChainNode
  readonly x: number
}

/** The primary above, its backup below, the newest at the right: what both have is tied together. */
export function Rails({ rows, baseGuid, primary, backup }: Props) {
  const zone = useZone()
  const now = useNow()
  const placed = placeAll(chainNodes(rows, baseGuid))
  const width = (placed.at(-1)?.x ?? LEFT) + STEP
  const when = (row: SnapshotView): string => showTime(Date.parse(row.createdAt), 'minute', { zone, now })
  const base = placed.find(({ node }) => node.kind === 'one' && node.isBase)
  const words = chainWords(rows, { primary, backup })
  return (
    <div class="rails">
      <svg viewBox={`0 0 ${width} ${HEIGHT}`} width={width} height={HEIGHT} role="img" aria-label={words}>
        <title>{words}</title>
        <text x="0" y={TOP + 4} class="rail-name">
          {shorten(primary)}
        </text>
        <text x="0" y={BOTTOM + 4} class="rail-name">
          {shorten(backup)}
        </text>
        <path class="rail" d={`M${LEFT - 12} ${TOP}H${width - 8}M${LEFT - 12} ${BOTTOM}H${width - 8}`} />
        {placed.map(({ node, x }) =>
          node.kind === 'one' ? (
            <Snapshot
              key={node.row.guid + node.row.state}
              row={node.row}
              isBase={node.isBase}
              x={x}
              title={`@${node.row.name}, ${when(node.row)}`}
            />
          ) : (
            <Pill
              key={`${x}`}
              node={node}
              x={x}
              title={`${node.count} snapshots, ${when(node.from)} to ${when(node.to)}`}
            />
          ),
        )}
        {base?.node.kind === 'one' && (
          <text x={base.x} y={HEIGHT - 6} class="rail-base" text-anchor={base.x > width - 100 ? 'end' : 'middle'}>
            last common: {when(base.node.row)}
          </text>
        )}
      </svg>
    </div>
  )
}

function placeAll(nodes: readonly ChainNode[]): readonly Placed[] {
  let x = LEFT
  return nodes.map((node) => {
    const width = node.kind === 'one' ? STEP : PILL
    const at = x + width / 2
    x += width
    return { node, x: at }
  })
}

interface Mark {
  readonly x: number
  readonly title: string
}

/** Both: filled and tied. Only the primary: hollow. Only the backup: a diamond. A clash: a cross. Not known: dashed. */
function Snapshot({ row, isBase, x, title }: Mark & { readonly row: SnapshotView; readonly isBase: boolean }) {
  if (row.state === 'BOTH') {
    return (
      <g class={isBase ? 'snap-base' : 'snap-both'}>
        <title>{title}</title>
        <path
          class="tie"
          d={isBase ? `M${x - 2.5} ${TOP}V${BOTTOM}M${x + 2.5} ${TOP}V${BOTTOM}` : `M${x} ${TOP}V${BOTTOM}`}
        />
        <circle cx={x} cy={TOP} r={isBase ? R + 2 : R} />
        <circle cx={x} cy={BOTTOM} r={isBase ? R + 2 : R} />
      </g>
    )
  }
  const y = row.primary === null ? BOTTOM : TOP
  return (
    <g class={`snap-${row.state.toLowerCase()}`}>
      <title>{title}</title>
      {row.state === 'CLASH' ? (
        <path d={`M${x - R} ${y - R}l${2 * R} ${2 * R}M${x - R} ${y + R}l${2 * R} ${-2 * R}`} />
      ) : row.state === 'BACKUP' ? (
        <path d={`M${x} ${y - R - 2}l${R + 2} ${R + 2}l${-R - 2} ${R + 2}l${-R - 2} ${-R - 2}z`} />
      ) : (
        <circle cx={x} cy={y} r={R} />
      )}
    </g>
  )
}

const PILL_WORDS: Readonly<Record<string, string>> = {
  BOTH: 'in common',
  PRIMARY: 'only here',
  BACKUP: 'only here',
  CLASH: 'clash',
  UNKNOWN: 'not known',
  MIXED: 'older',
}

function Pill({ node, x, title }: Mark & { readonly node: Extract<ChainNode, { kind: 'many' }> }) {
  const { state, count } = node
  const both = state === 'BOTH' || state === 'MIXED'
  const y = both ? (TOP + BOTTOM) / 2 : state === 'BACKUP' ? BOTTOM : TOP
  return (
    <g class={`snap-pill snap-pill-${state.toLowerCase()}`}>
      <title>{title}</title>
      {both && <path class="tie" d={`M${x} ${TOP}V${BOTTOM}`} />}
      <rect x={x - PILL / 2 + 4} y={y - 12} width={PILL - 8} height="24" rx="12" />
      <text x={x} y={y + 4} text-anchor="middle">
        {count} {PILL_WORDS[state]}
      </text>
    </g>
  )
}

function shorten(host: string): string {
  return host.length > 9 ? `${host.slice(0, 8)}…` : host
}

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
