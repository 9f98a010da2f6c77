import type { ChildDataset } from './types.ts'

/**
 * The children that can leave their parent. ZFS refuses it to those that have their key from a parent which is an
 * encryption root ("cannot move encrypted child outside of its encryption root").
 */
export function movableChildren(
  children: readonly ChildDataset[],
  parent: string,
  parentRoot: string | null,
): readonly ChildDataset[] {
  return children.filter(({ encryptionRoot }) => parentRoot !== parent || encryptionRoot !== parentRoot)
}
