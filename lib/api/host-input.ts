import { z } from 'zod'
import type { Config } from '#config/effective.ts'
import { NotListed } from '#lib/inspect/discover/types.ts'
import { Problem } from '#lib/runtime/problem.ts'

export const hostId = z
  .string()
  .min(1)
  .max(100)
  .describe('Id of a host under `san_hosts`.')
  .meta({ examples: ['hqs8'] })

/** 404 for an id that the configuration does not have. */
export function configuredHostId(config: Pick<Config, 'hosts'>, id: string): string {
  if (config.hosts.has(id)) return id
  const known = [...config.hosts.keys()].join(', ')
  throw new Problem(404, 'NO_SUCH_HOST', `There is no host ${id} under san_hosts. There are ${known}.`, {
    title: 'There is no such host',
    next: { href: '/api/config' },
  })
}

/** Awaits what reads whole hosts; one that could not be listed becomes 502. */
export async function withListings<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (!(error instanceof NotListed)) throw error
    throw new Problem(502, 'NOT_LISTED', error.message, {
      title: 'A SAN could not be listed',
      retryable: error.retryable,
      next: { href: '/api/doctor', method: 'POST' },
      cause: error,
    })
  }
}
