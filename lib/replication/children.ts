import type { ChildDataset } from './types.ts'

/**
 * The children that can leave their parent for `place`. ZFS refuses it ("cannot move encrypted child outside of its encryption
 * root") to those that have their key from a parent which is an encryption root, and to those that have it from a sibling:
 * a set-aside of a child has it from the line that took the child's place, wherever that is by now.
 */
export function movableChildren(
  children: readonly ChildDataset[],
  parent: string,
  parentRoot: string | null,
  place: string,
): readonly ChildDataset[] {
  const isBelow = (root: string) => root.startsWith(`${parent}/`) || root.startsWith(`${place}/`)
  return children.filter(({ name, encryptionRoot: root }) => {
    if (root === null || root === name) return true
    return !isBelow(root) && (parentRoot !== parent || root !== parentRoot)
  })
}
