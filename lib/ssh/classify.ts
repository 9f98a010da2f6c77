import { showable } from '#lib/text/clean.ts'
import { hostnamesOf } from './known-hosts.ts'
import type { RemoteFault, RemoteFaultKind, SshHost } from './types.ts'

/** What is known of an ssh call that did not bring what was asked for. */
export interface Evidence {
  readonly ended: 'exit' | 'not-started' | 'too-much-output' | 'timeout' | 'silence' | 'cancelled'
  readonly exitCode: number | null
  readonly signal: string | null
  /** Why ssh could not be started (`ENOENT`, …). */
  readonly failure: string | null
  /** The remote shell said it began. */
  readonly started: boolean
  /** stderr before the remote shell began. */
  readonly noise: string
  /** stdout before the first command. */
  readonly stdoutNoise: string
  /** stderr after the last marker. */
  readonly tail: string
  /** Seconds after which we ended it, where we did. */
  readonly limitSeconds?: number
  /** The command that was under way, for a person. */
  readonly running?: string | null
}

type Draft = Pick<RemoteFault, 'kind' | 'message' | 'retryable'>

/** Never asks the exit code alone: 255 is a lost connection, a refused login and a failing `zfs send` alike. */
export function classify(host: SshHost, evidence: Evidence): RemoteFault {
  const draft =
    localFault(host, evidence) ?? (evidence.started ? afterStart(host, evidence) : beforeStart(host, evidence))
  const text = evidence.started ? evidence.tail : [evidence.noise, evidence.stdoutNoise].filter(Boolean).join('\n')
  return { ...draft, host: host.id, stderrTail: showable(text), exitCode: null }
}

function localFault(host: SshHost, { ended, failure, limitSeconds, started, running }: Evidence): Draft | null {
  if (ended === 'cancelled')
    return { kind: 'cancelled', message: `Cancelled while ${host.id} was at work.`, retryable: true }
  if (ended === 'too-much-output') {
    return {
      kind: 'too-much-output',
      message: `${host.id} wrote more than a command of ours can mean: the answer was cut off and is not used.`,
      retryable: false,
    }
  }
  if (ended === 'not-started') {
    // A full process table or a lack of descriptors passes.
    const passes = failure === 'EAGAIN' || failure === 'EMFILE' || failure === 'ENFILE'
    const cure = failure === 'ENOENT' ? ': install the OpenSSH client on the witness' : ''
    return {
      kind: 'local',
      message: `The witness could not start ssh for ${host.id} (${failure})${cure}.`,
      retryable: passes,
    }
  }
  if (ended !== 'timeout' && ended !== 'silence') return null
  const seconds = limitSeconds === undefined ? null : `${Math.ceil(limitSeconds)} s`
  const limit = seconds === null ? '' : ` within ${seconds}`
  if (!started) return { kind: 'timeout', message: `${host.id} let nobody in${limit}.`, retryable: true }
  const what = running ? `\`${running}\`` : 'the command'
  if (ended === 'silence') {
    return {
      kind: 'timeout',
      message: `${host.id} was silent${seconds === null ? '' : ` for ${seconds}`} while ${what} ran, and sent not even its heartbeat: the connection is dead, or the host does nothing any more.`,
      retryable: true,
    }
  }
  return {
    kind: 'too-slow',
    message: `On ${host.id} ${what} did not end${limit} and was given up.`,
    retryable: true,
  }
}

/** Where ssh says why: after the banner and whatever else a host may have to say. */
const LAST_WORDS = 4096

