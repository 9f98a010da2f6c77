import { z } from 'zod'
import type { About } from '#lib/services.ts'
import { iso } from '#lib/text/words.ts'
import { Timestamp } from './time.ts'

export const Version = z
  .object({
    version: z.string(),
    commit: z.string().nullable(),
    apiVersion: z.string().describe('Rises only when something is taken away or changes its meaning.'),
    bun: z.string(),
    bootId: z.string().describe('New with every start; event ids begin with it.'),
    startedAt: Timestamp,
    demo: z.boolean(),
  })
  .meta({ id: 'Version', description: 'What runs here.' })

export function versionView(about: About): z.input<typeof Version> {
  const { version, commit, bun, bootId, demo } = about
  return { version, commit, apiVersion: '1', bun, bootId, startedAt: iso(about.startedAt), demo }
}
