import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../results.ts'

export interface Peer {
  readonly program: string
  /** Where its Perl modules are. */
  readonly library: string
}

const DIRECTORY = join(ROOT, '.cache', 'bench-peer')
const PACKAGES = ['sanoid', 'libcapture-tiny-perl', 'libconfig-inifiles-perl']

/**
 * syncoid as Debian has it, unpacked into the cache: nothing is installed, for its packages bring ZFS and a timer along.
 * @returns why not, in words, where it cannot be had
 */
export function findSyncoid(): Peer | { readonly missing: string } {
  const peer = { program: join(DIRECTORY, 'usr/sbin/syncoid'), library: join(DIRECTORY, 'usr/share/perl5') }
  if (Bun.which('perl') === null) return { missing: 'there is no perl' }
  if (!existsSync(peer.program)) {
    if (Bun.which('apt-get') === null || Bun.which('dpkg') === null)
      return { missing: 'this is no Debian (no apt-get)' }
    mkdirSync(DIRECTORY, { recursive: true })
    const got = run(['apt-get', 'download', ...PACKAGES])
    if (got !== null) return { missing: `apt-get download ${PACKAGES.join(' ')} failed: ${got}` }
    for (const name of readdirSync(DIRECTORY).filter((each) => each.endsWith('.deb'))) {
      const failed = run(['dpkg', '-x', name, DIRECTORY])
      if (failed !== null) return { missing: `${name} could not be unpacked: ${failed}` }
    }
  }
  const failed = run(['perl', peer.program, '--version'], { PERL5LIB: peer.library })
  return failed === null ? peer : { missing: `syncoid does not start: ${failed}` }
}

/** Null: it ended with 0. */
function run(command: readonly string[], environment: Readonly<Record<string, string>> = {}): string | null {
  const done = Bun.spawnSync([...command], { cwd: DIRECTORY, env: { ...process.env, ...environment } })
  return done.exitCode === 0 ? null : done.stderr.toString().trim().split('\n').slice(-2).join(' ')
}
