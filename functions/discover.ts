import { z } from 'zod'
import { Discovery, discoverInput, discoveryView } from '#lib/api/discovery.ts'
import { configuredHostId, withListings } from '#lib/api/refusals.ts'
import { defineFunction } from '#lib/services.ts'

export default defineFunction({
  summary: 'Find which datasets of one SAN are copies of which of another.',
  description: 'By guid. Answers with lines for the configuration, which it never writes.',
  timeout: 15 * 60_000,
  tags: ['hosts'],
  overlap: true,
  input: z.object(discoverInput),
  output: Discovery,
  async run(wanted, { config, inspection, signal }) {
    const primary = configuredHostId(config, wanted.primary)
    const backup = configuredHostId(config, wanted.backup)
    return discoveryView(await withListings(() => inspection.discover({ primary, backup, signal })))
  },
})
