import { expect, test } from 'bun:test'
import { gzipSync } from 'node:zlib'
import { type Fake, fakeServices } from './fake-services.ts'
import { fakeView } from './fake-views.ts'

const KB = 1000

async function gzipped(fake: Fake, path: string): Promise<number> {
  const response = await fake.remote('GET', path)
  expect([path, response.status]).toEqual([path, 200])
  return gzipSync(await response.arrayBuffer(), { level: 9 }).length
}

const linked = (page: string, pattern: RegExp): string[] => [...page.matchAll(pattern)].map(([, path]) => path ?? '')

test.each(['/', '/datasets/hq10-7.L1S4DAT1', '/runs/7', '/logs'])('first load of %s is light', async (path) => {
  const fake = await fakeServices()
  const page = await (await fake.remote('GET', path)).text()
  const scripts = [
    ...linked(page, /<script[^>]* src="([^"]+)"/g),
    ...linked(page, /rel="modulepreload" href="([^"]+)"/g),
  ]
  const styles = linked(page, /rel="stylesheet" href="([^"]+)"/g)
  const sum = async (paths: readonly string[]) =>
    (await Promise.all([...new Set(paths)].map((each) => gzipped(fake, each)))).reduce((a, b) => a + b, 0)
  expect(await sum(scripts)).toBeLessThanOrEqual(40 * KB)
  expect(await sum(styles)).toBeLessThanOrEqual(12 * KB)
  expect(page).not.toContain(' style=')
})

test('a thousand datasets are not a thousand rows of HTML', async () => {
  const fake = await fakeServices()
  fake.engine.views = Array.from({ length: 1000 }, (_, at) =>
    fakeView(`hq10-7.DAT${at}`, {
      name: `DAT${at}`,
      health: at % 50 === 0 ? 'BROKEN' : 'HEALTHY',
      code: 'LAG_CRITICAL',
      delaySeconds: at,
    }),
  )
  const page = await (await fake.remote('GET', '/')).text()
  expect(page.length).toBeLessThan(500_000)
  expect(linked(page, /<tr[^>]* data-id="([^"]+)"/g).length).toBe(60)
  // Without a script the next ones are one link away.
  expect(page).toContain('60 of 1000 are shown')
  const next = await (await fake.remote('GET', '/?from=60')).text()
  expect(linked(next, /<tr[^>]* data-id="([^"]+)"/g).length).toBe(60)
})
