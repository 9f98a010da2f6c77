import { readTextFileIfThere } from '#lib/host/read-file.ts'
import { runCommand } from '#lib/process/run-command.ts'
import { bad, fine } from './found.ts'
import type { Found } from './types.ts'

/** OpenSSH refuses to run for a uid without a passwd entry ("No user exists for uid N"). */
export async function checkUid(uid: number, home: string): Promise<Found> {
  const entry = await entryOf(uid)
  if (entry !== null) return fine(`The witness runs as ${entry} (uid ${uid}).`)
  const line = `zwitness:x:${uid}:${uid}::${home}:/usr/sbin/nologin`
  return bad(
    `The witness runs as uid ${uid}, which has no passwd entry: ssh refuses to start for it.`,
    'Run it as uid 1001, which the image knows, or add the line to /etc/passwd (in a container: mount one).',
    [{ host: null, command: `echo '${line}' >> /etc/passwd` }],
  )
}

/** Asked of the system, which may know users that are in no file. */
async function entryOf(uid: number): Promise<string | null> {
  const asked = await runCommand({
    file: 'getent',
    args: ['passwd', String(uid)],
    timeoutMs: 10_000,
    maxStdoutBytes: 64 * 1024,
  })
  const text = asked.ended === 'not-started' ? ((await readTextFileIfThere('/etc/passwd')) ?? '') : `${asked.stdout}`
  const line = text.split('\n').find((each) => each.split(':')[2] === String(uid))
  return line?.split(':')[0] ?? null
}
