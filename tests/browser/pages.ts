import { expect, test } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { type Fake, fakeServices } from '#tests/api/fake-services.ts'

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
const AXE = readFileSync(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8')

const present = existsSync(CHROMIUM)
export const inBrowser = present ? test : test.skip

export async function launch(): Promise<Browser | null> {
  if (present) return chromium.launch({ executablePath: CHROMIUM, args: FLAGS })
  console.warn(`SKIPPED: pages in a real browser; there is no ${CHROMIUM} (set CHROMIUM to its path).`)
  return null
}

/** The browser of a test that is only run where there is one. */
export function opened(browser: Browser | null): Browser {
  if (browser === null) throw new Error('There is no browser: this test should have been skipped.')
  return browser
}

export interface Visit {
  readonly page: Page
  readonly fake: Fake
  readonly url: string
  /** Another window on the same service. */
  window(): Promise<Page>
  /** What the console said, and every request to another host. */
  readonly said: string[]
}

interface How {
  readonly role?: 'viewer' | 'operator' | 'admin'
  readonly prepare?: (fake: Fake) => void
  readonly options?: BrowserContextOptions
}

/** The real pages over services that answer from memory; whatever the browser complains of fails the test. */
export async function visit(
  browser: Browser | null,
  use: (visit: Visit) => Promise<void>,
  how: How = {},
): Promise<void> {
  const fake = await fakeServices()
  const { auth } = fake.world.config
  fake.world.config = { ...fake.world.config, auth: { ...auth, mode: 'none', noneRole: how.role ?? 'operator' } }
  how.prepare?.(fake)
  const { url } = await fake.runtime.start({ port: 0, schedule: false })
  const context = await opened(browser).newContext({ viewport: { width: 1280, height: 900 }, ...how.options })
  context.setDefaultTimeout(240_000)
  const said: string[] = []
  const window = async (): Promise<Page> => {
    const page = await context.newPage()
    page.on('console', (message) => said.push(`${message.type()}: ${message.text()}`))
    page.on('pageerror', (error) => said.push(`error: ${error.message}`))
    page.on('request', (request) => {
      if (!request.url().startsWith(url ?? '')) said.push(`elsewhere: ${request.url()}`)
    })
    return page
  }
  try {
    await use({ page: await window(), fake, url: url ?? '', window, said })
    expect(fake.world.errors).toEqual([])
    expect(said).toEqual([])
  } finally {
    await context.close()
    fake.services.events.close()
    await fake.runtime.stop(1000)
  }
}

export async function hydrated(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const islands = [...document.querySelectorAll('[data-island]')]
    return islands.length > 0 && islands.every((island) => island.hasAttribute('data-hydrated'))
  })
}

/** The dashboard follows the stream and has read all rows: what happens from now on is not overtaken by that reading. */
export async function complete(page: Page): Promise<void> {
  await hydrated(page)
  await page.getByText('● Live').waitFor()
  await page.getByRole('button', { name: 'Show', exact: true }).waitFor({ state: 'detached' })
}

/** What axe finds of WCAG 2.2 AA, in words. Its script comes in through the debugger, which the CSP does not bind. */
export async function barriers(page: Page): Promise<readonly string[]> {
  await page.evaluate(AXE)
  return page.evaluate(async () => {
    const { violations } = await (window as any).axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] })
    return violations.flatMap(({ id, nodes }: any) =>
      nodes.slice(0, 3).map(({ html, any }: any) => `${id}: ${html.slice(0, 160)} ${any[0]?.message ?? ''}`),
    )
  })
}

export async function isTooWide(page: Page): Promise<boolean> {
  return page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth)
}
