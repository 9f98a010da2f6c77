/** What the files of one room may import from the others, besides themselves. */
export interface Room {
  /** Rooms, or single files, whose values it may use; their types too. */
  readonly uses: readonly string[]
  /** Rooms of which only types may be imported. */
  readonly types?: readonly string[]
  /** npm packages, `node:` and `bun:` modules. A name ending in `:` or `/` means everything that begins so. */
  readonly packages: readonly string[]
}

const EVERYTHING: Room = { uses: ['*'], packages: ['node:', 'zod'] }
/** Drawn on the server and in the browser: no file system, no database; of the product its own views, and the shapes of the API's documents. */
const DRAWN: Room = {
  // What a typed text means is said once, for HTTP, the command line and the forms of the pages.
  uses: ['lib/view', 'lib/runtime/coerce.ts'],
  types: ['lib/api', 'lib/inspect/first-steps.ts'],
  packages: ['preact', 'preact/', '@preact/signals'],
}

/** The one room that every other may import. */
export const ANYONES = 'lib/text'

/** Modules that only lib/host may import, whatever packages a room may use; the simulator stands for another machine. */
export const ONLY_IN_HOST: readonly string[] = ['node:fs', 'node:fs/promises', 'fs', 'fs/promises', '@deno/shim-deno']

