import { Icon } from './icon.tsx'

/** What weakens the installation, each with its cure. */
export function WeaknessNote({ warnings }: { readonly warnings: readonly string[] }) {
  if (warnings.length === 0) return null
  return (
    <div class="note warn" role="note">
      <Icon name="alert" />
      <details>
        <summary>
          {warnings.length === 1 ? '1 warning' : `${warnings.length} warnings`} about files that others may change
        </summary>
        <ul class="bullets">
          {warnings.map((warning) => (
            <li key={warning}>{warning}</li>
          ))}
        </ul>
      </details>
    </div>
  )
}
