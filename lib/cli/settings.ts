import { type Arguments, parseDuration } from './arguments.ts'
import type { Io } from './io.ts'

/** What the options that every command takes, and the environment, say. */
export interface Settings {
  readonly format: 'text' | 'plain' | 'json'
  readonly url: string | null
  /** For `url`; the socket needs none. */
  readonly token: string | null
  readonly tokenFile: string | null
  readonly configDirectory: string
  readonly dataDirectory: string
  /** Milliseconds to answer, or to wait; null: each command's own limit. */
  readonly timeoutMs: number | null
  readonly quiet: boolean
  readonly verbose: boolean
  readonly colour: { readonly stdout: boolean; readonly stderr: boolean }
}

/** @throws UsageError */
export function settingsOf(args: Arguments, io: Io): Settings {
  const { env } = io
  const timeout = args.text('timeout')
  const mayColour = !args.flag('no-color') && !env.NO_COLOR && env.TERM !== 'dumb'
  return {
    format: args.flag('json') ? 'json' : args.flag('plain') ? 'plain' : 'text',
    url: args.text('url') ?? (env.ZWITNESS_URL || null),
    token: args.text('token') ?? (env.ZWITNESS_TOKEN || null),
    tokenFile: args.text('token-file') ?? (env.ZWITNESS_TOKEN_FILE || null),
    configDirectory: args.text('config-dir') ?? (env.ZWITNESS_CONFIG_DIR || '/config'),
    dataDirectory: args.text('data-dir') ?? (env.ZWITNESS_DATA_DIR || '/data'),
    timeoutMs: timeout === null ? null : parseDuration('--timeout', timeout) * 1000,
    quiet: args.flag('quiet'),
    verbose: args.flag('verbose'),
    colour: { stdout: mayColour && io.stdoutIsTty, stderr: mayColour && io.stderrIsTty },
  }
}
