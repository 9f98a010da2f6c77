import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ownMark } from './state/process-mark.ts'

const tools = ['zfs', 'zpool', 'date'] as const

const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`
const perlQuote = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

/** Of the resident simulator of this process. The first client makes it; it goes with the resident or with us. */
export const residentDirectory = join(tmpdir(), `zwitness-sim-${process.pid}-${randomBytes(8).toString('hex')}`)

/**
 * Makes a directory with executables `zfs`, `zpool` and `date` to be put first in the PATH of a simulated host.
 * Which SAN they speak for is said by ZWITNESS_SIM_DIR, who calls by ZWITNESS_SIM_USER (default root);
 * ZWITNESS_SIM_CALLS names a file to which each call is added, a line with the tool and its words.
 *
 * They are clients of one resident simulator (resident.ts), which the first of them starts and which ends with this
 * process. Without Perl each call is a process of Bun: the same answers, at ten times the cost.
 */
export function installSimulator({ directory, bunPath }: { directory: string; bunPath: string }): { binDir: string } {
  const binDir = join(directory, 'bin')
  mkdirSync(binDir, { recursive: true })
  const perl = Bun.which('perl')
  process.off('exit', removeResident).on('exit', removeResident)
  for (const tool of tools) {
    const file = join(binDir, tool)
    // In one step: someone may be starting the one that is there.
    const made = `${file}.${randomBytes(4).toString('hex')}`
    writeFileSync(made, perl === null ? plain(tool, bunPath) : client(perl, bunPath), { mode: 0o755 })
    renameSync(made, file)
  }
  return { binDir }
}

/** Where we take the resident with us (bunfig's noOrphans), it cannot do this itself. */
const removeResident = (): void => rmSync(residentDirectory, { recursive: true, force: true })

const program = join(import.meta.dir, 'zfs.ts')

const plain = (tool: string, bunPath: string): string =>
  `#!/bin/sh
[ -z "\${ZWITNESS_SIM_CALLS:-}" ] || echo "${tool} $*" >>"$ZWITNESS_SIM_CALLS"
exec ${quote(bunPath)} --no-install ${quote(program)} ${tool} "$@"
`

function client(perl: string, bunPath: string): string {
  const at = {
    bun: bunPath,
    program,
    resident: join(import.meta.dir, 'resident.ts'),
    directory: residentDirectory,
    owner: ownMark(),
  }
  const entries = Object.entries(at).map(([name, value]) => `${name} => ${perlQuote(value)}`)
  return `#!${perl}\nmy %at = (${entries.join(', ')});\n${readFileSync(join(import.meta.dir, 'client.pl'), 'utf8')}`
}
