import { type App, openApp } from '#lib/app/app.ts'
import { ApiClient, type Body } from '#tests/witness/client.ts'
import type { Home } from '#tests/witness/home.ts'

/** The whole app without a process, a port or a schedule of its own. */
export class InProcess extends ApiClient {
  readonly home: Home
  readonly app: App
  readonly #clock: { ahead: number }
  #closed = false

  constructor(home: Home, app: App, clock: { ahead: number }) {
    super()
    this.home = home
    this.app = app
    this.#clock = clock
  }

  send(path: string, init?: RequestInit): Promise<Response> {
    return this.app.fetch(new Request(`http://127.0.0.1${path}`, init))
  }

  /** Moves the witness's clock on; those of the SANs stay. */
  later(milliseconds: number): void {
    this.#clock.ahead += milliseconds
  }

  /** Looks at everything and waits for that and for every repair that it started. @returns the scan */
  async scan(body: object = {}): Promise<Body> {
    const { status, body: run } = await this.post('/api/run', body)
    if (status !== 202) throw new Error(`The scan was refused: ${JSON.stringify(run)}`)
    const scan = await this.ended(run.id)
    await this.idle()
    return scan
  }

  dataset(id: string): Promise<Body> {
    return this.get(`/api/datasets/${id}`)
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.app.close(5000)
  }
}

export async function openInProcess(home: Home): Promise<InProcess> {
  const clock = { ahead: 0 }
  const { config, data, logs } = home
  const directories = { config, data, logs }
  const app = await openApp({ directories, role: 'command', now: () => Date.now() + clock.ahead })
  return new InProcess(home, app, clock)
}
