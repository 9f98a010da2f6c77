import type { ConfigFault } from '#config/effective.ts'
import { faultLine } from '#config/faults.ts'
import type { Command } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { runningService } from '../running-service.ts'
import { paint } from '../text.ts'

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
