import { z } from 'zod'
import { MaintenanceKind, maintenanceRequest, maintenanceView } from '#lib/api/maintenance.ts'
import { datasetId, impossible, withRefusals } from '#lib/api/refusals.ts'
import { defineRoute } from '#lib/services.ts'
import { onMaintenance } from './_view.tsx'

/** A field that was left empty says nothing. */
const typedWords = (most: number) =>
  z
    .string()
    .trim()
    .max(most)
    .optional()
    .transform((text) => text || undefined)

export const POST = defineRoute({
  summary: 'Pause or acknowledge many.',
  access: 'operator',
  form: true,
  audit: 'maintain',
  bodyLimit: 500_000,
  input: z.object({
    kind: MaintenanceKind,
    target: z.string().max(400).default(''),
    datasets: z.array(datasetId).max(1000).default([]),
    from: typedWords(40),
    until: typedWords(40),
    reason: typedWords(500),
  }),
  run({ kind, target, datasets, from, until, reason }, context) {
    const typed = { kind, target, datasets, from: from ?? '', until: until ?? '', reason: reason ?? '' }
    return onMaintenance(context, typed, async () => {
      const { config, engine, actor, now } = context
      const request = maintenanceRequest(
        { kind, scope: scopeOf(target, datasets), from, until, reason },
        { now: now(), zone: config.scheduler.timezone, by: actor.name },
      )
      const { about, state } = maintenanceView(await withRefusals(() => engine.maintain(request)))
      const word = kind === 'PAUSE' ? 'Paused' : 'Acknowledged'
      return state === 'PLANNED' ? `Planned: ${about}.` : `${word}: ${about}.`
    })
  },
})

/** @throws Problem 422 at the field */
function scopeOf(target: string, datasets: readonly string[]) {
  const [word = '', ...rest] = target.split(' ')
  const name = rest.join(' ')
  if (word === 'datasets') {
    if (datasets.length === 0) impossible('/target', 'Tick the datasets that are meant.')
    return { datasets: [...datasets] }
  }
  if (datasets.length > 0)
    impossible('/target', 'Datasets are ticked below, but it says something else here: choose one of the two.')
  if (word === 'host') return { hosts: [name] }
  if (word === 'pair') return { pair: name }
  if (word === 'all') return { all: true as const }
  if (word === 'scheduler') return { scheduler: true as const }
  return impossible('/target', 'Choose what is meant.')
}
