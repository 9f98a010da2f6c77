import { z } from 'zod'
import type { OpenApiInfo } from '#lib/runtime/openapi.ts'
import type { About } from '#lib/services.ts'
import { iso } from '#lib/text/words.ts'
import { Timestamp } from './fields.ts'

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

/** Head of the API document. */
export function openApiInfo(version: string): OpenApiInfo {
  return {
    title: 'zwitness',
    version,
    description: [
      'A witness for ZFS replication: is every backup as fresh as it should be, if not why, and what would repair it.',
      '',
      '- Changes only add. Ignore fields and enum values that you do not know. `API-Version` rises when that is broken.',
      '- Keys are camelCase, enum values UPPER_SNAKE, times RFC 3339 UTC, durations seconds, sizes bytes. Guids, and',
      '  byte counts that can pass 2^53, are text. `null` means "not known".',
      '- Errors are `application/problem+json` (RFC 9457) with a stable `code` and, where there is one, the next step.',
      '- Long work answers 202 with the run; poll its `Location`, or follow `/api/events`.',
      '- GET needs the role viewer, everything else operator, unless `x-access` says otherwise. Programs send',
      '  `Authorization: Bearer zwt_…`; the unix socket of the data directory is admin.',
    ].join('\n'),
    securitySchemes: {
      token: {
        type: 'http',
        scheme: 'bearer',
        description: 'An API token: POST /api/tokens, or zwitness token create.',
      },
      session: { type: 'apiKey', in: 'cookie', name: 'zwitness', description: 'A browser that is signed in.' },
    },
  }
}