function beforeStart(host: SshHost, { noise: all, stdoutNoise, exitCode, signal }: Evidence): Draft {
  const noise = all.slice(-LAST_WORDS)
  if (
    /account is currently not available|This service allows sftp connections only|account (?:has expired|is locked)/i.test(
      `${noise}\n${stdoutNoise}`,
    )
  ) {
    return {
      kind: 'account',
      message: `The user ${host.user} on ${host.id} has no login shell: give it one (\`usermod -s /bin/sh ${host.user}\`).`,
      retryable: false,
    }
  }
  // 255 is ssh's own failure; any other code comes from a login that did not run our shell.
  if (exitCode === 255 || exitCode === null) {
    for (const pattern of FAULT_PATTERNS) {
      const match = pattern.text.exec(noise)
      if (match !== null)
        return { kind: pattern.kind, message: pattern.sentence(host, match), retryable: pattern.retryable }
    }
  }
  if (signal !== null || (exitCode === 255 && noise.trim() === '')) {
    return { kind: 'lost', message: `The connection to ${host.id} ended before the command began.`, retryable: true }
  }
  return {
    kind: 'no-shell-answer',
    message: `The login of ${host.user} on ${host.id} succeeded but runs no \`sh\` (code ${exitCode}): a forced command or a restricted shell stands in the way.`,
    retryable: false,
  }
}

function afterStart(host: SshHost, { tail }: Evidence): Draft {
  const why = /Timeout, server \S{1,255} not responding/.test(tail.slice(-LAST_WORDS))
    ? `${host.id} stopped answering`
    : `The connection to ${host.id} was lost`
  return {
    kind: 'lost',
    message: `${why} while a command ran: whether it was carried out is not known until the state is read again.`,
    retryable: true,
  }
}

/** A fault that came up in the witness itself, before anything was sent. */
export const faultHere = (host: string, message: string): RemoteFault => ({
  kind: 'local',
  host,
  message,
  stderrTail: '',
  exitCode: null,
  retryable: false,
})

export const cancelled = (host: string): RemoteFault => ({
  ...faultHere(host, `Cancelled while ${host} was waited for.`),
  kind: 'cancelled',
  retryable: true,
})

interface FaultPattern {
  readonly kind: RemoteFaultKind
  readonly text: RegExp
  readonly retryable: boolean
  readonly sentence: (host: SshHost, match: RegExpExecArray) => string
}

const at = (host: SshHost): string => `${host.hostname} port ${host.port}`

/** Which host's key it is about: with a ProxyJump it may be the one in between. */
const alias = (host: SshHost, name: string | undefined): string =>
  name === undefined || hostnamesOf(host).includes(name) ? host.id : name

/** Of what ssh says of a key: which one it is now, and whose. */
function changedKey(host: SshHost, said: string): string {
  const fingerprint = /SHA256:[A-Za-z0-9+/=]{1,64}/.exec(said)?.[0]
  const name = /Host key for (\S{1,255}) has changed/.exec(said)?.[1]
  if (fingerprint === undefined || name === undefined)
    return `${host.id} shows another host key than the known one: compare fingerprints with \`zwitness known-hosts scan ${host.id}\` before anything else.`
  return `${alias(host, name)} shows another host key than the known one (now ${fingerprint}). If it was reinstalled, compare the fingerprint there, remove the old line from known_hosts and accept the new one with \`zwitness known-hosts scan ${alias(host, name)}\`; otherwise somebody may be in between.`
}

/**
 * What ssh says when it never came to run anything, most telling first: one failure often has several lines. A host may say
 * all of it too, in its banner, and what it says is made to cost: no part of a pattern takes as much as there is.
 */
