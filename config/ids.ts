import { createHash } from 'node:crypto'

export interface Unnamed {
  readonly explicit: string | null
  readonly primary: { readonly host: string; readonly dataset: string }
  readonly backup: { readonly host: string; readonly dataset: string }
}

/**
 * The API ids, in the order given: the explicit one, else `<primary>-<backup>.<path without pool, / as .>`. Where made ids
 * meet, each gets `~` and 6 hex digits of its mapping, so that none depends on the order of the file.
 */
export function datasetIds(mappings: readonly Unnamed[]): readonly string[] {
  const plain = mappings.map((mapping) => mapping.explicit ?? madeId(mapping))
  const uses = new Map<string, number>()
  for (const id of plain) uses.set(id, (uses.get(id) ?? 0) + 1)
  return mappings.map((mapping, index) => {
    const id = plain[index] ?? ''
    return mapping.explicit !== null || uses.get(id) === 1 ? id : `${id}~${mappingHash(mapping)}`
  })
}

function madeId({ primary, backup }: Unnamed): string {
  const [pool = '', ...below] = primary.dataset.split('/')
  const path = below.length === 0 ? pool : below.join('.')
  return `${primary.host}-${backup.host}.${path}`.replaceAll(/[^A-Za-z0-9_.-]/g, '_')
}

function mappingHash({ primary, backup }: Unnamed): string {
  const text = [primary.host, primary.dataset, backup.host, backup.dataset].join('\n')
  return createHash('sha256').update(text).digest('hex').slice(0, 6)
}
