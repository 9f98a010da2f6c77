import { DEFAULT_AUTH } from '#config/access.ts'
import type { Config } from '#config/effective.ts'
import { Browser } from '#tests/witness/browser.ts'
import { type Fake, fakeServices } from './fake-services.ts'

export interface Served extends Fake {
  readonly url: string
  browser(): Browser
  /** Another configuration from now on. */
  configure(change: { readonly auth?: Partial<Config['auth']>; readonly server?: Partial<Config['server']> }): void
  close(): Promise<void>
}

export const PASSWORD = 'three words long'

/** The real framework, handlers and access over a real socket; signing in is on, and nobody is there yet. */
export async function servedFake(unixSocket?: string): Promise<Served> {
  const fake = await fakeServices()
  const configure: Served['configure'] = ({ auth, server }) => {
    const { config } = fake.world
    fake.world.config = { ...config, auth: { ...DEFAULT_AUTH, ...auth }, server: { ...config.server, ...server } }
  }
  configure({})
  const { url } = await fake.runtime.start({ port: 0, unixSocket, schedule: false })
  if (url === null) throw new Error('It does not listen.')
  return {
    ...fake,
    world: fake.world,
    url,
    browser: () => new Browser(url),
    configure,
    close: async () => void (await fake.runtime.stop(1000)),
  }
}

/** One user of each role, each with the same password. */
export async function addUsers({ services }: Fake): Promise<void> {
  for (const role of ['viewer', 'operator', 'admin'] as const)
    await services.access.users.add({ name: role, role, password: PASSWORD })
}
