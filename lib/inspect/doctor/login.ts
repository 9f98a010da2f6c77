import type { HostConfig } from '#config/effective.ts'
import { fileFacts, readTextFileIfThere } from '#lib/host/files.ts'
import { runCommand } from '#lib/process/run-command.ts'
import { checkKeyFile, publicKeyOf } from '#lib/ssh/keys.ts'
import { linesOf, readKnownLines } from '#lib/ssh/known-hosts.ts'
import type { RemoteFault, SshHost, SshSettings } from '#lib/ssh/types.ts'
import { shellLine } from '#lib/text/shell.ts'
import { bad, type Found, fine, skipped, warn } from './types.ts'

interface Login {
  readonly host: HostConfig
  /** Null: not tried (behind a jump host). Text: why no connection stood. */
  readonly tcp: number | string | null
  readonly fault: RemoteFault | null
  readonly latencyMs: number
  readonly user: string | null
}

const SLOW_MS = 5_000

export function checkLogin({ host, tcp, fault, latencyMs, user }: Login): Found {
  const where = `${host.hostname} port ${host.port}`
  if (fault !== null) {
    const offline = host.online.kind === 'always' ? '' : ' It may be off on purpose (online in the configuration).'
    const reached =
      tcp === null
        ? ''
        : typeof tcp === 'number'
          ? ` TCP to ${where} stands.`
          : ` TCP to ${where} does not stand: ${tcp}.`
    const found = host.online.kind === 'always' ? bad : warn
    return found(`No login to ${host.id}: ${fault.message}${reached}${offline}`, cureOf(fault, host))
  }
  const took = `${host.id} answers as ${user ?? host.sshUser} in ${Math.round(latencyMs)} ms${
    typeof tcp === 'number' ? `, TCP in ${Math.max(1, Math.round(tcp))} ms` : ''
  }.`
  return latencyMs > SLOW_MS
    ? warn(took, 'A login should take less than a second: look at name resolution (UseDNS) and load on the SAN.')
    : fine(took)
}

function cureOf(fault: RemoteFault, host: HostConfig): string {
  switch (fault.kind) {
    case 'auth':
      return `Put the line of \`zwitness keys show\` into ~/.ssh/authorized_keys of ${host.sshUser} on ${host.id}.`
    case 'host-key-unknown':
    case 'host-key-changed':
      return `Compare and accept its host key: zwitness known-hosts scan ${host.id}.`
    case 'dns':
      return `Write an address into hostname of ${host.id}, or make the name known to the witness's resolver.`
    case 'no-shell-answer':
      return `The login shell of ${host.sshUser} on ${host.id} must run commands without asking anything.`
    default:
      return `Try the same way by hand: ssh -F ssh/config ${host.id} true, in the data directory.`
  }
}

/** `skewSeconds`: host clock minus witness clock. */
export function checkClock(host: string, skewSeconds: number | null): Found {
  if (skewSeconds === null)
    return warn(`${host} did not say its time.`, 'The command `date +%s` must work for the login.')
  if (Math.abs(skewSeconds) <= 30)
    return fine(
      skewSeconds === 0 ? `The clock of ${host} agrees with ours.` : `The clock of ${host} is ${off(skewSeconds)}.`,
    )
  return warn(
    `The clock of ${host} is ${off(skewSeconds)}: ages of snapshots are wrong by that${
      Math.abs(skewSeconds) > 60 ? ' (reason CLOCK_SKEW)' : ''
    }.`,
    'Let NTP run on the SAN, and on the witness.',
    [{ host, command: 'timedatectl set-ntp true' }],
  )
}

const off = (seconds: number): string => `${Math.abs(seconds)} s ${seconds > 0 ? 'ahead of' : 'behind'} ours`

/** The echo of a word, and what a login script said besides. */
export function checkShell(host: string, user: string, echo: string | null, noise: string): Found {
  if (echo !== 'zwitness\n')
    return bad(
      `The shell of ${user} on ${host} does not run a plain command: \`echo zwitness\` answered ${JSON.stringify(echo ?? '')}.`,
      'Use a POSIX login shell, and no forced command that puts another one in its place.',
    )
  const said = noise.trim()
  if (said === '') return fine(`The login shell on ${host} is silent and runs what it is given.`)
  return warn(
    `The login of ${user} on ${host} prints text before every command (${JSON.stringify(said.slice(0, 60))}); it is skipped here.`,
    'Print banners only for terminals: put them below `case $- in *i*) …; esac` in the profile: other tools stumble over them.',
  )
}

