import { z } from 'zod'
import type { Adopted, Engine } from '#lib/engine/types.ts'
import { datasetHref, runHref } from './fields.ts'
import { datasetId } from './refusals.ts'
import { PlanKind } from './words.ts'

const Decision = z
  .object({
    datasetId: z.string(),
    primary: z.object({ host: z.string(), dataset: z.string() }),
    backup: z.object({ host: z.string(), dataset: z.string() }),
    planHash: z.string().describe('Give it back to have exactly this plan run.'),
    kind: PlanKind,
    because: z.string().describe('Why it does not run by itself.'),
    outcome: z.string().describe('How both sides stand afterwards.'),
    setAside: z
      .object({ name: z.string(), snapshots: z.number().int(), usedBytes: z.number().nullable() })
      .nullable()
      .describe('What is moved out of the way and kept.'),
    estimateBytes: z.number().nullable(),
    links: z.object({ dataset: z.string() }),
  })
  .meta({
    id: 'Decision',
    description:
      'A repair that destroys nothing and waits for nothing but the word that this primary is to be followed.',
  })
export const Decisions = z
  .object({ items: z.array(Decision) })
  .meta({ id: 'Decisions', description: 'All that wait for that word.' })
export type DecisionsView = z.input<typeof Decisions>

export const AdoptChoice = z
  .strictObject({ datasetId, planHash: z.string().regex(/^[0-9a-f]{16}$/) })
  .meta({ id: 'AdoptChoice', description: 'A dataset, and the plan that was read.' })

export const AdoptResults = z
  .object({
    items: z.array(
      z
        .object({
          datasetId: z.string(),
          accepted: z.boolean(),
          runId: z.string().nullable(),
          code: z.string().nullable().describe('Why not: as the code of a problem.'),
          message: z.string().nullable(),
          links: z.object({ run: z.string().nullable(), dataset: z.string() }),
        })
        .meta({ id: 'Adopted', description: 'What became of one choice.' }),
    ),
  })
  .meta({ id: 'AdoptResults', description: 'One line for each choice, in the order asked.' })
export type AdoptResultsView = z.input<typeof AdoptResults>

/** Of all datasets, as the last checks saw them. */
export function decisionsOf(engine: Pick<Engine, 'decisions'>): DecisionsView {
  return {
    items: engine.decisions().map(({ dataset: { id, mapping }, plan }) => ({
      datasetId: id,
      primary: { ...mapping.primary },
      backup: { ...mapping.backup },
      planHash: plan.hash,
      kind: plan.kind,
      because: plan.automatic.because,
      outcome: plan.outcome,
      setAside: plan.setAside && { ...plan.setAside },
      estimateBytes: plan.estimateBytes,
      links: { dataset: datasetHref(id) },
    })),
  }
}

export function adoptedView(adopted: readonly Adopted[]): AdoptResultsView {
  return {
    items: adopted.map(({ datasetId: id, runId, refusal }) => ({
      datasetId: id,
      accepted: refusal === null,
      runId: runId === null ? null : String(runId),
      code: refusal?.code ?? null,
      message: refusal?.message ?? null,
      links: { run: runId === null ? null : runHref(runId), dataset: datasetHref(id) },
    })),
  }
}
