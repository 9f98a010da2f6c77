import { join } from 'node:path'
import { ApiClient } from '#tests/witness/client.ts'
import type { Home } from '#tests/witness/home.ts'
import { freePort } from '#tests/witness/service.ts'
import { until } from '#tests/witness/until.ts'

const IMAGE = 'localhost/zwitness-podman'
/** Of our own: tests/image/engine says why. */
export const LIMITS = (process.env.LIMITS ?? '').split(' ').filter((word) => word !== '')

/** What of a service in a compose file a container engine is told. */
export interface ComposeService {
  readonly user?: string
  readonly ports?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly volumes: readonly string[]
  readonly read_only: boolean
  readonly tmpfs: readonly string[]
  readonly cap_drop: readonly string[]
  readonly security_opt: readonly string[]
  readonly stop_grace_period: string
}

interface Ended {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** @returns how it ended and what it said */
export function podman(...words: readonly string[]): Ended {
  const { exitCode, stdout, stderr } = Bun.spawnSync([process.env.PODMAN ?? 'podman', ...words], { stdin: 'ignore' })
  return { code: exitCode, out: stdout.toString(), err: stderr.toString() }
}

/** @returns what it printed. @throws with what it complained of */
export function must(...words: readonly string[]): string {
  const { code, out, err } = podman(...words)
  if (code !== 0) throw new Error(`podman ${words.join(' ')} ended with ${code}: ${err}`)
  return out.trim()
}

/** The service of a compose file in a container of podman's, over the directories of a home. */
export class PodmanContainer extends ApiClient {
  readonly home: Home
  readonly #service: ComposeService
  readonly #port = freePort()
  #id = ''

  /** @param owner `UID:GID` of the volumes */
  constructor(service: ComposeService, home: Home, owner = service.user ?? '1001:1001') {
    super()
    this.#service = service
    this.home = home
    const { exitCode, stderr } = Bun.spawnSync(['chown', '-R', owner, home.config, home.data, home.logs])
    if (exitCode !== 0) throw new Error(`The volumes could not be given to ${owner}: ${stderr}`)
  }

  /** Over the Unix socket in the volume, as the command line. */
  send(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`http://zwitness${path}`, { ...init, unix: join(this.home.data, 'zwitness.sock') })
  }

  /** Over the port that is published, or that of the machine. */
  published(path: string): Promise<Response> {
    return fetch(`http://127.0.0.1:${this.#port}${path}`)
  }

  /** @param network `published`: one of its own, with the port of the compose file; `host`: the machine's, where the SANs are */
  async start(network: 'published' | 'host'): Promise<void> {
    const ways =
      network === 'published'
        ? this.#ports()
        : ['--network=host', '--env=ZWITNESS_HOST=127.0.0.1', `--env=ZWITNESS_PORT=${this.#port}`]
    this.#id = must('run', '--detach', ...this.#words(), ...ways, IMAGE)
    await until(
      'the service answers',
      60,
      async () => {
        if (this.inspect('{{.State.Running}}') !== 'true') throw new Error(`The container has ended: ${this.logs()}`)
        return (await this.published('/healthz').catch(() => null))?.status === 200
      },
      () => this.logs(),
    )
  }

  /** As `docker compose run --rm`: the entrypoint with these words. */
  run(...words: readonly string[]): Ended {
    return podman('run', '--rm', ...this.#words(), '--network=host', IMAGE, ...words)
  }

  /** As `docker compose exec`. */
  exec(...words: readonly string[]): Ended {
    return podman('exec', this.#id, ...words)
  }

  inspect(format: string): string {
    return must('inspect', '--format', format, this.#id)
  }

  /** @returns does the image's health check say that it is well? */
  isHealthy(): boolean {
    return podman('healthcheck', 'run', this.#id).code === 0
  }

  logs(): string {
    const { out, err } = podman('logs', this.#id)
    return out + err
  }

  /** As the engine stops it. @returns its exit code */
  stop(): number {
    must('stop', `--time=${Number.parseInt(this.#service.stop_grace_period, 10)}`, this.#id)
    return Number(this.inspect('{{.State.ExitCode}}'))
  }

  close(): void {
    if (this.#id !== '') podman('rm', '--force', '--time=1', '--volumes', this.#id)
    this.#id = ''
  }

  #ports(): readonly string[] {
    return (this.#service.ports ?? []).map((port) => `--publish=${port.replace(/:\d+:/, `:${this.#port}:`)}`)
  }

  #words(): readonly string[] {
    const { user, environment = {}, read_only, tmpfs, cap_drop, security_opt } = this.#service
    return [
      ...LIMITS,
      '--pull=never',
      // Docker gives a uid that the image does not know no entry in /etc/passwd; podman would, unasked.
      '--passwd=false',
      ...(user === undefined ? [] : [`--user=${user}`]),
      ...(read_only ? ['--read-only', '--read-only-tmpfs=false'] : []),
      ...tmpfs.map((each) => `--tmpfs=${each}`),
      ...cap_drop.map((each) => `--cap-drop=${each}`),
      ...security_opt.map((each) => `--security-opt=${each.replace(/:true$/, '')}`),
      ...Object.entries(environment).map(([name, value]) => `--env=${name}=${value}`),
      ...this.#service.volumes.map((volume) => `--volume=${this.#mount(volume)}`),
    ]
  }

  /** Of the home, what the compose file keeps in a directory or a volume of that name. */
  #mount(volume: string): string {
    const [from = '', ...rest] = volume.split(':')
    const name = from.replace('./', '')
    if (name !== 'config' && name !== 'data' && name !== 'logs') throw new Error(`What is the volume ${volume}?`)
    return [this.home[name], ...rest].join(':')
  }
}
