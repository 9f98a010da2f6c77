import type { Config } from '#config/effective.ts'
import { checksGoOn } from '#lib/db/checks-go-on.ts'
import { StoreError } from '#lib/db/errors.ts'
import type { OpenedStore } from '#lib/db/store.ts'
import { createEngine } from '#lib/engine/engine.ts'
import type { Emit, EngineLog, LogFields, Sans } from '#lib/engine/ports.ts'
import type { Engine } from '#lib/engine/types.ts'
import { createSans } from '#lib/san/san.ts'
import type { SshClient } from '#lib/ssh/ssh.ts'
import type { VirtualClock } from './clock.ts'
import { Life } from './life.ts'
import type { Random } from './random.ts'

export interface LogLine {
  readonly at: number
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly message: string
  readonly fields: LogFields
}

export interface WitnessParts {
  readonly ssh: SshClient
  readonly store: OpenedStore
  readonly clock: VirtualClock
  readonly random: Random
  readonly config: () => Config
  readonly log: LogLine[]
  /** Asked before every call of the store; true: it fails as on a full disk. */
  readonly storeFails: (call: string, words: readonly unknown[]) => boolean
  /** Who hears what the engine tells. */
  readonly emit?: Partial<Emit> | undefined
  /** What stands between the engine and its SANs. */
  readonly between?: ((sans: Sans) => Sans) | undefined
}

/** The real engine over the real lib/san, for one life of its process. */
export class Witness {
  readonly life = new Life()
  readonly engine: Engine

  constructor({
    ssh,
    store,
    clock,
    random,
    config,
    log,
    storeFails,
    emit = {},
    between = (sans) => sans,
  }: WitnessParts) {
    const { life } = this
    const limits = () => {
      const { commandSilenceSeconds, commandTimeoutSeconds, retries } = config().limits
      return { silenceMs: commandSilenceSeconds * 1000, timeoutMs: commandTimeoutSeconds * 1000, tries: retries }
    }
    const both = (signal?: AbortSignal) => (signal === undefined ? life.signal : AbortSignal.any([signal, life.signal]))
    const connected: SshClient = {
      ...ssh,
      batch: (host, commands, options = {}) =>
        life.call(() => ssh.batch(host, commands, { ...options, signal: both(options.signal) })),
      transfer: (request) => life.call(() => ssh.transfer({ ...request, signal: both(request.signal) })),
    }
    const sans = createSans({ ssh: connected, now: clock.now, host: (id) => config().hosts.get(id), limits })
    this.engine = createEngine({
      config,
      store: life.wrap<OpenedStore>(
        checksGoOn({ store: failing(store, storeFails), now: clock.now, error: logTo(log, clock, life).error }),
      ),
      sans: between(sans),
      emit: { ...NOBODY, ...emit },
      log: logTo(log, clock, life),
      now: clock.now,
      sleep: (ms, signal) => life.call(() => clock.sleep(ms, both(signal))),
      random: random.next,
    })
  }

  /** SIGKILL. */
  kill(): void {
    this.life.end()
  }
}

/** The same store, which cannot be used when it is told to fail. */
function failing(store: OpenedStore, fails: WitnessParts['storeFails']): OpenedStore {
  return new Proxy(store, {
    get: (object, key) => {
      const found: unknown = Reflect.get(object, key)
      if (typeof found !== 'function') return found
      return async (...words: unknown[]) => {
        if (fails(String(key), words))
          throw new StoreError('full', 'The disk of the database is full: free space there.')
        return found.apply(object, words)
      }
    },
  })
}

const nothing = (): void => {}
const NOBODY: Emit = {
  dataset: nothing,
  run: nothing,
  progress: nothing,
  host: nothing,
  control: nothing,
  maintenance: nothing,
}

function logTo(lines: LogLine[], clock: VirtualClock, life: Life): EngineLog {
  const at =
    (level: LogLine['level']) =>
    (message: string, fields: LogFields = {}) => {
      if (!life.over) lines.push({ at: clock.now(), level, message, fields })
    }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}
