import { createParent } from '#lib/zfs/write-commands.ts'
import type { CommandsDraft, PlanInput } from './draft.ts'

/**
 * What is missing above a backup that is still to be made, one below the other: places that hold nothing of their own, are
 * never mounted and cannot be changed by accident. Killed between two of them, it goes on with those that are left.
 */
export function parentsStep({ inventory, mapping, options }: PlanInput): readonly CommandsDraft[] {
  const missing = inventory.missingParents ?? []
  if (missing.length === 0) return []
  const { host } = mapping.backup
  const title =
    missing.length === 1
      ? `Make ${missing[0]}, which is missing above it`
      : `Make the ${missing.length} datasets above it`
  return [
    {
      kind: 'commands',
      role: 'parents',
      title: `${title} (never mounted, readonly)`,
      host,
      commands: missing.map((name) => ({ host, argv: createParent(options.zfsCommands.backup, name) })),
      expects: [],
      optional: false,
      estimateBytes: null,
      ifInterrupted: 'reused',
    },
  ]
}
