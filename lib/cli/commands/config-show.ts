import { faultLine } from '#config/faults.ts'
import { type Shown, showConfig } from '#config/origins.ts'
import type { Command, Context } from '../command.ts'
import { readConfigFile } from '../config-file.ts'
import { EXIT } from '../exit-codes.ts'
import { Failure } from '../failure.ts'

interface Report {
  readonly file: string
  readonly inSync: boolean
  readonly error: string | null
  readonly effective: { readonly values?: readonly Shown[] } | null
}

export const configShow: Command = {
  name: 'config show',
  summary: 'Every value in force with where it comes from; secrets are masked.',
  usage: '',
  operands: [0, 0],
  options: [],
  help: ['Of the running service; where none runs, of the file.', 'With --plain: path, value as JSON, origin.'],
  async run(_, context) {
    const { out } = context
    const { file, values, running } = await shown(context)
    if (out.format === 'json') out.json('config/1', { file, running, values })
    else if (out.format === 'plain')
      for (const { path, value, origin } of values) out.record([path, JSON.stringify(value), origin])
    else {
      out.table(
        [{ title: 'KEY' }, { title: 'VALUE' }, { title: 'ORIGIN' }],
        values.map(({ path, value, origin }) => [path, value === null ? '-' : plain(value), origin]),
      )
    }
    return EXIT.DONE
  },
}

async function shown(context: Context): Promise<{ file: string; values: readonly Shown[]; running: boolean }> {
  const { out, settings } = context
  const connection = await context.connectIfRunning()
  if (connection !== null) {
    const { file, effective, inSync, error } = await connection.get<Report>('/api/config')
    if (error !== null) out.note(error)
    else if (!inSync) out.note('The file on disk has changed since: zwitness config reload takes it over.')
    return { file, values: effective?.values ?? [], running: true }
  }
  const { file, loaded } = readConfigFile(settings)
  if (loaded.faults !== undefined)
    throw new Failure(EXIT.CONFIG, `The configuration ${file} is not valid.`, {
      lines: loaded.faults.map(faultLine),
      next: 'zwitness config check',
    })
  out.note(`No service runs here; these are the values of ${file}.`)
  return { file, values: showConfig(loaded.config, loaded.trace), running: false }
}

function plain(value: Shown['value']): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
