import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { World } from './world.ts'

const ZWITNESS = join(import.meta.dir, '..', '..', 'lib', 'setup', 'zwitness')
const PATIENCE_MS = 60_000

/** The service as everybody starts it, a process of its own. */
export interface Service {
  readonly pid: number
  readonly url: string
  /** From the start of the process to its first answer. */
  readonly startedMs: number
  get(path: string): Promise<Response>
  /** One scan of everything, to its end. @throws where it did not succeed */
  scan(): Promise<void>
  /** SIGTERM, and its end. */
  stop(): Promise<void>
}

export interface ServiceOptions {
  /** A script that Bun runs in the service before everything else. */
  readonly preload?: string
  readonly environment?: Readonly<Record<string, string>>
  /** Keep what earlier services of this world have remembered. */
  readonly keepData?: boolean
}

export async function startService(world: World, options: ServiceOptions = {}): Promise<Service> {
  if (options.keepData !== true) {
    for (const name of ['data', 'logs']) rmSync(join(world.directory, name), { recursive: true, force: true })
  }
  const port = freePort()
  const url = `http://127.0.0.1:${port}`
  const began = performance.now()
  const errors = join(world.directory, 'service-stderr')
  const child = Bun.spawn([ZWITNESS, 'serve', '--host', '127.0.0.1', '--port', String(port)], {
    env: {
      ...world.environment,
      ...options.environment,
      ...(options.preload === undefined ? {} : { BUN_OPTIONS: `--preload=${options.preload}` }),
    },
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: Bun.file(errors),
  })
  while ((await fetch(`${url}/healthz`).catch(() => null)) === null) {
    const late = performance.now() - began > PATIENCE_MS
    if (late || child.exitCode !== null) {
      child.kill('SIGTERM')
      throw new Error(
        `The service ${late ? 'did not answer within a minute' : 'ended'}: ${readFileSync(errors, 'utf8')}`,
      )
    }
    await Bun.sleep(2)
  }
  const startedMs = performance.now() - began
  const get = (path: string): Promise<Response> => fetch(url + path)
  return {
    pid: child.pid,
    url,
    startedMs,
    get,
    async scan() {
      const answer = await fetch(`${url}/api/functions/scan`, { method: 'POST', ...JSON_BODY })
      const { output, detail } = (await answer.json()) as ScanAnswer
      if (output?.state !== 'SUCCEEDED') throw new Error(`The scan did not succeed: ${output?.outcome ?? detail}`)
    },
    async stop() {
      child.kill('SIGTERM')
      await child.exited
    },
  }
}

interface ScanAnswer {
  readonly output?: { readonly state: string | null; readonly outcome: string | null }
  /** Where it was refused. */
  readonly detail?: string
}

const JSON_BODY = { headers: { 'content-type': 'application/json' }, body: '{}' }

function freePort(): number {
  const server = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
  const { port } = server
  server.stop(true)
  return port
}