const FAULT_PATTERNS: readonly FaultPattern[] = [
  {
    kind: 'local',
    text: /unix_listener: |ControlPath too long|ControlSocket \S{1,255} already exists/,
    retryable: false,
    sentence: () => 'The witness cannot make its control socket: is its directory there, writable and its path short?',
  },
  {
    kind: 'ssh-config',
    text: /Bad configuration option|hostname contains invalid characters|terminating, \d{1,6} bad configuration|Bad owner or permissions on/,
    retryable: false,
    sentence: (host) =>
      `ssh refused its own configuration for ${host.id}: check the host's entry with \`zwitness config check\`.`,
  },
  {
    kind: 'key-file',
    text: /UNPROTECTED PRIVATE KEY FILE|bad permissions/,
    retryable: false,
    sentence: (host) =>
      `Others may read the key ${host.identityFile}, so ssh refuses to use it: \`chmod 600 ${host.identityFile}\`.`,
  },
  {
    kind: 'key-file',
    text: /(?:no such identity|not accessible): .{0,300}(?:No such file|Permission denied)|Load key "[^"]{0,300}": (?!incorrect)/,
    retryable: false,
    sentence: (host) =>
      `The key ${host.identityFile} cannot be read: put it there, or make one with \`zwitness keys init\`.`,
  },
  {
    kind: 'host-key-changed',
    text: /REMOTE HOST IDENTIFICATION HAS CHANGED|revoked host key/i,
    retryable: false,
    sentence: (host, match) => changedKey(host, match.input.slice(match.index)),
  },
  {
    kind: 'host-key-unknown',
    text: /No \S{1,100} host key is known for (\S{1,255})|Host key verification failed/,
    retryable: false,
    sentence: (host, match) =>
      `The host key of ${alias(host, match[1])} is not known yet: look at it with \`zwitness known-hosts scan ${alias(host, match[1])}\` and accept its fingerprint.`,
  },
  {
    kind: 'algorithms',
    text: /Unable to negotiate with .{0,300}: (no matching [A-Za-z ]{1,40} found)\. Their offer: (\S{1,2000})|no matching (?:cipher|mac|key exchange method|host key type) found/,
    retryable: false,
    sentence: (host, match) =>
      `ssh and ${host.id} have no algorithm in common (${match[1] ?? 'see below'}${match[2] ? `; it offers ${match[2]}` : ''}): set \`ssh.ciphers\`, or update the host.`,
  },
  {
    kind: 'auth',
    text: /Permission denied \(|Too many authentication failures|no mutual signature (?:supported|algorithm)/,
    retryable: false,
    sentence: (host) =>
      `${host.id} refused the key ${host.identityFile} for the user ${host.user}: add the line of \`zwitness keys show\` to ~${host.user}/.ssh/authorized_keys there (or cure its owner and mode), then test again.`,
  },
  {
    kind: 'dns',
    text: /Could not resolve hostname (\S{1,255}): /,
    retryable: true,
    sentence: (host, match) =>
      `The name ${match[1] ?? host.hostname} of ${host.id} cannot be resolved: check the name, or the DNS of the witness.`,
  },
  {
    kind: 'refused',
    text: /Connection refused/,
    retryable: true,
    sentence: (host) => `${host.id} refuses connections on ${at(host)}: is sshd running there, is the port right?`,
  },
  {
    kind: 'unreachable',
    text: /banner line contains invalid characters|: invalid format|No SSH identification string|Protocol major versions differ/,
    retryable: true,
    sentence: (host) => `What answers on ${at(host)} is not an SSH server: check the port of ${host.id}.`,
  },
  {
    kind: 'timeout',
    text: /Connection timed out|Operation timed out|timed out during banner exchange|Connection to .{0,300} timed out/i,
    retryable: true,
    sentence: (host) => `${host.id} did not answer on ${at(host)} within ${host.connectTimeoutSeconds} s.`,
  },
  {
    kind: 'unreachable',
    text: /No route to host|Network is unreachable|Host is down|connect to host .{0,300}: (.{0,200})/,
    retryable: true,
    sentence: (host, match) =>
      `${host.id} cannot be reached at ${at(host)}${match[1] ? ` (${match[1].trim()})` : ''}: is it up, is the network between?`,
  },
  {
    kind: 'throttled',
    text: /kex_exchange_identification|Connection reset by|Connection closed by|Not allowed at this time|Exceeded MaxStartups/,
    retryable: true,
    sentence: (host) =>
      `${host.id} closed the connection before the login: too many connections at once (MaxStartups), or it penalises this address for a while.`,
  },
]