/** Which way the arrows point. A room that is not here fails the test: think first, then add it. */
export const ROOMS: Readonly<Record<string, Room>> = {
  // How figures and times read, how a shell word is quoted, how foreign text is cleaned. Anyone may import it (see ANYONES).
  'lib/text': { uses: [], packages: [] },

  // Pure: text in, facts out. No clock, no files, no network.
  'lib/zfs': { uses: [], packages: ['node:zlib'] },
  'lib/replication': { uses: ['lib/zfs'], types: ['config'], packages: ['node:crypto'] },

  // The world outside.
  // The one way to files and to the environment: see ONLY_IN_HOST.
  'lib/host': { uses: [], packages: ['@deno/shim-deno', 'node:fs', 'node:fs/promises'] },
  'lib/process': { uses: ['lib/host'], packages: ['execa', 'node:'] },
  'lib/ssh': { uses: ['lib/process', 'lib/host'], packages: ['node:'] },
  'lib/db': {
    uses: ['lib/host'],
    types: ['lib/replication', 'lib/zfs', 'lib/incidents', 'lib/notify', 'config'],
    packages: ['bun:sqlite', 'kysely', 'kysely/', 'kysely-bun-sqlite/', 'kysely-bun-sqlite', 'node:'],
  },
  // What is told: the book of incidents is pure, with the words of its messages.
  'lib/incidents': { uses: ['lib/notify/message.ts'], types: ['lib/notify'], packages: ['node:crypto'] },
  // From what the engine knows to what goes out: observing, the outbox, the dead man's switch.
  'lib/telling': {
    uses: ['lib/incidents', 'lib/notify', 'lib/replication', 'lib/host'],
    types: ['lib/engine', 'lib/db', 'lib/zfs', 'config'],
    packages: ['node:crypto'],
  },
  'lib/logs': { uses: ['lib/host'], types: ['lib/db', 'lib/replication'], packages: ['node:'] },
  'lib/auth': {
    uses: ['lib/runtime', 'config/password-cost.ts'],
    types: ['lib/db', 'config'],
    packages: ['node:crypto', 'node:net'],
  },
  'lib/events': { uses: [], types: ['lib/api'], packages: ['node:crypto'] },

  // The engine: I/O around the pure core, through ports; lib/san is what fills those ports.
  'lib/engine': {
    uses: ['lib/replication', 'lib/zfs'],
    types: ['lib/db', 'config'],
    packages: ['node:crypto', 'node:path'],
  },
  'lib/san': {
    uses: ['lib/zfs'],
    types: ['lib/ssh', 'lib/engine', 'lib/replication', 'config'],
    packages: [],
  },

  // Everything that looks, explains and changes nothing: the doctor, verification, what is not replicated yet, what keeps a
  // chain, and the scripts for the admin of a SAN, which are never run from here.
  'lib/inspect': {
    uses: ['lib/replication', 'lib/zfs', 'lib/san', 'lib/ssh', 'lib/host', 'lib/process'],
    types: ['lib/engine', 'lib/db', 'config'],
    packages: ['croner', 'node:'],
  },
  // What Prometheus reads: gauges of the engine's views, counters of its news. Judges nothing.
  'lib/metrics': {
    uses: ['config/windows.ts', 'lib/replication', 'lib/api/host.ts', 'lib/process'],
    types: ['lib/engine', 'lib/db', 'lib/ssh', 'lib/events', 'config'],
    packages: ['@prometheus-io/client'],
  },
  // The witness's own database: copies of it, made by a child process, and what can be put back.
  'lib/upkeep': {
    uses: ['lib/db', 'lib/process', 'lib/host'],
    packages: ['node:'],
  },
  // What became of datasets, hosts and pools: it hears the engine's news, and judges nothing.
  'lib/history': {
    uses: ['lib/replication', 'lib/db/checks-go-on.ts'],
    types: ['lib/engine', 'lib/db', 'config'],
    packages: [],
  },
  'lib/explain': {
    uses: ['lib/zfs', 'lib/api'],
    types: ['lib/engine', 'lib/runtime', 'lib/services.ts'],
    packages: [],
  },

  // The framework knows nothing of the product.
  'lib/runtime': {
    // What every program needs of its system, and nothing of this one.
    uses: ['lib/host'],
    packages: [
      'hono',
      'hono/',
      'zod',
      'zod-openapi',
      'croner',
      'preact',
      'preact/',
      'preact-render-to-string',
      'node:',
    ],
  },
  'lib/api': {
    // Three files of error classes: errors are told apart by their class.
    uses: [
      'lib/replication',
      'lib/inspect/anchors.ts',
      'lib/inspect/may-destroy.ts',
      'lib/inspect/set-asides.ts',
      'lib/runtime',
      'lib/engine/refusal.ts',
      'lib/db/errors.ts',
      'lib/inspect/discover/types.ts',
      'lib/incidents',
      'lib/history',
    ],
    types: [
      'lib/engine',
      'lib/db',
      'lib/auth',
      'lib/notify',
      'lib/events',
      'lib/zfs',
      'config',
      'lib/services.ts',
      'lib/inspect',
      'lib/upkeep',
    ],
    packages: ['zod'],
  },
  // How one value of the configuration is described and refused: what the sections of the file and the channels are made of.
  'lib/settings': { uses: [], packages: ['zod'] },
  // Takes messages to where they are read. Each channel brings the keys that it adds to the configuration, so that a new one is
  // one file; for that it stands below the configuration, and knows of it only what lib/notify/settings.ts says.
  'lib/notify': {
    uses: ['lib/host', 'lib/settings'],
    packages: ['zod', 'nodemailer', 'nodemailer/', 'standardwebhooks', 'node:'],
  },
  config: {
    uses: ['lib/host', 'lib/zfs', 'lib/ssh/config-words.ts', 'lib/settings', 'lib/notify'],
    packages: ['zod', 'yaml', 'croner', 'node:'],
  },

  // Handlers: they are given services, they build none.
  functions: { uses: ['lib/services.ts', 'lib/api', 'lib/history'], types: ['lib/engine'], packages: ['zod'] },
  routes: {
    uses: [
      'lib/services.ts',
      'lib/api',
      'lib/runtime',
      'lib/events',
      'lib/view',
      'islands',
      'lib/inspect/anchors.ts',
      'lib/inspect/may-destroy.ts',
      'lib/inspect/set-asides.ts',
      'lib/explain',
      'lib/history',
    ],
    types: ['lib/engine', 'lib/inspect/first-steps.ts'],
    packages: ['zod', 'preact', 'preact/'],
  },
  islands: { ...DRAWN, uses: ['lib/view', 'lib/client'] },
  'lib/view': DRAWN,
  'lib/client': DRAWN,

  // A stand-in for the far side; knows nothing of the product that it is there to try.
  // What a token looks like is ZFS's own: the one thing that it shares with the product.
  simulator: { uses: ['lib/host', 'lib/process', 'lib/zfs/token.ts'], packages: ['node:', 'bun:ffi'] },
  // The places that put things together: the composition, the command line, the demo; and, directly in lib/, what every
  // handler is given and where the process begins.
  lib: { uses: ['lib/cli', 'lib/runtime'], types: ['*'], packages: [] },
  'lib/app': EVERYTHING,
  'lib/cli': EVERYTHING,
  'lib/demo': { ...EVERYTHING, packages: ['node:', 'yaml'] },
}

/** The room of a file: its folder in lib/, `lib` for the files directly there, else the folder at the top. */
export function roomOf(path: string): string {
  const [top = '', second = '', ...rest] = path.split('/')
  return top === 'lib' && rest.length > 0 ? `lib/${second}` : top
}
