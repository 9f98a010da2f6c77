import { difference } from '#config/difference.ts'
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
  readonly text: string | null
  readonly faults: readonly ConfigFault[]

  constructor(read: ReadConfig, faults: readonly ConfigFault[]) {
    super(faults.map(faultLine).join('\n'))
    this.name = 'ConfigInvalid'
    this.file = read.file
    this.text = read.text
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

/** Has it taken over everywhere. @returns what became of tokens, in sentences */
type Apply = (before: Config, after: Config) => Promise<readonly string[] | undefined>

interface Running {
  readonly config: Config
  readonly trace: Trace
}

/** The running configuration and its file. Nothing changes unless all of the new one is sound. */
export class RunningConfiguration implements Configuration {
  readonly #file: string
  readonly #log: () => EngineLog
  readonly #apply: Apply
  readonly #inUse: () => readonly InUse[]
  #running: Running
  #missing = false
  #error: string | null = null
  #judged: ReadConfig | null = null

  /** `firstStart`: a file that is not there yet is no fault. @throws ConfigInvalid */
  constructor(
    file: string,
    parts: {
      readonly firstStart?: boolean
      readonly log: () => EngineLog
      readonly apply: Apply
      readonly inUse: () => readonly InUse[]
    },
  ) {
    this.#file = file
    this.#log = parts.log
    this.#apply = parts.apply
    this.#inUse = parts.inUse
    const read = readConfig({ file })
    this.#missing = read.missing && parts.firstStart === true
    if (this.#missing) this.#running = nothingConfigured(file)
    else if (read.loaded.faults !== undefined) throw new ConfigInvalid(read, read.loaded.faults)
    else this.#running = read.loaded
  }

  get missing(): boolean {
    return this.#missing
  }

  /** For a witness that has watched datasets before: a file that is gone is no first start. */
  lost(): ConfigInvalid {
    const read = readConfig({ file: this.#file })
    return new ConfigInvalid(read, read.loaded.faults ?? [])
  }

  get current(): Config {
    return this.#running.config
  }

  async state() {
    const { loaded, missing } = this.#onDisk()
    if (loaded.faults !== undefined) {
      return {
        found: !missing,
        inSync: false,
        sha256OnDisk: null,
        error: this.#missing
          ? `Nothing is configured yet. ${loaded.faults.map(faultLine).join(' ')}`
          : `The file on disk is not valid; the configuration before it stays in force. ${loaded.faults.map(faultLine).join(' ')}`,
        faults: loaded.faults,
      }
    }
    const { sha256 } = loaded.config.source
    return {
      found: true,
      inSync: sha256 === this.current.source.sha256,
      sha256OnDisk: sha256,
      error: this.#error,
      faults: [],
    }
  }

  async reload(by: string): Promise<ReloadResult> {
    const { loaded } = readConfig({ file: this.#file })
    if (loaded.faults !== undefined) {
      this.#log().error(
        `The configuration was not reloaded (asked by ${by}): ${loaded.faults.map(faultLine).join(' ')}`,
      )
      return { ok: false, faults: loaded.faults }
    }
    const before = this.#running
    const changes = difference(before.config, loaded.config)
    this.#refuseRemoved(loaded.config)
    this.#running = loaded
    let tokens: readonly string[] = []
    try {
      if (changes.changed) tokens = (await this.#apply(before.config, loaded.config)) ?? []
    } catch (error) {
      this.#running = before
      try {
        await this.#apply(loaded.config, before.config)
      } catch (again) {
        this.#log().error(
          `The configuration before could not be put in force again: ${again instanceof Error ? again.message : again}`,
        )
      }
      throw error
    }
    this.#error = null
    this.#missing = false
    this.#log().info(
      `The configuration was reloaded by ${by}: ${changes.changed ? `${changes.added.length} added, ${changes.removed.length} removed, ${changes.changes.length} changed` : 'nothing has changed'}.`,
    )
    const { warnings } = loaded.config
    return { ok: true, changed: changes.changed, difference: plain(changes), warnings, tokens }
  }

  async check(): Promise<ReloadResult> {
    const { loaded } = readConfig({ file: this.#file })
    if (loaded.faults !== undefined) return { ok: false, faults: loaded.faults }
    const changes = difference(this.current, loaded.config)
    return { ok: true, changed: changes.changed, difference: plain(changes), warnings: loaded.config.warnings }
  }

  async text(): Promise<string | null> {
    const { text } = this.#onDisk()
    return text === null ? null : redactText(text)
  }

  async show(): Promise<Json> {
    return plain({
      file: this.#file,
      sha256: this.current.source.sha256,
      loadedAt: new Date(this.current.source.loadedAt).toISOString(),
      values: showConfig(this.current, this.#running.trace),
      warnings: this.current.warnings,
    })
  }

  schema(): Json {
    return plain(configJsonSchema())
  }

  /** Every status asks for it: what was judged once is not judged again. */
  #onDisk(): ReadConfig {
    if (this.#judged === null || !isUnchanged(this.#judged)) this.#judged = readConfig({ file: this.#file })
    return this.#judged
  }

  /** A dataset with an active run cannot go: its run would write by rules that are no longer there. */
  #refuseRemoved(after: Config): void {
    const busy = this.#inUse().find((each) => !stays(after, each))
    if (busy !== undefined) {
      throw new Refusal(
        'ALREADY_RUNNING',
        `The new configuration has no ${busy.datasetId}, but run ${busy.runId} is repairing it; wait for its end or cancel it, then reload again.`,
        { runId: busy.runId, datasetId: busy.datasetId },
      )
    }
  }
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
