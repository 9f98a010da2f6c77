import { FAULT_PATTERNS } from './fault-patterns.ts'
import { showable } from './showable.ts'
import type { RemoteFault, SshHost } from './types.ts'

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
