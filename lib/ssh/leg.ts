import type { Child, ChildExit } from '#lib/process/child.ts'
import type { Pipeline, Stage } from '#lib/process/pipeline.ts'
import { createLineSplitter, createMeter, createTextRing } from '#lib/process/run-command.ts'
import { firstLine, showable } from '#lib/text/clean.ts'
import { createHeldRing } from './batch-output.ts'
import { cancelled, classify } from './classify.ts'
import type { HostLink } from './host-link.ts'
import { newNonce, readMarker } from './marker.ts'
import { sinkScript, sourceScript, sshArguments } from './script.ts'
import type { Leg, LegOutcome, RemoteFault } from './types.ts'

/** Login scripts may be slow; what comes before them has ssh's own time limit. */
const SHELL_GRACE_MS = 30_000
/** `zfs send -v -P` says a line for each snapshot before the first byte, and one a second while it sends. */
const MOST_SAID = { bytes: 64 * 1024 * 1024, bytesPerSecond: 1024 }

/** One of the two ssh connections of a transfer. */
export interface LegRun {
  readonly side: 'source' | 'sink'
  readonly link: HostLink
  readonly stage: Stage
  readonly log: LegLog
  /** Null before its start. */
  readonly child: () => Child | null
  /** Logs in: waits for a handshake slot, then for the shell. Null when it runs, else why it does not. */
  start(pipeline: Pipeline, index: number, signal: AbortSignal): Promise<RemoteFault | null>
  outcome(early: RemoteFault | null): Promise<LegOutcome>
}

/** `stream` is a nonce that both legs of a transfer share. */
export function createLeg(
  link: HostLink,
  leg: Leg,
  side: 'source' | 'sink',
  stream: string,
  onChunk: () => void = () => {},
): LegRun {
  const nonce = newNonce()
  const log = createLegLog(nonce)
  const began = Promise.withResolvers<void>()
  const meter = createMeter(MOST_SAID)
  let flooded = false
  const lines = createLineSplitter((line) => {
    if (flooded) return
    if (meter.line(line)) {
      flooded = true
      child?.terminate(1_000)
    }
    log.onLine(line)
    if (log.started()) began.resolve()
  })
  const script = side === 'source' ? sourceScript(nonce, stream, leg.argv) : sinkScript(nonce, stream, leg.argv)
  const loginLimitMs = link.host.connectTimeoutSeconds * 2_000 + SHELL_GRACE_MS
  let child: Child | null = null

  return {
    side,
    link,
    log,
    child: () => child,
    stage: {
      file: link.settings.sshCommand,
      args: sshArguments(link.settings, link.host.id, script),
      onStderr(chunk) {
        // Counters first: after the end marker ssh may be gone before we look again.
        onChunk()
        lines.push(chunk)
      },
      onStderrEnd: onChunk,
    },
    async start(pipeline, index, signal) {
      await link.refresh()
      const own = await link.fault()
      if (own !== null) return own
      const release = await link.handshakes.take(signal)
      // Asked only now: those who waited for the same slot must hear of a refused login before they try it too.
      const closed = link.breaker.enter()
      if (closed !== null) {
        release()
        return closed
      }
      child = pipeline.start(index)
      const fault = await login(child, signal)
      release()
      link.breaker.report(signal.aborted && fault !== null ? 'none' : fault)
      return fault
    },
    async outcome(early) {
      const exit = child === null ? null : await child.exited
      lines.end()
      const exitCode = log.exitCode()
      const about = { host: link.host.id, started: log.started(), exitCode, stderr: log.stderr() }
      if (exitCode === 0) return { ...about, fault: null }
      if (early !== null) {
        return { ...about, fault: { ...early, exitCode, stderrTail: showable(about.stderr) || early.stderrTail } }
      }
      if (exitCode !== null) return { ...about, fault: commandFault(link.host.id, leg, exitCode, about.stderr) }
      // Without an exit it was never started, because the other leg had failed before.
      return { ...about, fault: exit === null ? null : faultOf(exit, 'exit') }
    },
  }

  /** Null once the remote shell runs. */
  async function login(started: Child, signal: AbortSignal): Promise<RemoteFault | null> {
    let tooLate = false
    const timer = setTimeout(() => {
      tooLate = true
      started.terminate(1_000)
    }, loginLimitMs)
    await Promise.race([began.promise, started.exited, aborted(signal)])
    clearTimeout(timer)
    if (log.started()) return null
    if (signal.aborted) return cancelled(link.host.id)
    lines.end()
    return faultOf(await started.exited, tooLate ? 'timeout' : 'exit')
  }

  function faultOf(exit: ChildExit, ended: 'timeout' | 'exit'): RemoteFault {
    const how = exit.failure !== null ? 'not-started' : flooded ? 'too-much-output' : ended
    const evidence = { ...exit, ended: how, noise: log.noise(), stdoutNoise: '', tail: log.stderr() } as const
    return classify(link.host, { ...evidence, started: log.started(), limitSeconds: loginLimitMs / 1000 })
  }
}

