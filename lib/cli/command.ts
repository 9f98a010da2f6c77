import type { Arguments, OptionSpec, Proposals } from './arguments.ts'
import type { Connection } from './connection.ts'
import type { ExitCode } from './exit-codes.ts'
import type { Interrupts } from './interrupts.ts'
import type { Io } from './io.ts'
import type { Loaders } from './local.ts'
import type { Output } from './output.ts'
import type { Settings } from './settings.ts'

/** Everything a command works with. */
export interface Context {
  readonly io: Io
  readonly out: Output
  readonly settings: Settings
  readonly loaders: Loaders
  readonly interrupts: Interrupts
  /** The service, or this process as the owner of the data directory. The same one for the whole command. */
  connect(): Promise<Connection>
  /** The service if one is named or runs here, else null: never becomes the owner. */
  connectIfRunning(): Promise<Connection | null>
  /** A service at an address that no option named. */
  connectTo(url: string): Connection
}

export interface Command {
  /** One or two words, as they are typed. */
  readonly name: string
  readonly summary: string
  /** What follows the name: `<id> [--wait]`. */
  readonly usage: string
  readonly options: readonly OptionSpec[]
  /** How many operands there may be. */
  readonly operands: readonly [least: number, most: number]
  /** For each operand at Tab; the last one holds for all that follow. */
  readonly proposes?: readonly Proposals[]
  /** Ends as check plugins do, whatever happens: plugin.ts. */
  readonly plugin?: true
  /** Further paragraphs for `--help`. */
  readonly help?: readonly string[]
  run(args: Arguments, context: Context): Promise<ExitCode | number>
}

/** Options that every command takes. */
export const COMMON_OPTIONS: readonly OptionSpec[] = [
  { name: 'json', summary: 'Data as JSON, with "schema" in front; stable.' },
  { name: 'plain', summary: 'Data as lines with tabs between the fields, no header.' },
  { name: 'url', value: 'URL', summary: 'Address of the service (ZWITNESS_URL). Without it: its socket.' },
  {
    name: 'token',
    value: 'TOKEN',
    summary: 'Token for --url (ZWITNESS_TOKEN; better there than in the list of processes).',
  },
  {
    name: 'token-file',
    value: 'FILE',
    proposes: 'file',
    summary: 'A file with the token for --url (ZWITNESS_TOKEN_FILE).',
  },
  {
    name: 'config-dir',
    value: 'DIR',
    proposes: 'directory',
    summary: 'Directory of app-config.yaml (ZWITNESS_CONFIG_DIR, /config).',
  },
  { name: 'data-dir', value: 'DIR', proposes: 'directory', summary: 'Data directory (ZWITNESS_DATA_DIR, /data).' },
  { name: 'timeout', short: 't', value: 'TIME', summary: 'Longest wait for the service, or for --wait: 30s, 5m, 2h.' },
  { name: 'quiet', short: 'q', summary: 'Only data and errors.' },
  { name: 'verbose', short: 'v', summary: 'Also say what is done.' },
  { name: 'no-color', summary: 'No colour (NO_COLOR).' },
  { name: 'help', short: 'h', summary: 'Help for this command.' },
]
