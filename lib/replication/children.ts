import type { ChildDataset } from './types.ts'

/**
 * The children that can leave their parent. ZFS refuses it to those that have their key from somewhere that does not go
 * along: from the parent, or from beside them, as what a promote has set aside below it ("cannot move encrypted child
 * outside of its encryption root"). One that is its own root goes, and one that shares a root above the parent with it.
 */
export function movableChildren(
  children: readonly ChildDataset[],
  parent: string,
  parentRoot: string | null,
): readonly ChildDataset[] {
  return children.filter(
    ({ name, encryptionRoot }) =>
      encryptionRoot === null || encryptionRoot === name || (encryptionRoot === parentRoot && parentRoot !== parent),
  )
}
