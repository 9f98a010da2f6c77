import type { OutputReader } from './batch-output.ts'

/** Why a remote command did not give an answer one can use. `command` is the remote command's own failure. */
export type RemoteFaultKind =
  | 'dns'
  | 'unreachable'
  | 'refused'
  | 'timeout'
  | 'throttled'
  | 'host-key-unknown'
  | 'host-key-changed'
  | 'auth'
  | 'key-file'
  | 'algorithms'
  | 'ssh-config'
  | 'account'
  | 'no-shell-answer'
  | 'lost'
  | 'command'
  /** It answered all the time, and took longer than it was given. */
  | 'too-slow'
  | 'too-much-output'
  | 'cancelled'
  | 'local'

export interface RemoteFault {
  readonly kind: RemoteFaultKind
  readonly host: string
  /** One sentence for a person: what happened and what to do. */
  readonly message: string
  /** What ssh or the command wrote last, lossily decoded, control characters removed, at most 4 KiB. */
  readonly stderrTail: string
  /** The remote command's own exit code; null if it never ran or its end was not seen. */
  readonly exitCode: number | null
  /** True when the same command may be tried again at once or later without a person. */
  readonly retryable: boolean
}

/** A host as ssh needs to know it. All values are validated by the config before they come here. */
export interface SshHost {
  /** Alias in the generated ssh_config, the only thing on a command line. */
  readonly id: string
  readonly hostname: string
  readonly port: number
  readonly user: string
  readonly identityFile: string
  /** Where a private copy of it is put for ssh, which takes no key that its mount shows as open to others. */
  readonly keyCopy?: string
  /** Alias of another SshHost, or null. */
  readonly proxyJump: string | null
  readonly connectTimeoutSeconds: number
  /** At most this many handshakes under way at once. */
  readonly maxHandshakes: number
}

export interface SshSettings {
  readonly hosts: readonly SshHost[]
  /** Read in this order, all strict; missing files are left out. */
  readonly knownHostsFiles: readonly string[]
  readonly ciphers: readonly string[]
  readonly serverAliveIntervalSeconds: number
  readonly serverAliveCountMax: number
  /** Where `config` (0600) is written. */
  readonly configFile: string
  /** A short private directory for control sockets (path under 60 bytes). */
  readonly socketDirectory: string
  /** The ssh client: `ssh`, or an absolute path (tests, demo without sshd). */
  readonly sshCommand: string
}

/** One command of a batch. `argv` words are quoted by lib/ssh; nothing else reaches the remote shell. */
export interface RemoteCommand {
  readonly id: string
  readonly argv: readonly string[]
  /** Run in the same session when this one's exit code is not 0 (for example: list each dataset by itself). */
  readonly onFailure?: readonly RemoteCommand[]
  /** From its begin on: a command that takes longer ends the batch, with the fault `too-slow`. */
  readonly limitMs?: number
  /**
   * Takes its stdout as it comes: the result's `stdout` is then empty. Who stands in for ssh may leave it in the result
   * instead.
   */
  readonly reader?: OutputReader
  /** Cap on its stdout (default 16 MiB, 64 MiB with a reader): beyond it the batch ends, with the fault `too-much-output`. */
  readonly maxBytes?: number
}

export interface CommandResult {
  readonly id: string
  /** The command's own exit code. */
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

export interface BatchResult {
  readonly host: string
  /** Only commands whose end marker was seen: a missing id means nothing is known of it. */
  readonly results: ReadonlyMap<string, CommandResult>
  /** Why commands are missing, or null when every command ended. */
  readonly fault: RemoteFault | null
  /** The id of the command that was under way when the fault came; null or absent: none was. */
  readonly running?: string | null
  readonly durationMs: number
  /** What a login script wrote on stdout before the first command, at most 4 KiB. Absent or empty: nothing. */
  readonly noise?: string
}

export interface BatchOptions {
  readonly signal?: AbortSignal
  /** Not even a heartbeat for this long ends it (default 60 s): the link is dead, or the host is. */
  readonly silenceMs?: number
  /** In all (default 15 min). */
  readonly timeoutMs?: number
  /** Tries for faults where the batch never ran (default 3, with backoff and jitter). */
  readonly tries?: number
  /**
   * Each command only where the one before it ended with 0, and to the end of the line whatever happens to the client: no
   * leash, no hang-up. For the few lines that must not stop half-way. Never split, never tried again once begun.
   */
  readonly toTheEnd?: boolean
  /** Cap on the stdout that is held as text, of all commands together (default 64 MiB). */
  readonly maxBytes?: number
}

export interface Leg {
  readonly host: string
  readonly argv: readonly string[]
}

export interface LegOutcome {
  readonly host: string
  /** The remote shell said it began. */
  readonly started: boolean
  /** The remote command's own exit code, null when its end was not seen. */
  readonly exitCode: number | null
  /** Its stderr without markers and progress lines, at most 64 KiB (head and tail). */
  readonly stderr: string
  /** Transport fault of this leg, or null. A command that ran and failed by itself has kind `command`. */
  readonly fault: RemoteFault | null
}

export interface TransferRequest {
  readonly source: Leg
  readonly sink: Leg
  /** Bytes per second, by `pv -q -L` on the witness; null for none. */
  readonly bandwidthLimit: number | null
  /** No byte for this long and the transfer is ended as stalled. */
  readonly stallMs: number
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: TransferProgress) => void
}

export interface TransferProgress {
  /** Bytes that went through the witness in this transfer (process I/O counters). */
  readonly bytes: number
  /** `size` of `zfs send -v -P`, an estimate; null until (or unless) it is printed. */
  readonly totalBytes: number | null
  /** Snapshot being sent, as `zfs send -v -P` names it, or null. */
  readonly snapshot: string | null
  readonly atMs: number
}

export interface TransferOutcome {
  readonly ended: 'completed' | 'failed' | 'stalled' | 'cancelled'
  readonly source: LegOutcome
  readonly sink: LegOutcome
  readonly bytes: number
  readonly durationMs: number
  /** The leg to blame when not completed: the receiver first, the sender where only it has something to say. */
  readonly blame: 'source' | 'sink' | null
}

/** What was asked of one host, when it is over: for those who count. */
export interface SshObserved {
  readonly host: string
  readonly command: 'batch' | 'transfer'
  /** ok: every command ended, whatever it said. */
  readonly result: RemoteFaultKind | 'ok'
  readonly seconds: number
}

/** What the rest of the product may ask of ssh. */
export interface Ssh {
  batch(host: string, commands: readonly RemoteCommand[], options?: BatchOptions): Promise<BatchResult>
  transfer(request: TransferRequest): Promise<TransferOutcome>
  /** New settings after a config reload; running commands keep what they began with. */
  configure(settings: SshSettings): Promise<void>
  /** Ends control connections and everything that still runs. */
  close(): Promise<void>
}
