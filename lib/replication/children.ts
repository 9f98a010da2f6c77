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
 * Those that can leave the set-aside of a rewound backup. The promote makes the new line the root of all that had its key
 * from the backup, so these go along; what has its key from one of them does not.
 */
export function movableAfterPromote(
  children: readonly ChildDataset[],
  backup: string,
  backupRoot: string | null,
): readonly ChildDataset[] {
  const movable = new Set(movableChildren(children, backup, backupRoot))
  return children.filter((child) => movable.has(child) || (backupRoot === backup && child.encryptionRoot === backup))
}
