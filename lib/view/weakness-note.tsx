import { Icon } from './icon.tsx'

/** What weakens the installation, each with its cure. */
export function WeaknessNote({ warnings }: { readonly warnings: readonly string[] }) {
  if (warnings.length === 0) return null
  return (
    <details class="note warn">
      <summary>
        <Icon name="alert" /> {warnings.length === 1 ? '1 warning' : `${warnings.length} warnings`} about files that
        others may change
      </summary>
      <ul class="bullets">
        {warnings.map((warning) => (
          <li key={warning}>{warning}</li>
        ))}
      </ul>
    </details>
  )
}
