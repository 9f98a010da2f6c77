import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const tools = ['zfs', 'zpool', 'date'] as const

const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`

/**
 * Makes a directory with executables `zfs`, `zpool` and `date` to be put first in the PATH of a simulated host.
 * Which SAN they speak for is said by ZWITNESS_SIM_DIR, who calls by ZWITNESS_SIM_USER (default root).
 */
export function installSimulator({ directory, bunPath }: { directory: string; bunPath: string }): { binDir: string } {
  const binDir = join(directory, 'bin')
  mkdirSync(binDir, { recursive: true })
  const program = join(import.meta.dir, 'zfs.ts')
  for (const tool of tools) {
    const file = join(binDir, tool)
    writeFileSync(file, `#!/bin/sh\nexec ${quote(bunPath)} --no-install ${quote(program)} ${tool} "$@"\n`)
    chmodSync(file, 0o755)
  }
  return { binDir }
}
