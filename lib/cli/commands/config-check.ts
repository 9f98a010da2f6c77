import type { Config, ConfigFault } from '#config/effective.ts'
import { faultLine, faultsText } from '#config/faults.ts'
import { directories } from '#lib/directories.ts'
import { openFiles } from '#lib/doctor/open-files.ts'
import { ownFiles } from '#lib/own-files.ts'
import { sshSettings } from '#lib/ssh-settings.ts'
import type { Command } from '../command.ts'
import { readConfigFile } from '../config-file.ts'
import { EXIT } from '../exit-codes.ts'
import type { Settings } from '../settings.ts'
import { paint } from '../text.ts'

export const configCheck: Command = {
  name: 'config check',
  summary: 'Judge the configuration file; needs no service.',
  usage: '[FILE]',
  operands: [0, 1],
  options: [],
  help: [
    'Ends with 9 and every fault (file:line:column path: message) when it is not valid.',
    'With --plain: "fault" or "warning", file, line, column, path, message.',
  ],
  async run({ operands }, { settings, out }) {
    const { file, text, loaded } = readConfigFile(settings, operands[0])
    const faults = loaded.faults ?? []
    const own = loaded.config === undefined ? [] : await openWarnings(loaded.config, settings)
    const warnings = [...(loaded.config?.warnings ?? []), ...own]
    if (out.format === 'json') out.json('config-check/1', { file, valid: faults.length === 0, faults, warnings })
    else if (out.format === 'plain') {
      for (const fault of faults) out.record(['fault', fault.file, fault.line, fault.column, fault.path, fault.message])
      for (const each of warnings) out.record(['warning', each.file, each.line, each.column, each.path, each.message])
    } else {
      if (faults.length > 0) for (const line of faultsText(faults, text ?? '').split('\n')) out.line(line)
      for (const warning of warnings) out.line([paint('yellow', 'warning: '), faultLine(warning)])
    }
    if (loaded.config === undefined) {
      out.error(`${file} is not valid: ${faults.length === 1 ? '1 fault' : `${faults.length} faults`}.`)
      return EXIT.CONFIG
    }
    const { hosts, pairs, datasets } = loaded.config
    out.note(`${file} is valid: ${hosts.size} hosts, ${pairs.length} pairs, ${datasets.length} datasets.`)
    return EXIT.DONE
  },
}

/** What others could read or change; a start is refused for a private key, and says so itself. */
async function openWarnings(config: Config, settings: Settings): Promise<readonly ConfigFault[]> {
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
