import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { removePath } from '#lib/host/directory.ts'
import { writeTextFileAtomic } from '#lib/host/write-file.ts'
import { bad, fine, size, warn } from './found.ts'
import type { Found } from './types.ts'

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
 * last is not asked, for it reads the whole file while everybody waits.
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
      `Only ${size(free)} are free in ${directory}.`,
      'Free space before the database can no longer be written.',
    )
  return fine(
    `The data directory ${directory} is writable, ${size(free)} free${damage === null ? '' : ', its database is whole'}.`,
  )
}
