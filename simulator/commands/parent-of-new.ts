import { Failure } from '../cli/fail.ts'
import { parentOf, poolOf } from '../cli/names.ts'
import type { Store } from '../state/store.ts'
import { findDataset, importedPool, type Place } from '../state/tree.ts'

/** The parent that a new dataset would have, or the refusal of ZFS. */
export function parentOfNew(store: Store, name: string): Place {
  if (!importedPool(store, poolOf(name))) throw new Failure(`cannot create '${name}': no such pool '${poolOf(name)}'`)
  const parentName = parentOf(name)
  const parent = parentName === null ? null : findDataset(store, parentName)
  if (!parent) {
    const why = parentName === null ? `missing dataset name` : 'parent does not exist'
    throw new Failure(`cannot create '${name}': ${why}`)
  }
  return parent
}
