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

/**
 * The same where a clone of the parent has been promoted: the key of the parent is then that of the clone, and what had it
 * goes along (a tree that was received by `send -Rw`).
 */
export function movableAfterPromote(
  children: readonly ChildDataset[],
  parent: string,
  parentRoot: string | null,
): readonly ChildDataset[] {
  const free = new Set(movableChildren(children, parent, parentRoot))
  return children.filter((child) => free.has(child) || child.encryptionRoot === parent)
}
