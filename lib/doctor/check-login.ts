import type { HostConfig } from '#config/effective.ts'
import type { RemoteFault } from '#lib/ssh/types.ts'
import { bad, fine, warn } from './found.ts'
import type { Found } from './types.ts'

export interface Login {
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
