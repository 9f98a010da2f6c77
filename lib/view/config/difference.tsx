import { valueText } from './effective.tsx'

interface Change {
  readonly path: string
  readonly from: unknown
  readonly to: unknown
}

/** What a reload would change, or has changed. */
export interface ConfigDifference {
  readonly added: readonly Change[]
  readonly removed: readonly Change[]
  readonly changes: readonly Change[]
}

export function Difference({ difference }: { readonly difference: ConfigDifference }) {
  const { added, removed, changes } = difference
  if (added.length + removed.length + changes.length === 0) return <p>Nothing would change in what is in force.</p>
  return (
    <ul class="difference mono">
      {added.map(({ path, to }) => (
        <li key={path} class="added">
          + {path} {valueText(to)}
        </li>
      ))}
      {removed.map(({ path, from }) => (
        <li key={path} class="removed">
          − {path} {valueText(from)}
        </li>
      ))}
      {changes.map(({ path, from, to }) => (
        <li key={path} class="changed">
          ~ {path}: {valueText(from)} → {valueText(to)}
        </li>
      ))}
    </ul>
  )
}
