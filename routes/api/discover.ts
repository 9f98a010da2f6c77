import { z } from 'zod'
import { Discovery, discoverInput, discoveryView } from '#lib/api/discovery.ts'
import { configuredHostId, withListings } from '#lib/api/refusals.ts'
import { defineRoute } from '#lib/services.ts'

export const POST = defineRoute({
  summary: 'Which datasets of one SAN are copies of which of another, by guid.',
  description: 'Lists both SANs as a whole and answers with lines for the configuration, which it never writes.',
  operationId: 'discover',
  tags: ['hosts'],
  input: z.strictObject(discoverInput),
  output: Discovery,
  errors: { 404: ['NO_SUCH_HOST'], 502: ['NOT_LISTED'] },
  timeout: 240_000,
  async run(wanted, { config, inspection, signal }) {
    const primary = configuredHostId(config, wanted.primary)
    const backup = configuredHostId(config, wanted.backup)
    return discoveryView(await withListings(() => inspection.discover({ primary, backup, signal })))
  },
})
