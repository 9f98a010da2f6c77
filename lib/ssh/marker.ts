/**
 * The marker protocol. The exit code of ssh says little (255 is a lost connection, a refused login and also a `zfs send`
 * with a stale token), so the remote shell itself says, on a line of its own, what began and what ended.
 *
 *   @@S:<nonce>                the remote shell runs; all before it is noise of the transport (banner, motd, .bashrc)
 *   @@B:<nonce>:<path>         the command at this place of the batch begins
 *   @@E:<nonce>:<path>:<code>  it ended with this exit code
 *   @@H:<nonce>                the host is at work (stderr only): may stand in the middle of a line
 */
type Marker =
  | { readonly type: 'shell' }
  | { readonly type: 'begin'; readonly path: string }
  | { readonly type: 'end'; readonly path: string; readonly exitCode: number }

/** Unguessable, so that no output of a command can pass for a marker. */
export const newNonce = (): string => crypto.getRandomValues(Buffer.alloc(8)).toString('hex')

export const shellMark = (nonce: string): string => `@@S:${nonce}`
export const beginMark = (nonce: string): string => `@@B:${nonce}:`
export const endMark = (nonce: string): string => `@@E:${nonce}:`

export const beatMark = (nonce: string): string => `@@H:${nonce}`

export function readMarker(line: string, nonce: string): Marker | null {
  if (!line.startsWith('@@')) return null
  if (line === shellMark(nonce)) return { type: 'shell' }
  const begin = beginMark(nonce)
  if (line.startsWith(begin)) return { type: 'begin', path: line.slice(begin.length) }
  const end = endMark(nonce)
  if (!line.startsWith(end)) return null
  const [path, code, ...more] = line.slice(end.length).split(':')
  if (path === undefined || code === undefined || more.length > 0 || !/^\d{1,3}$/.test(code)) return null
  return { type: 'end', path, exitCode: Number(code) }
}
