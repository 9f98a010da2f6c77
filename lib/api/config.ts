import { z } from 'zod'
import type { ConfigFault as Fault } from '#config/effective.ts'
import { type InputFault, Problem } from '#lib/runtime/problem.ts'
import type { Services } from '#lib/services.ts'
import { counted, iso } from '#lib/text/words.ts'
import { Timestamp } from './fields.ts'

export const ConfigFault = z
  .object({
    file: z.string(),
    line: z.number().int(),
    column: z.number().int(),
    path: z
      .string()
      .describe("Where in the file's structure; empty for the whole.")
      .meta({ examples: ['pairs.0.datasets.1.name'] }),
    message: z.string().describe('What is wrong and what to write instead.'),
  })
  .meta({ id: 'ConfigFault', description: 'A fault or a warning of the configuration file.' })

export const reloadedTokens = z
  .array(z.string())
  .describe(
    'What became of tokens because of who made them, in sentences: revoked, or no more than their makers are now.',
  )

export const ConfigReport = z
  .object({
    file: z.string(),
    firstStart: z.boolean().describe('Nothing has been loaded yet: there was no file when this witness first started.'),
    loadedAt: Timestamp,
    sha256: z.string(),
    inSync: z.boolean().describe('The file on disk is the one that runs.'),
    sha256OnDisk: z.string().nullable().describe('Null when the file cannot be read.'),
    error: z.string().nullable().describe('Why the file on disk could not be taken over.'),
    faults: z.array(ConfigFault).describe('Of the file on disk.'),
    warnings: z.array(ConfigFault).describe('Of the running configuration.'),
    effective: z.unknown().describe('All values after defaults, with their origin; secrets are masked.'),
  })
  .meta({ id: 'ConfigReport', description: 'The running configuration against the file on disk.' })

export type ConfigReportView = z.input<typeof ConfigReport>

export async function configView({
  config,
  configuration,
}: Pick<Services, 'config' | 'configuration'>): Promise<z.input<typeof ConfigReport>> {
  const [state, effective] = await Promise.all([configuration.state(), configuration.show()])
  const { file, sha256, loadedAt } = config.source
  return {
    file,
    firstStart: configuration.missing,
    loadedAt: iso(loadedAt),
    sha256,
    inSync: state.inSync,
    sha256OnDisk: state.sha256OnDisk,
    error: state.error,
    faults: faultViews(state.faults),
    warnings: faultViews(config.warnings),
    effective,
  }
}

export function faultViews(faults: readonly Fault[]): z.input<typeof ConfigFault>[] {
  return faults.map(({ file, line, column, path, message }) => ({ file, line, column, path, message }))
}

/** `pairs.0.name` → `/pairs/0/name`, for the `errors` of a problem. */
export function inputFaults(faults: readonly Fault[]): InputFault[] {
  return faults.map(({ file, line, column, path, message }) => ({
    pointer: path === '' ? '' : `/${path.split('.').map(escapePointer).join('/')}`,
    code: 'CONFIG',
    detail: `${file}:${line}:${column} ${message}`,
  }))
}

function escapePointer(part: string): string {
  return part.replaceAll('~', '~0').replaceAll('/', '~1')
}

/** 422: nothing was taken over, and every fault is named. */
export function configInvalid(faults: readonly Fault[]): Problem {
  const count = counted(faults.length, 'fault')
  return new Problem(422, 'CONFIG_INVALID', `The file has ${count}; the running configuration stays as it was.`, {
    title: 'The configuration is not valid',
    next: { href: '/api/config' },
    errors: inputFaults(faults),
    extra: { faults: faultViews(faults) },
  })
}
