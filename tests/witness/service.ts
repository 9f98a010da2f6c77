import { join } from 'node:path'
import { ApiClient, type Body } from './client.ts'
import type { Home } from './home.ts'
import { until } from './until.ts'

const ZWITNESS = join(import.meta.dir, '..', '..', 'lib', 'setup', 'zwitness')

export interface Ended {
  readonly code: number
  readonly out: string
  readonly err: string
  /** The one JSON document on stdout. @throws where there is none */
  json(): Body
}

/** The service as a process of its own; the API goes over its Unix socket, as the command line does. */
export class Service extends ApiClient {
  readonly home: Home
  #child: Bun.Subprocess | null = null
  /** Where it listens for browsers; null before its start. */
  url: string | null = null

  constructor(home: Home) {
    super()
    this.home = home
  }

  get pid(): number {
    if (this.#child === null) throw new Error('The service does not run.')
    return this.#child.pid
  }

  send(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`http://zwitness${path}`, { ...init, unix: join(this.home.data, 'zwitness.sock') })
  }

  async start(): Promise<void> {
    const port = String(freePort())
    this.url = `http://127.0.0.1:${port}`
    const child = Bun.spawn([ZWITNESS, 'serve', '--host', '127.0.0.1', '--port', port], {
      env: this.home.environment,
      stdin: 'ignore',
      stdout: Bun.file(join(this.home.directory, 'stdout.log')),
      stderr: Bun.file(join(this.home.directory, 'stderr.log')),
    })
    this.#child = child
    await until(
      'the service answers',
      30,
      async () => {
        if (child.exitCode !== null) throw new Error(`The service ended with ${child.exitCode}: ${await this.stderr()}`)
        return (await this.get('/healthz').catch(() => null)) !== null
      },
      () => `See ${this.home.directory}/stderr.log.`,
    )
  }

  /** What it wrote for a person at its terminal. */
  stderr(): Promise<string> {
    return Bun.file(join(this.home.directory, 'stderr.log')).text()
  }

  signal(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal)
  }

  /** SIGKILL, as a power cut would. */
  async kill(): Promise<void> {
    this.#child?.kill('SIGKILL')
    await this.#child?.exited
    this.#child = null
  }

  /** SIGTERM, as a container's stop would. @returns the exit code, 0 when it did not run */
  async stop(): Promise<number> {
    this.#child?.kill('SIGTERM')
    const code = (await this.#child?.exited) ?? 0
    this.#child = null
    return code
  }

  async close(): Promise<void> {
    await this.stop()
    this.home.remove()
  }

  /** The command line, as a person calls it. */
  cli(...args: readonly string[]): Promise<Ended> {
    return zwitness(this.home, args)
  }
}

/** Runs one command line against a witness's directories, whether a service runs there or not. */
export async function zwitness(home: Pick<Home, 'environment'>, args: readonly string[]): Promise<Ended> {
  const child = Bun.spawn([ZWITNESS, ...args], {
    env: home.environment,
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  return { code, out, err, json: () => JSON.parse(out) }
}

export function freePort(): number {
  const server = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
  const { port } = server
  server.stop(true)
  return port
}
