import { Problem } from '#lib/runtime/problem.ts'
import { describedEnum } from './described-enum.ts'
import { impossible } from './refusals.ts'

export const RunMode = describedEnum<'CHECK' | 'REPAIR'>('RunMode', 'What to do.', {
  CHECK: 'Only look.',
  REPAIR: 'Run the plan `planId`; without one a plan is made now, and runs only if it destroys nothing.',
})

export const RunStrategy = describedEnum<'SET_ASIDE' | 'IN_PLACE'>(
  'RunStrategy',
  'What to do with what stands in the way.',
  {
    SET_ASIDE: 'Keep it beside the backup (default).',
    IN_PLACE: 'Destroy it. Only with a `planId` of such a preview, the typed `confirm` and a `reason`.',
  },
)

interface Request {
  readonly mode?: 'CHECK' | 'REPAIR'
  readonly strategy?: 'SET_ASIDE' | 'IN_PLACE'
  readonly dryRun?: boolean
  readonly planId?: string
  readonly confirm?: string
}

/**
 * Fields that are fine one by one, but not together or not here.
 * @throws Problem 422
 */
export function checkRunRequest({ mode, strategy, dryRun, planId, confirm }: Request, backupDataset: string): void {
  if (strategy === 'IN_PLACE' && !dryRun && planId === undefined) {
    const detail =
      'What destroys runs only as it was shown: preview it with `"strategy": "IN_PLACE"` and give its `planId`.'
    throw new Problem(409, 'CONFIRMATION_REQUIRED', detail)
  }
  if (planId !== undefined && mode !== 'REPAIR') {
    impossible('/planId', 'A plan is run with `"mode": "REPAIR"`; add it, or leave `planId` out.')
  }
  if (planId !== undefined && dryRun) {
    impossible('/dryRun', 'The plan is made already; GET it from the preview, or leave `dryRun` out to run it.')
  }
  if (confirm !== undefined && confirm !== backupDataset) {
    const detail = `Type the full backup dataset: ${backupDataset}`
    throw new Problem(422, 'VALIDATION', detail, { errors: [{ pointer: '/confirm', code: 'MISMATCH', detail }] })
  }
}
