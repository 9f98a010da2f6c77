import { z } from 'zod'
import type { Preview as Shown } from '#lib/engine/types.ts'
import { iso } from '#lib/text/words.ts'
import { datasetHref } from './hrefs.ts'
import { Plan, planView } from './plan.ts'
import { Timestamp } from './time.ts'

export const Preview = z
  .object({
    planId: z.string().describe('Give it to `run` to have exactly this plan run.'),
    datasetId: z.string(),
    madeAt: Timestamp,
    expiresAt: Timestamp.describe('Afterwards a new preview is needed.'),
    confirm: z
      .string()
      .nullable()
      .describe('What a person must type to run it: the full backup dataset. Null where nothing is destroyed.'),
    plan: Plan,
    links: z.object({ run: z.string(), dataset: z.string() }),
  })
  .meta({
    id: 'Preview',
    description: 'A plan that was made just now, from a fresh look at both sides. Nothing was written.',
  })

export type PreviewView = z.input<typeof Preview>

export function previewView(preview: Shown): PreviewView {
  const { planId, datasetId, plan } = preview
  return {
    planId,
    datasetId,
    madeAt: iso(preview.madeAt),
    expiresAt: iso(preview.expiresAt),
    confirm: plan.destroys.length > 0 ? plan.mapping.backup.dataset : null,
    plan: planView(plan),
    links: { run: `${datasetHref(datasetId)}/run`, dataset: datasetHref(datasetId) },
  }
}
