import { readFileSync } from 'node:fs'

/** When the process began, in clock ticks since boot; null when there is no such process. Without /proc always the same. */
function startOf(pid: number): string | null {
  try {
    if (process.platform !== 'linux') return process.kill(pid, 0) ? 'some time' : null
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // A zombie does no more work.
    return state === 'Z' ? null : (rest[18] ?? null)
  } catch {
    // No such process, no /proc entry: it is gone, which is what was asked.
    return null
  }
}

/** A process, told apart from a later one with the same number. */
export const markOf = (pid: number): string => `${pid}:${startOf(pid)}`

export const ownMark = (): string => markOf(process.pid)

const inside = new Set<string>()
let marks = 0

/** A mark for one command of several that run inside this process; it lives until `end`. */
export function markInside(): { readonly mark: string; readonly end: () => void } {
  const mark = `inside:${++marks}`
  inside.add(mark)
  return { mark, end: () => void inside.delete(mark) }
}

export function isAlive(mark: string): boolean {
  if (mark.startsWith('inside:')) return inside.has(mark)
  const [pid, start] = mark.split(':')
  return startOf(Number(pid)) === start
}
