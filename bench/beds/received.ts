import { readdirSync, readFileSync } from 'node:fs'
import type { World } from './world.ts'

/** Bytes that the service's shared ssh connections have read so far, from their hosts and from the commands that use them. */
export function received({ directory }: World): number {
  let sum = 0
  for (const pid of readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name))) {
    const command = read(`/proc/${pid}/cmdline`)
    if (!command.startsWith('ssh') || !command.includes(`${directory}/data/ssh`)) continue
    sum += Number(/^rchar: (\d+)$/m.exec(read(`/proc/${pid}/io`))?.[1] ?? 0)
  }
  return sum
}

/** Empty for a process that has ended meanwhile. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return ''
    throw error
  }
}
