import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Misbehaviour, openSimulator, type Simulator } from '#simulator/admin-api.ts'
import { installSimulator } from '#simulator/install.ts'
import { type RunningSshd, startSshd } from '#simulator/sshd.ts'
import { onSan, type Running } from './processes.ts'

export interface SanOptions {
  /** Directory of the world: SANs that share it take the same client key. */
  readonly directory: string
  readonly name: string
  readonly pool: string
  /** Size of its pool. */
  readonly sizeBytes?: number
  readonly extraConfig?: readonly string[]
}

const GB = 1e9

/** A simulated SAN with one pool behind a real sshd. */
export class San {
  readonly name: string
  readonly pool: string
  readonly zfs: Simulator
  readonly #options: SanOptions
  readonly #state: string
  #sshd: RunningSshd | null = null
  #port: number | null = null
  #bin: string | null = null
  #rules: readonly Misbehaviour[] = []
  #clockOffsetSeconds = 0

  constructor(options: SanOptions) {
    this.name = options.name
    this.pool = options.pool
    this.#options = options
    this.#state = join(options.directory, `state-${options.name}`)
    this.zfs = openSimulator(this.#state)
    this.zfs.pool.create(options.pool, { sizeBytes: options.sizeBytes ?? 100 * GB })
  }

  get sshd(): RunningSshd {
    if (this.#sshd === null) throw new Error(`The sshd of ${this.name} does not run.`)
    return this.#sshd
  }

  get port(): number {
    if (this.#port === null) throw new Error(`The sshd of ${this.name} was never started.`)
    return this.#port
  }

  get user(): string {
    return this.sshd.user
  }

  get clientKeyFile(): string {
    return this.sshd.clientKeyFile
  }

  /** For a known_hosts. */
  get hostKeyLine(): string {
    return this.sshd.hostKeyLine(this.name)
  }

  /** Also after `stop`: on the same port, with the same host key unless `extraConfig` names another. */
  async start(extraConfig: readonly string[] = []): Promise<void> {
    this.#bin ??= tools(this.#options.directory, this.name)
    this.#sshd = await startSshd({
      directory: this.#options.directory,
      name: this.name,
      pathPrefix: this.#bin,
      env: { ZWITNESS_SIM_DIR: this.#state, ZWITNESS_SIM_CALLS: this.#log },
      ...(this.#port === null ? {} : { port: this.#port }),
      extraConfig: [`ForceCommand ${this.#bin}/session`, ...(this.#options.extraConfig ?? []), ...extraConfig],
    })
    this.#port = this.#sshd.port
  }

  async stop(): Promise<void> {
    await this.#sshd?.stop()
    this.#sshd = null
  }

  /** What goes wrong here from now on; without rules nothing does. */
  misbehave(...rules: readonly Misbehaviour[]): void {
    this.#rules = rules
    this.#tell()
  }

  /** How far this SAN's clock is off. */
  setClock(offsetSeconds: number): void {
    this.#clockOffsetSeconds = offsetSeconds
    this.#tell()
  }

  #tell(): void {
    this.zfs.misbehave({ rules: this.#rules, clockOffsetSeconds: this.#clockOffsetSeconds })
  }

  /** What a login's shell reads before anything else. */
  bashrc(text: string): void {
    writeFileSync(join(this.#options.directory, this.name, '.bashrc'), text)
  }

  /** Puts something else in the place of a tool; its text sees the caller's words, and `real` runs the tool itself. */
  replace(tool: 'zfs' | 'zpool', text: string): void {
    const real = `exec '${join(simulatorBin(this.#options.directory), tool)}' "$@"`
    script(join(this.#binDirectory, tool), `real() { ${real}; }\n${text}\n${real}`)
  }

  /** As it was before `replace`. */
  restore(): void {
    tools(this.#options.directory, this.name)
  }

  get #binDirectory(): string {
    return this.#bin ?? ''
  }

  /** What was called since `forget`: `session` for each ssh command, then the tools with their words. */
  calls(tool = ''): readonly string[] {
    if (!existsSync(this.#log)) return []
    return readFileSync(this.#log, 'utf8')
      .split('\n')
      .filter((line) => line !== '' && line.startsWith(tool))
  }

  forgetCalls(): void {
    rmSync(this.#log, { force: true })
    appendFileSync(this.#log, '')
  }

  /** Processes of logins here, of whatever kind. */
  processes(): readonly Running[] {
    return onSan(this.#state)
  }

  /** Sends or receives that run here. */
  transfers(kind: 'send' | 'receive'): readonly Running[] {
    return this.processes().filter(({ command }) => command.includes(`/zfs.ts zfs ${kind} `))
  }

  /** Guid by name of a dataset's snapshots, in the order of their making, as the state itself has it. */
  guids(dataset: string): Readonly<Record<string, string>> {
    return this.zfs.batch(() => {
      const { store } = this.zfs
      for (const pool of store.allPools()) {
        const found = pool.datasets.find(({ name }) => name === dataset)
        if (found === undefined) continue
        return Object.fromEntries(store.history(pool, found).snapshots.map(({ name, guid }) => [name, guid]))
      }
      throw new Error(`There is no ${dataset} on ${this.name}.`)
    })
  }

  /** Every snapshot on this SAN, whatever its dataset is called. */
  allGuids(): readonly string[] {
    return this.zfs.batch(() => {
      const { store } = this.zfs
      return store
        .allPools()
        .flatMap((pool) => pool.datasets.flatMap((each) => store.history(pool, each).snapshots.map(({ guid }) => guid)))
    })
  }

  exists(dataset: string): boolean {
    return this.zfs.batch(() =>
      this.zfs.store.allPools().some((pool) => pool.datasets.some(({ name }) => name === dataset)),
    )
  }

  get #log(): string {
    return join(this.#options.directory, `${this.name}.log`)
  }
}

/** Where the tools of every SAN below the directory are installed. */
export const simulatorBin = (directory: string): string => join(directory, 'simulator', 'bin')

/** The simulator's tools for one SAN, some of which may be replaced; `session` is what sshd runs for every ssh command. */
function tools(directory: string, name: string): string {
  const shared = installSimulator({ directory: join(directory, 'simulator'), bunPath: process.execPath }).binDir
  const own = join(directory, `bin-${name}`)
  mkdirSync(own, { recursive: true })
  for (const tool of ['zfs', 'zpool', 'date']) {
    rmSync(join(own, tool), { force: true })
    symlinkSync(join(shared, tool), join(own, tool))
  }
  // As sshd itself would: by the login shell, which for ssh's sake reads .bashrc.
  script(join(own, 'session'), 'echo session >>"$ZWITNESS_SIM_CALLS"\nexec /bin/bash -c "$SSH_ORIGINAL_COMMAND"')
  return own
}

/** In the place of whatever is there, also of a link. */
function script(path: string, text: string): void {
  rmSync(path, { force: true })
  writeFileSync(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 })
}
