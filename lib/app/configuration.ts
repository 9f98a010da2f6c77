import { difference } from '#config/describe.ts'
import type { Config, ConfigFault } from '#config/effective.ts'
import { faultLine } from '#config/faults.ts'
import { configJsonSchema } from '#config/json-schema.ts'
import type { Trace } from '#config/load.ts'
import { showConfig } from '#config/origins.ts'
import { isUnchanged, nothingConfigured, type ReadConfig, readConfig } from '#config/read.ts'
import { redactText } from '#config/redact.ts'
import { childNames } from '#lib/engine/monitored.ts'
import type { EngineLog } from '#lib/engine/ports.ts'
import { Refusal } from '#lib/engine/refusal.ts'
import type { Json } from '#lib/replication/types/reason.ts'
import type { Configuration, ReloadResult } from '#lib/services.ts'

/** The file has faults: nothing can start from it. */
export class ConfigInvalid extends Error {
  readonly file: string
  readonly faults: readonly ConfigFault[]

  constructor(read: ReadConfig, faults: readonly ConfigFault[]) {
    super(faults.map(faultLine).join('\n'))
    this.name = 'ConfigInvalid'
    this.file = read.file
    this.faults = faults
  }
}

/** A dataset with an active repair. */
export interface InUse {
  readonly runId: number
  readonly datasetId: string
  /** Id of the mapping that it belongs to: its own, or that of its recursive root. */
  readonly rootId: string
  readonly primary: string
}

interface Running {
  readonly config: Config
  readonly trace: Trace
  /** A first start without a file. */
  readonly missing: boolean
}

/** The configuration that is in force. Read first: everything else is built from it, and asks for it at the moment of use. */
export class RunningConfiguration {
  readonly file: string
  #running: Running

  /** `firstStart`: a file that is not there yet is no fault. @throws ConfigInvalid */
  constructor(file: string, { firstStart = false }: { readonly firstStart?: boolean } = {}) {
    this.file = file
    const read = readConfig({ file })
    if (read.missing && firstStart) this.#running = { ...nothingConfigured(file), missing: true }
    else if (read.loaded.faults !== undefined) throw new ConfigInvalid(read, read.loaded.faults)
    else this.#running = { ...read.loaded, missing: false }
  }

  get current(): Config {
    return this.#running.config
  }

  get missing(): boolean {
    return this.#running.missing
  }

  /** With where each value comes from. */
  get running(): Running {
    return this.#running
  }

  replace(by: Running): void {
    this.#running = by
  }

  /** For a witness that has watched datasets before: a file that is gone is no first start. */
  lost(): ConfigInvalid {
    const read = readConfig({ file: this.file })
    return new ConfigInvalid(read, read.loaded.faults ?? [])
  }
}

interface Parts {
  readonly running: RunningConfiguration
  readonly log: EngineLog
  readonly inUse: () => readonly InUse[]
  /** Has it taken over everywhere. @returns what became of tokens, in sentences */
  readonly apply: (before: Config, after: Config) => Promise<readonly string[] | undefined>
  /** What came of a reload, for whoever is told of such a thing. */
  readonly heard?: (result: ReloadResult, by: string) => void
}

