import type { Loaders } from '../loaders.ts'
import { main } from '../main.ts'
import { type FakeIo, type FakeIoOptions, fakeIo } from './fake-io.ts'
import { type FakeService, type FakeServiceOptions, fakeService } from './fake-service.ts'

export interface Ran {
  readonly exit: number
  readonly stdout: string
  readonly stderr: string
  readonly io: FakeIo
  readonly service: FakeService
}

/** No test of a command starts a real service by mistake. */
export const noLoaders: Loaders = {
  openApp: () => Promise.reject(new Error('A local app was opened.')),
  serve: () => Promise.reject(new Error('A service was started.')),
  demo: () => Promise.reject(new Error('A demo was started.')),
}

/** Runs a command line against a service in memory, reached as `--url` would. */
export async function runCommand(
  line: readonly string[],
  options: FakeIoOptions & FakeServiceOptions & { readonly loaders?: Partial<Loaders> } = {},
): Promise<Ran> {
  const io = fakeIo({ ...options, env: { ZWITNESS_URL: 'http://witness.test', ...options.env } })
  const service = fakeService(options)
  const exit = await main(line, io, {
    fetch: (url, init) => service.fetch(new Request(url, init)),
    loaders: { ...noLoaders, ...options.loaders },
  })
  return { exit, ...io.written, io, service }
}
