import { expect } from 'bun:test'
import { type Config, DEFAULT_AUTH } from '#config/effective.ts'
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

/** The fake with its users, and the admin in a browser of their own: for a file's `beforeAll`. */
export async function servedToAdmin(): Promise<{ readonly served: Served; readonly admin: Browser }> {
  const served = await servedFake()
  await addUsers(served)
  const admin = served.browser()
  await admin.signIn('admin', PASSWORD)
  return { served, admin }
}

/** For its `afterAll`: nothing went wrong unnoticed. */
export async function closedSound(served: Served): Promise<void> {
  expect(served.world.errors).toEqual([])
  await served.close()
}

/** What the audit has of an action, the newest first. */
export async function bookOf(served: Served, action: string) {
  const { items } = await served.services.store.audit({ action: [action], limit: 20 })
  return items.map(({ actor, target, result, code, reason }) => ({
    who: `${actor.kind} ${actor.name}`,
    target,
    result,
    code,
    reason,
  }))
}

export function askWithToken(served: Served, token: string, path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`${served.url}${path}`, { ...init, headers: { authorization: `Bearer ${token}` } })
}
