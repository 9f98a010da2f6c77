import { z } from 'zod'
import type { DatasetConfig } from '#config/effective.ts'
import { describedEnum } from './described-enum.ts'

const RepairWhen = describedEnum<'BEHIND' | 'WARNING' | 'BROKEN'>('RepairWhen', 'When a repair starts by itself.', {
  BEHIND: 'As soon as something is missing.',
  WARNING: 'Once the delay passes the warning, or the chain is not whole.',
  BROKEN: 'Once the delay passes the maximum, or there is nothing to go on from.',
})

const OnDiverged = describedEnum<'PROVEN' | 'SET_ASIDE' | 'ASK'>(
  'OnDiverged',
  'What to do when the backup went its own way.',
  {
    PROVEN: 'Set it aside where the lineage is proven.',
    SET_ASIDE: 'Set it aside even where no earlier check saw a common snapshot.',
    ASK: 'Always ask a person.',
  },
)

export const DatasetPolicy = z
  .object({
    definedAt: z
      .string()
      .describe('File and line of the mapping.')
      .meta({ examples: ['/config/app-config.yaml:12'] }),
    maxDelaySeconds: z.number(),
    warnDelaySeconds: z.number(),
    minAgeSeconds: z.number(),
    maxRecoveryPointSeconds: z.number().nullable(),
    primaryMaxAgeSeconds: z.number().nullable().describe('Null: found from the habit of the primary; 0: off.'),
    autoRepair: z.boolean(),
    dryRun: z.boolean(),
    repairWhen: RepairWhen,
    onDiverged: OnDiverged,
    retired: z.enum(['WARNING', 'NOTE']).describe('What it is when children of a recursive dataset are gone.'),
    anchor: z.string(),
    initial: z.string(),
    snapshotInclude: z.array(z.string()),
    snapshotExclude: z.array(z.string()),
    send: z.object({
      raw: z.boolean().nullable().describe('Null: decided for each dataset.'),
      largeBlocks: z.boolean(),
      compressed: z.boolean(),
    }),
    keepFree: z.object({ fraction: z.number().nullable(), bytes: z.number().nullable() }),
    bandwidthLimit: z.number().nullable().describe('Bytes a second.'),
    repairWindow: z.string().nullable(),
    recursive: z.boolean(),
    exclude: z.array(z.string()),
  })
  .meta({ id: 'DatasetPolicy', description: 'The settings in force for a dataset.' })

export function policyView(config: DatasetConfig): z.input<typeof DatasetPolicy> {
  const { policy, at } = config
  const { keepFree, send } = policy
  return {
    definedAt: `${at.file}:${at.line}`,
    maxDelaySeconds: policy.maxDelaySeconds,
    warnDelaySeconds: policy.warnDelaySeconds,
    minAgeSeconds: policy.minAgeSeconds,
    maxRecoveryPointSeconds: policy.maxRecoveryPointSeconds,
    primaryMaxAgeSeconds: policy.primaryMaxAgeSeconds,
    autoRepair: policy.autoRepair,
    dryRun: policy.dryRun,
    repairWhen: policy.repairWhen.toUpperCase() as Uppercase<typeof policy.repairWhen>,
    onDiverged: policy.onDiverged.toUpperCase() as Uppercase<typeof policy.onDiverged>,
    retired: policy.retired === 'note' ? 'NOTE' : 'WARNING',
    anchor: policy.anchor.toUpperCase(),
    initial: policy.initial.toUpperCase(),
    snapshotInclude: [...policy.snapshotInclude],
    snapshotExclude: [...policy.snapshotExclude],
    send: { raw: send.raw === 'auto' ? null : send.raw, largeBlocks: send.largeBlocks, compressed: send.compressed },
    keepFree: {
      fraction: 'fraction' in keepFree ? keepFree.fraction : null,
      bytes: 'bytes' in keepFree ? keepFree.bytes : null,
    },
    bandwidthLimit: policy.bandwidthLimit,
    repairWindow: policy.repairWindow?.text ?? null,
    recursive: config.recursive,
    exclude: [...config.exclude],
  }
}
