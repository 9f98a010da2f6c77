import { readdirSync, readFileSync } from 'node:fs'

/** All living descendants of a process, children before grandchildren. Linux only (`/proc`). */
export function descendantsOf(pid: number): readonly number[] {
  const children = new Map<number, number[]>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const parent = parentOf(Number(name))
    if (parent !== null) children.set(parent, [...(children.get(parent) ?? []), Number(name)])
  }
  const found: number[] = []
  const waiting = [pid]
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const here = children.get(next) ?? []
    found.push(...here)
    waiting.push(...here)
  }
  return found
}

function parentOf(pid: number): number | null {
  try {
    // `pid (name) state ppid …`: the name may hold anything, so count from its closing bracket.
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return state === 'Z' ? null : Number(parent)
  } catch {
    // It ended while we were looking.
    return null
  }
}
