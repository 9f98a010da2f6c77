/** A value in force, with where it came from. */
interface Shown {
  readonly path: string
  readonly value: unknown
  readonly origin: string
}

const BUILT_IN = 'built-in default'

/** Whatever the report holds that looks like values. */
export function shownValues(effective: unknown): readonly Shown[] {
  const values = (effective as { readonly values?: unknown } | null)?.values
  return Array.isArray(values) ? (values as Shown[]) : []
}

/** All values after defaults, by section; what was set stands out from what no one has set. */
export function Effective({ values }: { readonly values: readonly Shown[] }) {
  const sections = Map.groupBy(values, ({ path }) => sectionOf(path))
  return (
    <div class="stack-s">
      {[...sections].map(([section, members]) => (
        <details key={section} class="card" open={!section.startsWith('datasets.')}>
          <summary>
            <b class="mono">{section}</b>{' '}
            <span class="muted">
              {members.filter(({ origin }) => origin !== BUILT_IN).length} set, {members.length} in all
            </span>
          </summary>
          <table class="cards values">
            <caption class="visually-hidden">Values of {section}</caption>
            <thead>
              <tr>
                <th scope="col">Key</th>
                <th scope="col">Value</th>
                <th scope="col">Origin</th>
              </tr>
            </thead>
            <tbody>
              {members.map(({ path, value, origin }) => (
                <tr key={path} class={origin === BUILT_IN ? 'by-default' : undefined}>
                  <th scope="row" class="mono" data-label="Key">
                    {path.slice(section.length + 1) || path}
                  </th>
                  <td class="mono" data-label="Value">
                    {valueText(value)}
                  </td>
                  <td data-label="Origin">{origin}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      ))}
    </div>
  )
}

/** Ids of datasets hold dots: the last part is the key, what stands before it the section. */
function sectionOf(path: string): string {
  const parts = path.split('.')
  if (parts[0] === 'datasets') return parts.slice(0, 3).join('.')
  return parts[0] === 'san_hosts' ? parts.slice(0, 2).join('.') : (parts[0] ?? '')
}

function valueText(value: unknown): string {
  if (value === null) return '–'
  if (Array.isArray(value)) return value.length === 0 ? '[]' : value.map(valueText).join(', ')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

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