/** The file beside what is in force. Nothing changes unless all of the new one is sound. */
export function createConfiguration({ running, log, inUse, apply, heard = () => {} }: Parts): Configuration {
  /** Every status asks for the file on disk: what was judged once is not judged again. */
  let judged: ReadConfig | null = null
  let lastReloadWorked = true

  function onDisk(): ReadConfig {
    if (judged === null || !isUnchanged(judged)) judged = readConfig({ file: running.file })
    return judged
  }

  /** Takes the new one over everywhere, or leaves everything as it was. */
  async function takeOver(after: Pick<Running, 'config' | 'trace'>): Promise<readonly string[]> {
    const before = running.running
    running.replace({ ...after, missing: before.missing })
    try {
      return (await apply(before.config, after.config)) ?? []
    } catch (error) {
      running.replace(before)
      try {
        await apply(after.config, before.config)
      } catch (again) {
        log.error(
          `The configuration before could not be put in force again: ${again instanceof Error ? again.message : again}`,
        )
      }
      throw error
    }
  }

  return {
    get missing() {
      return running.missing
    },

    async state() {
      const { loaded, missing } = onDisk()
      if (loaded.faults !== undefined) {
        const faults = loaded.faults.map(faultLine).join(' ')
        return {
          found: !missing,
          inSync: false,
          sha256OnDisk: null,
          error: running.missing
            ? `Nothing is configured yet. ${faults}`
            : `The file on disk is not valid; the configuration before it stays in force. ${faults}`,
          faults: loaded.faults,
        }
      }
      const { sha256 } = loaded.config.source
      return {
        found: true,
        inSync: sha256 === running.current.source.sha256,
        sha256OnDisk: sha256,
        error: null,
        faults: [],
      }
    },

    get lastReloadWorked() {
      return lastReloadWorked
    },

    async reload(by) {
      lastReloadWorked = false
      const { loaded } = readConfig({ file: running.file })
      if (loaded.faults !== undefined) {
        const faults = loaded.faults.map(faultLine).join(' ')
        log.error(`The configuration was not reloaded (asked by ${by}): ${faults}`)
        const refused = { ok: false, faults: loaded.faults } as const
        heard(refused, by)
        return refused
      }
      const changes = difference(running.current, loaded.config)
      refuseRemoved(inUse(), loaded.config)
      const tokens = changes.changed ? await takeOver(loaded) : []
      running.replace({ ...loaded, missing: false })
      log.info(
        `The configuration was reloaded by ${by}: ${changes.changed ? `${changes.added.length} added, ${changes.removed.length} removed, ${changes.changes.length} changed` : 'nothing has changed'}.`,
      )
      lastReloadWorked = true
      const { warnings } = loaded.config
      const taken = { ok: true, changed: changes.changed, difference: plain(changes), warnings, tokens } as const
      heard(taken, by)
      return taken
    },

    async check() {
      const { loaded } = readConfig({ file: running.file })
      if (loaded.faults !== undefined) return { ok: false, faults: loaded.faults }
      const changes = difference(running.current, loaded.config)
      return { ok: true, changed: changes.changed, difference: plain(changes), warnings: loaded.config.warnings }
    },

    async text() {
      const { text } = onDisk()
      return text === null ? null : redactText(text)
    },

    async show() {
      const { config, trace } = running.running
      return plain({
        file: running.file,
        sha256: config.source.sha256,
        loadedAt: new Date(config.source.loadedAt).toISOString(),
        values: showConfig(config, trace),
        warnings: config.warnings,
      })
    },

    schema: () => plain(configJsonSchema()),
  }
}

/**
 * A dataset with an active run cannot go: its run would write by rules that are no longer there.
 * @throws Refusal ALREADY_RUNNING
 */
function refuseRemoved(inUse: readonly InUse[], after: Config): void {
  const busy = inUse.find((each) => !stays(after, each))
  if (busy === undefined) return
  throw new Refusal(
    'ALREADY_RUNNING',
    `The new configuration has no ${busy.datasetId}, but run ${busy.runId} is repairing it; wait for its end or cancel it, then reload again.`,
    { runId: busy.runId, datasetId: busy.datasetId },
  )
}

/** A child is in no configuration by its id: it stays as long as its root has it. */
function stays(after: Config, { datasetId, rootId, primary }: InUse): boolean {
  const root = after.datasets.find(({ id }) => id === rootId)
  if (root === undefined || datasetId === rootId) return root !== undefined
  return root.recursive && childNames(after, root, [primary]).length > 0
}

/** What is made of plain data already; the types of its parts do not say so. */
function plain(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json
}
