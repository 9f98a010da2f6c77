import { join } from 'node:path'
import { Cron } from 'croner'
import type { Config } from '#config/effective.ts'
import { removePath, writeTextFileAtomic } from '#lib/host/files.ts'
import { statfs } from '#lib/host/system-calls.ts'
import { bytesText, counted, relativeTime, someOf } from '#lib/text/words.ts'
import { zonedMinute } from '#lib/text/zoned-time.ts'
import type { OpenFile } from './open-files.ts'
import { bad, type Found, fine, warn } from './types.ts'

/** Time zone and the next three scans. */
export function checkSchedule({ enabled, cron, intervalSeconds, timezone }: Config['scheduler'], now: number): Found {
  if (!enabled)
    return warn(
      'Scheduled scans are off (scheduler.enabled: false): nobody looks by itself.',
      'Switch them on, or call POST /api/run from elsewhere.',
    )
  if (cron === null) return fine(`A scan every ${Math.round(intervalSeconds / 60)} min, in ${timezone}.`)
  const next = new Cron(cron, { paused: true, timezone }).nextRuns(3, new Date(now))
  const shown = next.map((at) => zonedMinute(at.getTime(), timezone)).join(', ')
  return fine(`Scans at ${shown} (${timezone}).`)
}

/** Who is told. Whether they can be reached is known where something was sent. */
export function checkNotifications({ channels, deadman }: Config['notifications']): Found {
  if (channels.length + deadman.length === 0) return fine('No notification channels are configured.')
  const named = channels.map(({ name, type }) => (name === type ? name : `${name} (${type})`))
  const told = named.length === 0 ? 'No channel is configured' : `Messages go to ${someOf(named)}`
  return fine(`${told}; ${counted(deadman.length, "dead man's switch", "dead man's switches")}.`)
}

const LOCAL = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

/** Who may do what, and how the service is called from outside. */
export function checkAccess({ auth, server, warnings }: Pick<Config, 'auth' | 'server' | 'warnings'>): Found {
  const mode: string = auth.mode
  const url = server.publicUrl === null ? null : new URL(server.publicUrl)
  if (mode === 'none' && auth.noneRole !== 'viewer')
    return warn(
      `auth.mode none with none_role ${auth.noneRole}: whoever reaches the port may start repairs, without a password.`,
      'Right only behind a proxy that signs people in and is the only way to the port.',
    )
  if (url !== null && url.protocol === 'http:' && !LOCAL.test(url.hostname))
    return warn(
      `public_url ${url.origin} is plain http: everything can be read on the way.`,
      'Put a proxy with TLS in front, and write its https address.',
    )
  if (url !== null && url.pathname !== '/' && url.pathname !== '')
    return bad(
      `public_url ${url.href} has a path, but the service must be at the root of its host.`,
      'Give it a host name of its own.',
    )
  const [odd, ...more] = warnings.filter(({ path }) => /^auth\.users\..+\.password_hash$/.test(path))
  if (odd !== undefined)
    return warn(
      more.length === 0 ? odd.message : `${odd.message} There are ${more.length} more of that kind.`,
      'Run zwitness user hash, and write the line that it prints as password_hash.',
    )
  const called = url === null ? 'no public_url, links are as the request came' : `called ${url.origin}`
  return fine(`auth.mode ${mode}, ${called}.`)
}

/** File systems by their magic number (statfs(2)). */
const NETWORK: Readonly<Record<number, string>> = {
  26985: 'NFS',
  20859: 'SMB',
  4283649346: 'CIFS',
  4266872130: 'SMB2',
  1397113167: 'AFS',
}
const GONE_AFTER_RESTART: Readonly<Record<number, string>> = { 16914836: 'tmpfs', 2240043254: 'ramfs' }
const LEAST_FREE = 256 * 1024 * 1024

/**
 * The data directory: can it be written, is there room, will it still be there, is the database whole? `integrity` null: the
 * last is not asked, for it reads the whole file while everyone waits.
 */
export async function checkData(directory: string, integrity: (() => Promise<string>) | null): Promise<Found> {
  const trial = join(directory, '.doctor')
  try {
    await writeTextFileAtomic(trial, 'a write that was only a try\n')
    await removePath(trial)
  } catch (error) {
    return bad(
      `The data directory ${directory} cannot be written: ${error instanceof Error ? error.message : error}`,
      'Give it to the user that the witness runs as, or mount it writable.',
    )
  }
  const { type, bavail, bsize } = await statfs(directory)
  const free = bavail * bsize
  const network = NETWORK[type >>> 0]
  const fleeting = GONE_AFTER_RESTART[type >>> 0]
  const damage = (await integrity?.()) ?? null
  if (damage !== null && damage !== 'ok')
    return bad(
      `The database in ${directory} is damaged: ${damage.split('\n')[0]}`,
      'Restart zwitness: it moves the damaged file aside and begins a new one. Nothing on the SANs depends on it.',
    )
  if (network !== undefined)
    return bad(
      `The data directory ${directory} lies on ${network}, whose locks a database cannot trust.`,
      'Use a local disk or a volume of this machine.',
    )
  if (fleeting !== undefined)
    return warn(
      `The data directory ${directory} lies on ${fleeting}: history and pinned host keys are gone after a restart.`,
      'Mount a volume there.',
    )
  if (free < LEAST_FREE)
    return warn(
      `Only ${bytesText(free)} are free in ${directory}.`,
      'Free space before the database can no longer be written.',
    )
  return fine(
    `The data directory ${directory} is writable, ${bytesText(free)} free${damage === null ? '' : ', its database is whole'}.`,
  )
}

/** What is asked of the database of the witness. */
export interface DatabaseAsked {
  /** `ok`, or what is damaged; all of it is read. */
  integrity(): Promise<string>
  backups(): {
    /** The newest one; `at` in epoch ms. */
    readonly last: { readonly name: string; readonly at: number; readonly bytes: number } | null
    readonly directory: string
    readonly trouble: { readonly message: string; readonly cure: string } | null
  }
}

/** The copies that are made of it every night. */
export function checkBackups({ last, directory, trouble }: ReturnType<DatabaseAsked['backups']>, now: number): Found {
  if (trouble !== null) return warn(trouble.message, trouble.cure)
  if (last === null) return fine(`No backup of the database is due yet; they are made every night, in ${directory}.`)
  return fine(
    `The database was backed up ${relativeTime(last.at, now)} (${bytesText(last.bytes)}): ${join(directory, last.name)}.`,
  )
}

/** What others on this machine could read or change, a finding each. */
export function checkFiles(open: readonly OpenFile[]): readonly Found[] {
  if (open.length === 0)
    return [fine('Nobody else can read the private keys, or write the configuration, the data and the known hosts.')]
  return open.map(({ message, cure, command, refused }) =>
    (refused ? bad : warn)(message, cure, [{ host: null, command }]),
  )
}
