import type { SnapshotView } from '#lib/api/snapshots.ts'
import { Moment } from '../moment.tsx'

interface Props {
  /** Newest first. */
  readonly rows: readonly SnapshotView[]
  readonly primary: string
  readonly backup: string
  readonly baseGuid: string | null
}

const STATE_WORDS: Readonly<Record<SnapshotView['state'], string>> = {
  BOTH: '● both',
  PRIMARY: '○ only primary',
  BACKUP: '◆ only backup',
  CLASH: '╳ same name, other guid',
  UNKNOWN: '? other side not read',
}

/** What the rails draw, to be read. */
export function SnapshotTable({ rows, primary, backup, baseGuid }: Props) {
  return (
    <div class="scroll">
      <table class="cards snapshots">
        <caption class="visually-hidden">Snapshots of both sides, newest first</caption>
        <thead>
          <tr>
            <th scope="col">Snapshot</th>
            <th scope="col">State</th>
            <th scope="col">Created</th>
            <th scope="col">On {primary}</th>
            <th scope="col">On {backup}</th>
            <th scope="col">Holds, bookmark</th>
            <th scope="col">Guid</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.guid + row.state}>
              <th scope="row" class="mono" data-label="Snapshot">
                @{row.name}
              </th>
              <td data-label="State" class={`state-${row.state.toLowerCase()}`}>
                {STATE_WORDS[row.state]}
                {row.guid === baseGuid && row.state === 'BOTH' && <span class="tag">last common</span>}
              </td>
              <td data-label="Created">
                <Moment at={row.createdAt} as="second" quiet />
              </td>
              <td data-label={`On ${primary}`}>{sideWords(row.primary, row.name)}</td>
              <td data-label={`On ${backup}`}>{sideWords(row.backup, row.name)}</td>
              <td data-label="Holds, bookmark">{keptWords(row)}</td>
              <td data-label="Guid" class="mono subtle">
                {row.guid}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function sideWords(side: SnapshotView['primary'], name: string): string {
  if (side === null) return '–'
  return side.name === name ? 'yes' : `yes, as @${side.name}`
}

function keptWords({ primary, backup, bookmark }: SnapshotView): string {
  const holds = [primary, backup].flatMap((side) => (side !== null && side.holds > 0 ? [`${side.holds} held`] : []))
  return [...holds, ...(bookmark === null ? [] : [`#${bookmark}`])].join(', ') || '–'
}
