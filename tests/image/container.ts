import { chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { descendantsOf } from '#lib/process/proc.ts'
import { ApiClient } from '#tests/witness/client.ts'
import type { Home } from '#tests/witness/home.ts'
import { freePort } from '#tests/witness/service.ts'
import { until } from '#tests/witness/until.ts'
import { caughtIn, type Engine, type Settings } from './engines.ts'
import type { Image } from './image.ts'

export interface Ended {
  readonly code: number
  readonly out: string
  readonly err: string
}

interface Started {
  readonly child: Bun.Subprocess
  /** What it has printed so far. */
  text(stream: 'out' | 'err'): string
}

/** The image's service in one container after the other, over the same volumes. */
export class Container extends ApiClient {
  readonly home: Home
  readonly #image: Image
  readonly #engine: Engine
  readonly #settings: Settings
  readonly #port = String(freePort())
  #service: Started | null = null
  #starts = 0

  /** @param owner `UID:GID` of the volumes; the private key is nobody else's */
  constructor(image: Image, engine: Engine, home: Home, settings: Settings = {}, owner = settings.user ?? '1001:1001') {
    super()
    this.home = home
    this.#image = image
    this.#engine = engine
    // The image itself listens on all addresses, which is the container's own affair only where it has its own network.
    const environment = { ZWITNESS_HOST: '127.0.0.1', ZWITNESS_PORT: this.#port, ...settings.environment }
    this.#settings = { ...settings, environment }
    mkdirSync(caughtIn(home), { recursive: true })
    chmodSync(caughtIn(home), 0o777)
    const { exitCode, stderr } = Bun.spawnSync(['chown', '-R', owner, home.config, home.data, home.logs])
    if (exitCode !== 0) throw new Error(`The volumes could not be given to ${owner}: ${stderr}`)
  }

  /** Over the Unix socket in the volume, as the command line. */
  send(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`http://zwitness${path}`, { ...init, unix: join(this.home.data, 'zwitness.sock') })
  }

  /** Over the port that compose would publish. */
  published(path: string): Promise<Response> {
    return fetch(`http://127.0.0.1:${this.#port}${path}`)
  }

  /** As `docker run`: the image's entrypoint, with its own words unless there are others. Waits for its end. */
  run(words: readonly string[] = this.#image.config.Cmd): Promise<Ended> {
    return this.exec([...this.#image.config.Entrypoint, ...words])
  }

  /** Something else beside the service, in the same volumes: as `docker exec`, or `docker run --entrypoint`. */
  async exec(words: readonly string[]): Promise<Ended> {
    const { child, text } = this.#start(words)
    const code = await child.exited
    return { code, out: text('out'), err: text('err') }
  }

  /** As `docker run -d`, until it answers. */
  async start(): Promise<void> {
    const started = this.#start([...this.#image.config.Entrypoint, ...this.#image.config.Cmd])
    this.#service = started
    await until(
      'the service answers',
      60,
      async () => {
        const { exitCode } = started.child
        if (exitCode !== null) throw new Error(`The container ended with ${exitCode}: ${started.text('err')}`)
        return (await this.published('/healthz').catch(() => null))?.status === 200
      },
      () => started.text('err'),
    )
  }

  /** The container's first process, by its number outside. */
  get init(): number {
    const found = this.processes().find((pid) => statusOf(pid).Name === 'tini')
    if (found === undefined) throw new Error('There is no tini in the container.')
    return found
  }

  processes(): readonly number[] {
    return this.#service === null ? [] : descendantsOf(this.#service.child.pid)
  }

  /** What the service wrote to its container's log. */
  get log(): string {
    return (this.#service?.text('out') ?? '') + (this.#service?.text('err') ?? '')
  }

  /** As `docker stop`: SIGTERM to the first process. @returns the container's exit code and how long it took */
  async stop(): Promise<{ readonly code: number; readonly seconds: number }> {
    if (this.#service === null) throw new Error('The container does not run.')
    const began = performance.now()
    process.kill(this.init, 'SIGTERM')
    const code = await this.#service.child.exited
    this.#service = null
    return { code, seconds: (performance.now() - began) / 1000 }
  }

  async close(): Promise<void> {
    for (const pid of this.processes()) {
      // Some of them end with the one before.
      if (Object.keys(statusOf(pid)).length > 0) process.kill(pid, 'SIGKILL')
    }
    await this.#service?.child.exited
    this.#service = null
  }

  #start(words: readonly string[]): Started {
    const n = ++this.#starts
    // By itself `buildah run` loses the last lines of what ends quickly.
    const caught = ['sh', '-c', `exec "$@" >/caught/${n}.out 2>/caught/${n}.err`, 'sh', ...words]
    const child = Bun.spawn([...this.#engine(this.#image, this.home, this.#settings, caught)], {
      stdin: 'ignore',
      stdout: 'ignore',
      stderr: Bun.file(join(caughtIn(this.home), `${n}.engine`)),
    })
    const read = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '')
    return {
      child,
      text: (stream) => {
        const said = read(join(caughtIn(this.home), `${n}.${stream}`))
        // Where nothing of ours could be started, the engine says why.
        return said === '' && stream === 'err' ? read(join(caughtIn(this.home), `${n}.engine`)) : said
      },
    }
  }
}

/** /proc/PID/status by key; empty once the process has ended. */
export function statusOf(pid: number): Readonly<Record<string, string>> {
  try {
    const lines = readFileSync(`/proc/${pid}/status`, 'utf8').split('\n')
    return Object.fromEntries(lines.map((line) => line.split(/:\s+/, 2)))
  } catch {
    // It has ended meanwhile.
    return {}
  }
}