/** The private key for a host: there, ours, closed to others, without a passphrase. */
export async function checkKey(host: SshHost, uid: number): Promise<Found> {
  const path = host.identityFile
  const facts = await fileFacts(path).catch(() => null)
  if (facts !== null && facts.uid !== uid && uid !== 0)
    return bad(`The key ${path} belongs to uid ${facts.uid}, the witness runs as ${uid}.`, 'Give it to the witness.', [
      { host: null, command: shellLine(['chown', String(uid), path]) },
    ])
  const fault = await checkKeyFile(host)
  if (fault !== null) {
    const open = facts?.isFile === true && (facts.mode & 0o077) !== 0
    const fix = open ? shellLine(['chmod', '600', path]) : facts === null ? 'zwitness keys init' : null
    const [what, cure = 'Name another key with identity_file.'] = fault.message.split(/: (?=[^:]{0,1000}$)/)
    return bad(`${what}.`, sentence(cure), fix === null ? [] : [{ host: null, command: fix }])
  }
  try {
    return fine(`The key ${path} is usable (${(await publicKeyOf(path)).fingerprint}).`)
  } catch (error) {
    return bad(
      error instanceof Error ? error.message : String(error),
      'Make a new one, or name another with identity_file.',
    )
  }
}

function sentence(text: string): string {
  const whole = text.endsWith('.') ? text : `${text}.`
  return whole.slice(0, 1).toUpperCase() + whole.slice(1)
}

/** Is the host's own key pinned, and is it the one that the host showed? `fault`: how the login ended. */
export async function checkHostKey(host: SshHost, settings: SshSettings, fault: RemoteFault | null): Promise<Found> {
  const scan = [{ host: null, command: shellLine(['zwitness', 'known-hosts', 'scan', host.id]) }]
  if (fault?.kind === 'host-key-changed')
    return bad(
      `${host.id} shows another host key than the pinned one: it was installed anew, or somebody stands in between.`,
      'Find out which on the SAN itself; only then accept the new key and remove the old line.',
      scan,
    )
  const { pinned, authority } = await pinnedKeys(settings.knownHostsFiles, host)
  const unknown = fault?.kind === 'host-key-unknown'
  if (unknown || (pinned.length === 0 && !authority))
    return bad(
      `No host key of ${host.id} is pinned in ${settings.knownHostsFiles.join(' or ')}${
        fault === null ? ': the connection that is open was made before, the next one will be refused' : ''
      }.`,
      'Compare the fingerprint with the SAN itself, then accept it.',
      scan,
    )
  const keys = pinned.length === 0 ? 'by a certificate authority' : pinned.join(', ')
  if (fault !== null) return skipped(`${host.id} is pinned (${keys}); whether it shows that key could not be seen.`)
  return fine(`${host.id} showed a pinned host key (${keys}).`)
}

/** The keys by which ssh will know a host, and whether it may show one that an authority has signed instead. */
export async function pinnedKeys(
  files: readonly string[],
  host: Pick<SshHost, 'id' | 'hostname' | 'port'>,
): Promise<{ readonly pinned: readonly string[]; readonly authority: boolean }> {
  const lines = linesOf(await readKnownLines(files), host)
  return {
    pinned: lines.filter(({ kind }) => kind === 'key').map(({ key }) => `${key.fingerprint} (${key.type})`),
    authority: lines.some(({ kind }) => kind === 'authority'),
  }
}

/** OpenSSH refuses to run for a uid without a passwd entry ("No user exists for uid N"). */
export async function checkUid(uid: number, home: string): Promise<Found> {
  const entry = await entryOf(uid)
  if (entry !== null) return fine(`The witness runs as ${entry} (uid ${uid}).`)
  const line = `zwitness:x:${uid}:${uid}::${home}:/usr/sbin/nologin`
  return bad(
    `The witness runs as uid ${uid}, which has no passwd entry: ssh refuses to start for it.`,
    'Add the line to /etc/passwd. In a container: start it by the entry point of its image, which gives any uid an entry in /tmp.',
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
