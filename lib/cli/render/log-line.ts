import type { LogView } from '../api-types.ts'
import { paint, type Style, type Text } from '../text.ts'

const STYLES: Readonly<Record<string, Style>> = { ERROR: 'red', WARN: 'yellow', DEBUG: 'dim' }

export function logLine({ at, level, component, message, runId, datasetId, host }: LogView): Text {
  const style = STYLES[level]
  const word = level.padEnd(5)
  const about = [runId === null ? null : `run ${runId}`, datasetId, host].filter((part) => part !== null).join(', ')
  return [
    paint('dim', at),
    ' ',
    style === undefined ? word : paint(style, word),
    ` ${component}: ${message}`,
    about === '' ? '' : paint('dim', ` (${about})`),
  ]
}

/** Fields of `logs --plain`. */
export function logRecord({ at, level, component, runId, datasetId, host, message }: LogView): (string | null)[] {
  return [at, level, component, runId, datasetId, host, message]
}
