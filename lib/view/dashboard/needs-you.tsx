import type { ComponentChildren } from 'preact'
import type { StatusView } from '#lib/api/status.ts'
import { compareRows, type DatasetRow, datasetPage } from '../dataset-row.ts'
import { mayAct, WHY_NOT } from '../may-act.ts'
import { usePage } from '../page-facts.ts'
import { Said } from '../said.tsx'
import { StatusMark } from '../status-mark.tsx'

type IncidentCounts = StatusView['incidents']

interface Props {
  readonly rows: readonly DatasetRow[]
  readonly incidents: IncidentCounts
  /** Beside the links of a problem: what needs a script. */
  readonly actions?: (row: DatasetRow) => ComponentChildren
}

/** What is not all right. */
export function NeedsYou({ rows, incidents, actions }: Props) {
  const { groups, more, acknowledged } = problemsOf(rows)
  const known = acknowledged === 0 ? '' : ` ${acknowledged} acknowledged.`
  if (groups.length === 0) {
    return (
      <section aria-labelledby="needs">
        <h2 id="needs" class="visually-hidden">
          Needs you
        </h2>
        <p class="note good">
          <span>
            Nothing needs you.{known} <IncidentsLink {...incidents} />
          </span>
        </p>
      </section>
    )
  }
  return (
    <section aria-labelledby="needs">
      <div class="row between">
        <h2 id="needs">Needs you</h2>
        <IncidentsLink {...incidents} />
      </div>
      <ul class="problems card">
        {groups.map((group) => (
          <Group key={group.rows[0].id} group={group} actions={actions} />
        ))}
      </ul>
      {(more > 0 || known !== '') && (
        <p class="muted">
          {more > 0 && <a href="?status=BROKEN,WARNING,UNKNOWN#all">{more} more below.</a>}
          {known}
        </p>
      )}
    </section>
  )
}

/** How many causes there are, beside what they put out of order. */
function IncidentsLink({ open, acknowledged }: IncidentCounts) {
  if (open === 0) return null
  const known = acknowledged === 0 ? '' : acknowledged === open ? ' and acknowledged' : `, ${acknowledged} acknowledged`
  return (
    <a href="/incidents" class="id-link">
      {open === 1 ? '1 incident is' : `${open} incidents are`} open{known}
    </a>
  )
}

function Group({ group: { rows }, actions }: { readonly group: ProblemGroup; readonly actions: Props['actions'] }) {
  const [first] = rows
  if (rows.length === 1) return <Problem row={first} actions={actions} />
  return (
    <li>
      <details class="problem-group">
        <summary>
          <StatusMark status={first.health} />{' '}
          <b>
            {rows.length} datasets on {first.pair.backup.host}
          </b>
          : <Said text={first.reason.message} />
        </summary>
        <ul>
          {rows.map((row) => (
            <Problem key={row.id} row={row} actions={actions} />
          ))}
        </ul>
      </details>
    </li>
  )
}

/** Reasons for which a repair can do something; for the others the way in is to look at the details. */
const NO_REPAIR = new Set([
  'HOST_UNREACHABLE',
  'AUTH_FAILED',
  'HOST_KEY_CHANGED',
  'WITNESS_ISOLATED',
  'NOT_CHECKED',
  'INTERNAL',
  'LISTING_TIMED_OUT',
  'STALE_CHECK',
  'CLOCK_SKEW',
  'PRIMARY_STALE',
  'PRIMARY_STOPPED',
  'PRIMARY_EMPTY',
  'PRIMARY_DATASET_MISSING',
  'PRIMARY_LOST_HISTORY',
  'PRIMARY_REWRITTEN',
  'CHILDREN_GONE',
  'RETIRED',
  'POOL_UNAVAILABLE',
])

/** A primary in doubt: a person reads what only the backup has, and decides. */
const DECIDED = new Set(['PRIMARY_LOST_HISTORY', 'PRIMARY_REPLACED', 'PRIMARY_REWOUND'])

function Problem({ row, actions }: { readonly row: DatasetRow; readonly actions: Props['actions'] }) {
  const { primary, backup } = row.pair
  const page = datasetPage(row.id)
  const { role } = usePage()
  return (
    <li class="problem">
      <StatusMark status={row.health} />
      <div class="problem-what">
        <b class="name">{row.name}</b>{' '}
        <span class="muted">
          {primary.host} → {backup.host}
        </span>
        <p>
          <Said text={row.reason.message} />
        </p>
        {row.automatic !== null && (
          <p class="muted">
            Automatic repair: <Said text={row.automatic.below} />
          </p>
        )}
      </div>
      <div class="row problem-do">
        {DECIDED.has(row.reason.code) && (
          <a class="button" href={`${page}/adopt`} aria-label={`Read and decide about ${row.name}`}>
            Read and decide
          </a>
        )}
        {!NO_REPAIR.has(row.reason.code) &&
          (mayAct(role, 'operator') ? (
            <a class="button" href={`${page}/repair`} aria-label={`Preview repair of ${row.name}`}>
              Preview repair
            </a>
          ) : (
            <button type="button" disabled title={WHY_NOT.operator} aria-label={`Preview repair of ${row.name}`}>
              Preview repair
            </button>
          ))}
        {actions?.(row)}
        <a class="button plain" href={page} aria-label={`Details of ${row.name}`}>
          Details
        </a>
      </div>
    </li>
  )
}

interface Problems {
  readonly groups: readonly ProblemGroup[]
  /** Beyond the most that are shown. */
  readonly more: number
  readonly acknowledged: number
}

interface ProblemGroup {
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
