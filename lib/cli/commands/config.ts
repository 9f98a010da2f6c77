import type { Config, ConfigFault } from '#config/effective.ts'
import { faultLine } from '#config/faults.ts'
import type { Shown } from '#config/origins.ts'
import type { ReadConfig } from '#config/read.ts'
import { directories } from '#lib/app/settings.ts'
import { counted } from '#lib/text/words.ts'
import type { Command, Context } from '../command.ts'
import { runningService } from '../connect.ts'
import { EXIT } from '../exit-codes.ts'
import { Failure } from '../failure.ts'
import type { Settings } from '../settings.ts'
import { paint } from '../text.ts'

// What reads a configuration brings zod and yaml along, 80 ms of every start: it is loaded by the commands that read one.

export const configCheck: Command = {
  name: 'config check',
  summary: 'Judge the configuration file; needs no service.',
  usage: '[FILE]',
  operands: [0, 1],
  proposes: ['file'],
  options: [],
  help: [
    'Ends with 9 and every fault (file:line:column path: message) when it is not valid.',
    'With --plain: "fault" or "warning", file, line, column, path, message.',
  ],
  async run({ operands }, { settings, out }) {
    const { file, text, loaded } = await readConfigFile(settings, operands[0])
    const faults = loaded.faults ?? []
    const own = loaded.config === undefined ? [] : await openWarnings(loaded.config, settings)
    const warnings = [...(loaded.config?.warnings ?? []), ...own]
    if (out.format === 'json') out.json('config-check/1', { file, valid: faults.length === 0, faults, warnings })
    else if (out.format === 'plain') {
      for (const fault of faults) out.record(['fault', fault.file, fault.line, fault.column, fault.path, fault.message])
      for (const each of warnings) out.record(['warning', each.file, each.line, each.column, each.path, each.message])
    } else {
      if (faults.length > 0) {
        const { faultsText } = await import('#config/excerpt.ts')
        for (const line of faultsText(faults, text ?? '').split('\n')) out.line(line)
      }
      for (const warning of warnings) out.line([paint('yellow', 'warning: '), faultLine(warning)])
    }
    if (loaded.config === undefined) {
      out.error(`${file} is not valid: ${counted(faults.length, 'fault')}.`)
      return EXIT.CONFIG
    }
    const { hosts, pairs, datasets } = loaded.config
    out.note(`${file} is valid: ${hosts.size} hosts, ${pairs.length} pairs, ${datasets.length} datasets.`)
    return EXIT.DONE
  },
}

/** What others could read or change; a start is refused for a private key, and says so itself. */
async function openWarnings(config: Config, settings: Settings): Promise<readonly ConfigFault[]> {
  const { openFiles } = await import('#lib/inspect/doctor/open-files.ts')
  const { ownFiles } = await import('#lib/app/settings.ts')
  const { sshSettings } = await import('#lib/app/settings.ts')
  const places = directories({ config: settings.configDirectory, data: settings.dataDirectory })
  const found = await openFiles(ownFiles(config, places, await sshSettings(config, places, '')))
  return found.map(({ path, message, cure }) => ({
    file: path,
    line: 1,
    column: 1,
    path: '',
    message: `${message} ${cure}`,
  }))
}

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
  const { file, loaded } = await readConfigFile(settings)
  if (loaded.faults !== undefined)
    throw new Failure(EXIT.CONFIG, `The configuration ${file} is not valid.`, {
      lines: loaded.faults.map(faultLine),
      next: 'zwitness config check',
    })
  out.note(`No service runs here; these are the values of ${file}.`)
  const { showConfig } = await import('#config/origins.ts')
  return { file, values: showConfig(loaded.config, loaded.trace), running: false }
}

function plain(value: Shown['value']): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

interface Reloaded {
  readonly changed: boolean
  readonly diff: unknown
  readonly warnings: readonly ConfigFault[]
  /** Not of an older service. */
  readonly tokens?: readonly string[]
}

export const configReload: Command = {
  name: 'config reload',
  summary: 'Have the running service take over the file; on any fault nothing changes.',
  usage: '',
  operands: [0, 0],
  options: [],
  async run(_, context) {
    const { out } = context
    const connection = await runningService(context, 'There is nothing to reload')
    const result = await connection.post<Reloaded>('/api/config/reload')
    if (out.format === 'json') out.json('config-reload/1', result)
    else if (out.format === 'plain') out.record([result.changed])
    else if (!result.changed) out.line('Nothing has changed.')
    else {
      out.line('The new configuration is in force.')
      for (const line of differenceLines(result.diff)) out.line(line)
    }
    for (const sentence of result.tokens ?? []) out.error([paint('yellow', 'warning: '), sentence])
    for (const warning of result.warnings) out.error([paint('yellow', 'warning: '), faultLine(warning)])
    return EXIT.DONE
  },
}

/** What the service calls added, removed and changed; parts that a newer one adds are shown as they are. */
function differenceLines(diff: unknown): string[] {
  if (typeof diff !== 'object' || diff === null) return []
  return Object.entries(diff).flatMap(([name, value]) => {
    if (!Array.isArray(value)) return []
    return value.map((each: unknown) => `  ${name}: ${typeof each === 'string' ? each : JSON.stringify(each)}`)
  })
}

export const configSchema: Command = {
  name: 'config schema',
  summary: 'JSON Schema of the configuration file, for editors.',
  usage: '',
  operands: [0, 0],
  options: [],
  async run(_, { out }) {
    const { configJsonSchema } = await import('#config/json-schema.ts')
    out.raw(configJsonSchema())
    return EXIT.DONE
  },
}

/** Reads and checks the file itself; needs neither a service nor the data directory. */
export async function readConfigFile(
  { configDirectory }: Pick<Settings, 'configDirectory'>,
  file?: string,
): Promise<ReadConfig> {
  const { configFile, readConfig } = await import('#config/read.ts')
  return readConfig({ file: file ?? configFile({ ZWITNESS_CONFIG_DIR: configDirectory }) })
}

/** @throws Failure 9 with every fault */
export async function validConfig(settings: Pick<Settings, 'configDirectory'>): Promise<Config> {
  const { file, loaded } = await readConfigFile(settings)
  if (loaded.faults === undefined) return loaded.config
  throw new Failure(EXIT.CONFIG, `The configuration ${file} is not valid.`, {
    lines: loaded.faults.map(faultLine),
    next: 'zwitness config check',
  })
}
