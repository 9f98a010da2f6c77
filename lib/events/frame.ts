export interface Frame {
  readonly event: string
  /** JSON text. */
  readonly data: string
  readonly id: string | null
}

/** One event as it goes over the wire. JSON text has no line ends, but a stray one must not be able to forge a field. */
export function formatFrame({ event, data, id }: Frame): string {
  const lines = data.split(/\r\n|\r|\n/).map((line) => `data: ${line}\n`)
  return `event: ${oneLine(event)}\n${id === null ? '' : `id: ${oneLine(id)}\n`}${lines.join('')}\n`
}

export const RETRY = 'retry: 3000\n\n'
/** A comment: it keeps proxies and Bun's idle timer from cutting a quiet stream. */
export const HEARTBEAT = ': hb\n\n'

const oneLine = (text: string) => text.replace(/[\r\n\0]/g, ' ')
