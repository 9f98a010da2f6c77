import type { DatasetRecord, PoolRecord } from '../state/model.ts'
import { parentIn } from '../state/tree.ts'
import { definitionOf, isUserProperty } from './table.ts'

export interface Setting {
  readonly value: string
  /** `local`, `received`, `default`, `inherited from X`, or `-`. */
  readonly source: string
}

const own = (dataset: DatasetRecord, name: string): Setting | null => {
  const local = dataset.local[name]
  if (local !== undefined) return { value: local, source: 'local' }
  const received = dataset.received[name]
  return received === undefined ? null : { value: received, source: 'received' }
}

/** A mountpoint that comes from above grows by the way down to the dataset. */
function inheritedValue(name: string, holder: DatasetRecord, value: string, dataset: DatasetRecord): string {
  if (name !== 'mountpoint' || value === 'none' || value === 'legacy') return value
  return `${value === '/' ? '' : value}${dataset.name.slice(holder.name.length)}`
}

/** The value of a settable or user property and where it comes from; null for a user property nobody set. */
export function settingOf(pool: PoolRecord, dataset: DatasetRecord, name: string): Setting | null {
  const here = own(dataset, name)
  if (here) return here
  const definition = definitionOf(name)
  if (definition?.inherits || isUserProperty(name)) {
    for (let one = parentIn(pool, dataset); one; one = parentIn(pool, one)) {
      const above = own(one, name)
      if (above) return { value: inheritedValue(name, one, above.value, dataset), source: `inherited from ${one.name}` }
    }
  }
  if (!definition) return null
  if (name === 'mountpoint') return { value: `/${dataset.name}`, source: 'default' }
  return { value: definition.initial ?? '-', source: 'default' }
}

export const isOn = (pool: PoolRecord, dataset: DatasetRecord, name: string): boolean =>
  settingOf(pool, dataset, name)?.value === 'on'
