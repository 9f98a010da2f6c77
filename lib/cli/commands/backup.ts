import { dirname } from 'node:path'
import { directories } from '#lib/app/settings.ts'
import type { Sound } from '#lib/db/examine.ts'
import { fileFacts, isNotFound, writePiecesAtomic } from '#lib/host/files.ts'
import { bytesText, counted, iso, isoOrNull } from '#lib/text/words.ts'
import { confirmYes } from '../ask.ts'
import type { Command } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { Failure } from '../failure.ts'

/** A large database, over a slow line. */
const LIMIT_MS = 6 * 3600_000
const TYPE = 'application/vnd.sqlite3'

export const backup: Command = {
  name: 'backup',
  summary: 'Write a checked copy of the whole database to a file on this machine.',
  usage: 'FILE [--force]',
  operands: [1, 1],
  proposes: ['file'],
  options: [{ name: 'force', summary: 'Replace FILE where it is there.' }],
  help: [
    'While the service runs or not; nobody waits for it. FILE appears when it is whole and read through, for its owner alone (0600).',
    'It holds all history, the hashes of passwords and the digests of tokens. The configuration, the keys and the known hosts are files of their own: copy those, too.',
    'A copy is also made every night, in backups of the data directory. zwitness restore FILE puts one back.',
  ],
  async run(args, context) {
    const { out } = context
    const [file = ''] = args.operands
    await refuseToReplace(file, args.flag('force'))
    const connection = await context.connect()
    const pieces = await connection.pieces('/api/backup', TYPE, { timeoutMs: LIMIT_MS })
    const { sound: _, ...facts } = await written(file, pieces, args.flag('force'))
    if (out.format === 'json') out.json('backup/1', { file, ...facts, newestAt: isoOrNull(facts.newestAt) })
    else if (out.format === 'plain') out.record([file, facts.bytes, facts.schemaVersion, facts.witnessId])
    else out.line(`${file}: ${bytesText(facts.bytes)}, ${contentsText(facts)}.`)
    return EXIT.DONE
  },
}

/** The file appears only when it is whole and sound. @throws Failure */
async function written(file: string, pieces: AsyncIterable<Uint8Array>, force: boolean): Promise<Sound> {
  const { examine } = await import('#lib/db/examine.ts')
  const { syncToDisk } = await import('#lib/db/files.ts')
  const sound: Sound[] = []
  const check = async (temporary: string): Promise<void> => {
    const found = await examine(temporary)
    if (!found.sound) throw new Failure(EXIT.FAILED, `What arrived is no sound copy, and was removed: ${found.message}`)
    await refuseToReplace(file, force)
    sound.push(found)
  }
  try {
    await writePiecesAtomic(file, pieces, { check })
    syncToDisk(dirname(file))
  } catch (error) {
    if (error instanceof Failure) throw error
    const why = isNotFound(error) ? `there is no ${dirname(file)}` : error instanceof Error ? error.message : error
    throw new Failure(EXIT.FAILED, `${file} was not written: ${why}.`, { cause: error })
  }
  const [found] = sound
  if (found !== undefined) return found
  throw new Error('A copy that was not examined has taken its place.')
}

/** @throws Failure 5 */
export async function refuseToReplace(file: string, force: boolean): Promise<void> {
  const there = await fileFacts(file)
  if (there === null) return
  if (there.isDirectory) throw new Failure(EXIT.USAGE, `${file} is a directory. Name a file in it.`)
  if (!force)
    throw new Failure(EXIT.REFUSED, `${file} is there already; nothing was written.`, { next: 'the same with --force' })
}

interface Contents {
  readonly schemaVersion: number
  readonly datasets: number
  readonly runs: number
  readonly users: number
  readonly newestAt: number | null
}

function contentsText({ schemaVersion, datasets, runs, users, newestAt }: Contents): string {
  const newest = newestAt === null ? 'nothing recorded' : `newest entry ${iso(newestAt)}`
  return `schema ${schemaVersion}, ${counted(datasets, 'dataset')}, ${counted(runs, 'run')}, ${counted(users, 'user')}, ${newest}`
}

const EXIT_OF = {
  'in-use': EXIT.NO_SERVICE,
  'not-owner': EXIT.DENIED,
  unfit: EXIT.FAILED,
  'no-room': EXIT.FAILED,
} as const

export const restore: Command = {
  name: 'restore',
  summary: 'Put a backup in the place of the database. The service must be stopped.',
  usage: 'FILE [--yes]',
  operands: [1, 1],
  proposes: ['file'],
  options: [{ name: 'yes', short: 'y', summary: 'Do not ask.' }],
  help: [
    'The file is copied, read through, opened as the service would open it and brought up to date before anything is replaced. What was there stays beside it under a dated name.',
    'History, users, incidents and the id of the witness are those of the backup. Passwords and tokens too: what was changed or revoked after it is as it was then. Sessions end: everyone signs in anew.',
    'Where heads of the audit were kept elsewhere since the backup, zwitness audit accept --reason WHY puts on record why they are not met.',
    'Run it as the user of the service, with its data directory.',
  ],
  async run(args, context) {
    const { out, settings } = context
    const [file = ''] = args.operands
    const { data: dataDirectory } = directories({ data: settings.dataDirectory })
    const { NotRestored, restoring } = await import('#lib/upkeep/restore.ts')
    const request = { file, dataDirectory, uid: process.getuid?.() ?? 0, now: context.io.now() }
    try {
      return await restoring(request, async ({ found, becomes, there, commit }) => {
        const show = (line: string) => (args.flag('yes') ? out.note : out.error)(line)
        show(`${file} is sound: ${contentsText(found)}.`)
        if (becomes > found.schemaVersion)
          show(
            `It is brought to schema ${becomes}, which an older zwitness cannot open; ${file} itself stays as it is.`,
          )
        if (there !== null) {
          show(`It takes the place of ${there.file} (${bytesText(there.bytes)}), which is kept beside it.`)
          if (!args.flag('yes')) await confirmYes(context, 'Put it back?', 'the same with --yes')
        }
        const kept = commit()
        const { sound: _, ...facts } = found
        if (out.format === 'json') out.json('restore/1', { file, kept, ...facts, newestAt: isoOrNull(facts.newestAt) })
        else if (out.format === 'plain') out.record([file, kept, facts.schemaVersion, facts.witnessId])
        else {
          out.line(`${file} is now the database of ${dataDirectory}.`)
          if (kept !== null) out.line(`The one before it is ${kept}; remove it when nothing of it is missed.`)
          out.line('Everyone signs in anew. Users, passwords and tokens are those of the backup.')
        }
        out.note('Next: zwitness serve, then zwitness token list and zwitness audit verify.')
        return EXIT.DONE
      })
    } catch (error) {
      if (!(error instanceof NotRestored)) throw error
      throw new Failure(EXIT_OF[error.why], `${error.message} Nothing was replaced.`, {
        next: error.why === 'in-use' ? 'the same when the service is stopped' : null,
        cause: error,
      })
    }
  },
}
