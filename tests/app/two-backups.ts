import { afterAll, afterEach, beforeAll, expect } from 'bun:test'
import type { Body } from '#tests/witness/client.ts'
import type { Home } from '#tests/witness/home.ts'
import type { InProcess } from './in-process.ts'
import type { San } from './san.ts'
import { World } from './world.ts'

/** Datasets that both backups have in full. */
export const NAMES = ['a', 'b']

/**
 * One primary with two backups: what is wrong with the first of them says nothing of the other. Each test has a witness
 * of its own, and leaves the hosts as they were.
 */
export class TwoBackups {
  #world: World | null = null
  #app: InProcess | null = null

  /** Hooks of the file that calls it. */
  constructor() {
    beforeAll(async () => {
      this.#world = await World.open({ other: {} })
      for (const name of NAMES) this.world.dataset(name, 3, { onBackup: 3 })
    })
    afterEach(async () => {
      await this.#app?.close()
      this.#app = null
      for (const san of this.world.sans) {
        san.misbehave()
        san.setClock(0)
        san.bashrc('')
        san.restore()
      }
    })
    afterAll(() => this.#world?.close())
  }

  get world(): World {
    if (this.#world === null) throw new Error('The SANs are not there yet: ask inside of a test.')
    return this.#world
  }

  /** The backup with which nothing is wrong. */
  get other(): San {
    if (this.world.other === null) throw new Error('This world has only one backup.')
    return this.world.other
  }

  yaml(names: readonly string[] = NAMES): string {
    return this.world.yaml({
      datasets: Object.fromEntries(names.map((name) => [name, {}])),
      limits: { command_silence_seconds: 5, retries: 0 },
      ssh: { connect_timeout_seconds: 5 },
    })
  }

  /** A witness that has seen everything well once, unless it is to meet the fault at once. */
  async witness(options: { home?: Home; seen?: boolean } = {}): Promise<InProcess> {
    const { home = this.world.home(this.yaml()), seen = true } = options
    const app = await this.world.app(home)
    this.#app = app
    if (seen) {
      await app.scan()
      expect(await told(app, this.world.id('a'))).toEqual({ status: 'HEALTHY', reason: 'UP_TO_DATE' })
    }
    return app
  }

  /** The status of a dataset on the backup that is at fault; the same on the other one must be as ever. */
  async judged(app: InProcess): Promise<Body> {
    expect(await told(app, this.world.id('a', this.other))).toEqual({ status: 'HEALTHY', reason: 'UP_TO_DATE' })
    return app.dataset(this.world.id('a'))
  }

  nothingSent(): void {
    expect(this.world.primary.calls('zfs send -v')).toEqual([])
  }
}

export async function told(app: InProcess, id: string): Promise<{ status: string; reason: string }> {
  const { status, reason } = await app.dataset(id)
  return { status, reason: reason.code }
}
