import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Lab, SANS } from './lab.ts'

const ROOT = join(import.meta.dir, '..', '..')

/** The service as a process of its own, with directories of its own, against the lab. */
export class Witness {
  readonly directory = mkdtempSync(join(tmpdir(), 'zw-lab-'))
  readonly #lab: Lab
  #child: Bun.Subprocess | null = null

  constructor(lab: Lab, yaml: string) {
    this.#lab = lab
    for (const name of ['config', 'data', 'logs']) mkdirSync(join(this.directory, name), { mode: 0o700 })
    copyFileSync(join(lab.directory, 'id_ed25519'), join(this.directory, 'config', 'id_ed25519'))
    writeFileSync(join(this.directory, 'config', 'known_hosts'), knownHosts(lab))
    this.configure(yaml)
  }

  configure(yaml: string): void {
    writeFileSync(join(this.directory, 'config', 'app-config.yaml'), withPorts(this.#lab, yaml))
  }

  get environment(): Record<string, string> {
    const { directory } = this
    return {
      PATH: process.env.PATH ?? '',
      HOME: directory,
      ZWITNESS_CONFIG_DIR: join(directory, 'config'),
      ZWITNESS_DATA_DIR: join(directory, 'data'),
      ZWITNESS_LOG_DIR: join(directory, 'logs'),
      LOG_FORMAT: 'text',
    }
  }

  get pid(): number {
    if (this.#child === null) throw new Error('The service does not run.')
    return this.#child.pid
  }

  async start(): Promise<void> {
    const port = String(freePort())
    this.#child = Bun.spawn([join(ROOT, 'lib/setup/zwitness'), 'serve', '--host', '127.0.0.1', '--port', port], {
      env: this.environment,
      stdin: 'ignore',
      stdout: Bun.file(join(this.directory, 'stdout.log')),
      stderr: Bun.file(join(this.directory, 'stderr.log')),
    })
    await until('the service answers', 20, async () => (await this.get('/healthz').catch(() => null)) !== null)
  }

  /** SIGKILL, as a power cut would. */
  async kill(): Promise<void> {
    this.#child?.kill('SIGKILL')
    await this.#child?.exited
    this.#child = null
  }

  async stop(): Promise<number> {
    this.#child?.kill('SIGTERM')
    const code = (await this.#child?.exited) ?? 0
    this.#child = null
    return code
  }

  async close(): Promise<void> {
    await this.stop()
    rmSync(this.directory, { recursive: true, force: true })
  }

  /** Over the Unix socket, as the command line does. */
  async get(path: string): Promise<any> {
    const answer = await fetch(`http://zwitness${path}`, { unix: join(this.directory, 'data', 'zwitness.sock') })
    return answer.json()
  }

  async post(path: string, body: unknown = {}): Promise<{ status: number; body: any }> {
    const answer = await fetch(`http://zwitness${path}`, {
      method: 'POST',
      unix: join(this.directory, 'data', 'zwitness.sock'),
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return { status: answer.status, body: await answer.json() }
  }

  /** The command line, as a person calls it. */
  async cli(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
    const child = Bun.spawn([join(ROOT, 'lib/setup/zwitness'), ...args], {
      env: this.environment,
      stdin: 'ignore',
      stdout: 'pipe',
      stderr: 'pipe',
    })
    const [out, err, code] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
      child.exited,
    ])
    return { code, out, err }
  }

  /** Waits until the dataset has this status; answers its summary. */
  async status(id: string, wanted: string, seconds = 90): Promise<any> {
    let seen: any = null
    await until(
      `${id} is ${wanted}`,
      seconds,
      async () => {
        seen = await this.get(`/api/datasets/${id}`)
        return seen.status === wanted
      },
      () => JSON.stringify({ status: seen?.status, reason: seen?.reason, activity: seen?.activity }),
    )
    return seen
  }

  /** Waits for the end of a run; answers its record. */
  async ended(runId: string, seconds = 120): Promise<any> {
    let run: any = null
    await until(
      `run ${runId} has ended`,
      seconds,
      async () => {
        run = await this.get(`/api/runs/${runId}`)
        return run.finishedAt !== null
      },
      () => JSON.stringify({ state: run?.state, progress: run?.progress }),
    )
    return run
  }
}

/** Asks again and again, at most so many seconds. @throws with what was seen last */
export async function until(
  what: string,
  seconds: number,
  ask: () => Promise<boolean>,
  seen: () => string = () => '',
): Promise<void> {
  const end = Date.now() + seconds * 1000
  while (Date.now() < end) {
    if (await ask()) return
    await Bun.sleep(300)
  }
  throw new Error(`Waited ${seconds} s in vain until ${what}. ${seen()}`)
}

function knownHosts(lab: Lab): string {
  const keys = readFileSync(join(lab.directory, 'known_hosts'), 'utf8')
  return SANS.map((san) => {
    const line = keys.split('\n').find((each) => each.startsWith(`[127.0.0.1]:${lab.ports[san]} `))
    return `${san} ${line?.split(' ').slice(1).join(' ')}`
  }).join('\n')
}

/** The users' own YAML with the lab's address and ports in place of their host names. */
function withPorts(lab: Lab, yaml: string): string {
  return SANS.reduce(
    (text, san) => text.replaceAll(`hostname: ${san}.storage.local`, `hostname: 127.0.0.1, port: ${lab.ports[san]}`),
    yaml,
  )
}

export function freePort(): number {
  const server = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
  const { port } = server
  server.stop(true)
  return port
}
