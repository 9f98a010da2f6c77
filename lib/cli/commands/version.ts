import { aboutThis } from '#lib/about.ts'
import type { VersionView } from '../api-types.ts'
import type { Command, Context } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { Failure } from '../failure.ts'

export const version: Command = {
  name: 'version',
  summary: 'The version of this program, and of the service if one runs.',
  usage: '',
  operands: [0, 0],
  options: [],
  async run(_, context) {
    const { out } = context
    const { version: own, commit, bun } = aboutThis({ bootId: '', startedAt: 0, demo: false })
    const service = await serviceVersion(context)
    if (out.format === 'json') out.json('version/1', { version: own, commit, bun, service })
    else if (out.format === 'plain') out.record([own, commit, bun, service?.version ?? null])
    else {
      out.line(`zwitness ${own}${commit === null ? '' : ` (${commit})`}, Bun ${bun}`)
      if (service !== null)
        out.line(`service  ${service.version}, since ${service.startedAt}${service.demo ? ', demo' : ''}`)
    }
    if (service !== null && service.version !== own)
      out.note('This program and the service are not the same version; use those of one image.')
    return EXIT.DONE
  },
}

/** Null where none runs. Which version this program has can be said in any case. */
async function serviceVersion(context: Context): Promise<VersionView | null> {
  try {
    const connection = await context.connectIfRunning()
    return connection === null ? null : await connection.get<VersionView>('/api/version')
  } catch (error) {
    if (!(error instanceof Failure) || context.settings.url !== null) throw error
    context.out.note(error.message)
    return null
  }
}