function commandFault(host: string, leg: Leg, exitCode: number, stderr: string): RemoteFault {
  const command = leg.argv.slice(0, 2).join(' ')
  const said = firstLine(stderr)
  const message =
    exitCode === 127
      ? `\`${leg.argv[0]}\` was not found on ${host}: install it, or give its path with \`zfs_command\`.`
      : `\`${command}\` on ${host} ended with ${exitCode}${said === '' ? ' and said nothing' : `: ${said}`}`
  // Above 128 a signal ended it: the host was short of memory, is going down, or someone killed it.
  return {
    kind: 'command',
    host,
    message,
    stderrTail: showable(stderr),
    exitCode,
    retryable: exitCode > 128 && exitCode < 160,
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })

/** What `zfs send -v -P` says while it sends. */
interface SendReport {
  readonly totalBytes: number | null
  readonly snapshot: string | null
  /** Of the snapshots before this one too. */
  readonly sentBytes: number
}

interface LegLog {
  readonly onLine: (line: string) => void
  started(): boolean
  /** The command's own exit code, once its end was seen. */
  exitCode(): number | null
  /** Before the remote shell began. */
  noise(): string
  /** The command's stderr without markers and progress. */
  stderr(): string
  readonly report: () => SendReport
}

const SIZE = /^size\t(\d{1,20})$/
const PROGRESS = /^\d\d:\d\d:\d\d\t(\d{1,20})\t(.{1,255})$/
/** The estimate of each snapshot, before the first byte: `full\tname\tsize`, `incremental\tfrom\tto\tsize`. */
const ESTIMATE = /^(?:full|incremental)\t[^\t]+(?:\t[^\t]+)?\t\d+$/

/** What a resumed send reports about its token. */
const TOKEN = /^(?:resume token contents:|nvlist version: \d+|\t\w+ = .+)$/

/** What a sender says of its bytes may be any number; more than this is no longer a whole one. */
const held = (bytes: number): number => Math.min(bytes, Number.MAX_SAFE_INTEGER)

/** Reads the stderr of one leg: markers, progress, and the rest, which is what the command has to say. */
export function createLegLog(nonce: string): LegLog {
  const noise = createTextRing()
  const own = createHeldRing()
  let started = false
  let exitCode: number | null = null
  let totalBytes: number | null = null
  let snapshot: string | null = null
  let sentBefore = 0
  let sentOfThis = 0
  let ownText: string | null = null
  return {
    started: () => started,
    exitCode: () => exitCode,
    noise: () => noise.text(),
    stderr: () => ownText ?? own.text(),
    report: () => ({ totalBytes, snapshot, sentBytes: held(sentBefore + sentOfThis) }),
    onLine(line) {
      const marker = readMarker(line, nonce)
      if (!started) {
        if (marker?.type === 'shell') started = true
        else noise.push(line)
        return
      }
      if (marker?.type === 'end') {
        exitCode = marker.exitCode
        ownText = own.textBeforeMark()
        return
      }
      const size = SIZE.exec(line)?.[1]
      const sending = PROGRESS.exec(line)
      if (size !== undefined) totalBytes = held(Number(size))
      else if (sending !== null) {
        const [, bytes = '', name = ''] = sending
        if (name !== snapshot) sentBefore = held(sentBefore + sentOfThis)
        snapshot = name
        sentOfThis = held(Number(bytes))
      } else if (!ESTIMATE.test(line) && !TOKEN.test(line)) own.push(line)
    },
  }
}
