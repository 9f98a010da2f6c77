import { compareRows, type DatasetRow } from '../dataset-row.ts'

export interface Problems {
  readonly groups: readonly ProblemGroup[]
  /** Beyond the most that are shown. */
  readonly more: number
  readonly acknowledged: number
}

export interface ProblemGroup {
  readonly rows: readonly [DatasetRow, ...DatasetRow[]]
}

const MOST = 10
const MANY = 5

/** What needs a person: worst first, acknowledged ones left out, and one line where five or more share reason and host. */
export function problemsOf(rows: readonly DatasetRow[]): Problems {
  const bad = rows.filter((row) => !row.retired && row.health !== 'HEALTHY' && row.reason.code !== 'NOT_CHECKED')
  const open = bad.filter((row) => row.ack === null && row.activeRunId === null).sort(compareRows)
  const groups: ProblemGroup[] = []
  for (const members of Map.groupBy(open, (row) => `${row.reason.code} ${row.pair.backup.host}`).values()) {
    const [first, ...others] = members
    if (first === undefined) continue
    if (members.length >= MANY) groups.push({ rows: [first, ...others] })
    else groups.push(...members.map((row): ProblemGroup => ({ rows: [row] })))
  }
  groups.sort((a, b) => compareRows(a.rows[0], b.rows[0]))
  return {
    groups: groups.slice(0, MOST),
    more: groups.slice(MOST).reduce((sum, group) => sum + group.rows.length, 0),
    acknowledged: bad.filter((row) => row.ack !== null).length,
  }
}
