import { environmentVariable } from '#lib/host/environment.ts'
import type { About } from '#lib/services.ts'
import manifest from '../../package.json' with { type: 'json' }

/** What this program is. The commit is baked into the image by a build argument. */
export function aboutThis(process: {
  readonly bootId: string
  readonly startedAt: number
  readonly demo: boolean
}): About {
  return { version: manifest.version, commit: environmentVariable('ZWITNESS_COMMIT'), bun: Bun.version, ...process }
}
