import { z } from 'zod'
import type { Config } from '#config/effective.ts'
import type { DatasetView, Engine } from '#lib/engine/types.ts'
import { Problem } from '#lib/runtime/problem.ts'
import { datasetId } from './dataset-input.ts'
import { noSuchDataset } from './refusals.ts'

/** Query fields of lists that can be narrowed to a SAN or to one dataset. */
export const hostOrDataset = {
  host: z.string().min(1).max(100).optional().describe('Only of this SAN.'),
  datasetId: datasetId.optional(),
}

/**
 * The datasets that are meant. `side`: which of its two hosts counts.
 * @throws Problem 404 for a host or dataset that is not known
 */
export function datasetsMeant(
  { engine, config }: { readonly engine: Pick<Engine, 'dataset' | 'datasets'>; readonly config: Config },
  { host, datasetId: id }: { readonly host?: string | undefined; readonly datasetId?: string | undefined },
  side: 'primary' | 'backup',
): readonly DatasetView[] {
  if (host !== undefined && !config.hosts.has(host)) noSuchHost(host, [...config.hosts.keys()])
  const views = id === undefined ? engine.datasets() : [engine.dataset(id) ?? noSuchDataset(id)]
  return host === undefined ? views : views.filter(({ dataset }) => dataset.mapping[side].host === host)
}

function noSuchHost(id: string, known: readonly string[]): never {
  const detail = `There is no host ${JSON.stringify(id)}; the config has ${known.join(', ')}.`
  throw new Problem(404, 'NO_SUCH_HOST', detail, { title: 'There is no such host', next: { href: '/api/status' } })
}
