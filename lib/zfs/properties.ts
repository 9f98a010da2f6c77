import { type ListingFault, listingFault } from './listing-fault.ts'

export interface PropertyValue {
  /** As `zfs get -p` prints it; `-` where the dataset's type does not have it. */
  readonly value: string
  /** Where it comes from: only `local` and `received` are this dataset's own. */
  readonly source: 'local' | 'received' | 'inherited' | 'default' | 'temporary' | 'none'
}

export type PropertyListing =
  | { readonly fault: null; readonly properties: ReadonlyMap<string, PropertyValue> }
  | { readonly fault: ListingFault }

/** ZFS takes no longer one. */
export const LONGEST_VALUE = 8192

/**
 * Reads the answer of `getProperties(dataset, names)`. There must be exactly one row for each name, in that order: a
 * value with tabs or newlines in it (a mount point can hold them) is then a fault and never a forged row.
 */
export function parseProperties(stdout: string, names: readonly string[]): PropertyListing {
  const lines = stdout.split('\n', names.length + 2)
  const properties = new Map<string, PropertyValue>()
  for (const [index, name] of names.entries()) {
    const line = lines[index] ?? ''
    const [property, value, source, ...more] = line.split('\t', 4)
    const from = source === undefined ? undefined : readSource(source)
    if (
      property !== name ||
      value === undefined ||
      from === undefined ||
      more.length > 0 ||
      value.length > LONGEST_VALUE
    )
      return { fault: listingFault(index + 1, line, `The row of the property ${name} was expected here.`) }
    properties.set(name, { value, source: from })
  }
  if (lines.length !== names.length + 1 || lines.at(-1) !== '')
    return {
      fault: listingFault(
        lines.length,
        lines.at(-1) ?? '',
        'There are more rows than properties, or the last one is cut off.',
      ),
    }
  return { fault: null, properties }
}

function readSource(text: string): PropertyValue['source'] | undefined {
  if (text === '-') return 'none'
  if (text.startsWith('inherited from ')) return 'inherited'
  return text === 'local' || text === 'received' || text === 'default' || text === 'temporary' ? text : undefined
}
