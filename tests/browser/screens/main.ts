/**
 * Pictures of every screen, for people: `node_modules/.bin/bun tests/browser/screens/main.ts [WORD...]` writes one contact
 * sheet per screen into docs/screens; with words only those whose names contain one of them. No test: nothing is
 * compared, somebody looks at them. docs/states.md says which sheet shows what.
 */
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { launch } from '#tests/browser/pages.ts'
import { EMPTY, OF_THE_DEMO, OF_THE_FIRST_START, OFFLINE, type Screen } from './list.ts'
import { demoService, emptyService, type Service, until } from './service.ts'
import { FOUR, type Picture, pictureOf, TWO, type Variant, windowOf, writeSheet } from './sheet.ts'
import { offlinePictures, settled, statePictures } from './states.ts'

const DIRECTORY = process.env.SCREENS ?? fileURLToPath(new URL('../../../docs/screens', import.meta.url))
const PASSWORD = 'three words long'
const words = process.argv.slice(2)
const browser = await launchOrLeave()
const wanted = (name: string): boolean => words.length === 0 || words.some((word) => name.includes(word))

type SignedIn = Parameters<typeof windowOf>[2]

async function main(): Promise<void> {
  const sheet = async (name: string, pictures: readonly Picture[], how = {}): Promise<void> =>
    console.log(`${name}.jpg  ${await writeSheet(browser, DIRECTORY, name, pictures, how)} bytes`)

  const take = async (service: Service, screens: readonly Screen[], admin: SignedIn) => {
    for (const screen of screens.filter(({ name }) => wanted(name))) {
      try {
        await sheet(screen.name, await picturesOf(service, screen, admin))
      } catch (error) {
        // One that fails shall not cost the others their minutes.
        console.error(`${screen.name}: ${error}`)
        process.exitCode = 1
      }
    }
  }

  if (OF_THE_DEMO.some(({ name }) => wanted(name)) || wanted('offline')) {
    const demo = await demoService()
    try {
      await until(async () => (await demo.ask('GET', '/api/status')).lastCheck !== null)
      const as = (name: string) =>
        signedIn(demo.url, async (page) => {
          await page.goto(`${demo.url}/login`)
          await page.getByLabel('Name').fill(name)
          await page.getByLabel('Password').fill(`demo-${name}`)
          await page.getByRole('button', { name: 'Sign in', exact: true }).click()
        })
      const admin = await as('admin')
      await take(demo, OF_THE_DEMO, admin)
      if (wanted('offline')) {
        // One person may follow the service from ten windows; users are shown to an admin alone.
        const operator = await as('operator')
        const windows = OFFLINE.map((path, at) => ({
          url: demo.url + path,
          signedIn: at < 9 || path === '/users' ? admin : operator,
        }))
        const pictures = await offlinePictures(browser, windows, demo.end)
        await sheet('offline', pictures.slice(0, 9), { scale: 0.4, across: 3 })
        await sheet('offline-more', pictures.slice(9), { scale: 0.4, across: 3 })
      }
    } finally {
      await demo.end()
    }
  }
  if ([...OF_THE_FIRST_START, ...EMPTY].some(({ name }) => wanted(name))) {
    const first = await emptyService()
    try {
      await take(first, OF_THE_FIRST_START, undefined)
      const admin = await signedIn(first.url, async (page) => {
        await page.goto(/http\S+\/setup\?token=\S+/.exec(first.said())?.[0] ?? first.url)
        await page.getByLabel('Name').fill('anna')
        await page.locator('[name=password]').fill(PASSWORD)
        await page.locator('[name=again]').fill(PASSWORD)
        await page.getByRole('button', { name: /Make the first admin/ }).click()
      })
      await take(first, EMPTY, admin)
    } finally {
      await first.end()
    }
  }
  for await (const [name, pictures] of statePictures(browser, wanted)) await sheet(name, pictures)
}

async function picturesOf(
  service: Service,
  { name, prepare, path: given, as, before, brief, variants = brief ? TWO : FOUR, top, show }: Screen,
  admin: SignedIn,
): Promise<readonly Picture[]> {
  await prepare?.(service)
  const path = typeof given === 'string' ? given : await given(service)
  const pictures: Picture[] = []
  for (const variant of variants) {
    const page = await windowOf(browser, variant, as === 'nobody' ? undefined : admin)
    await page.goto(service.url + path)
    await settled(page)
    await before?.(page)
    pictures.push(await pictureOf(page, `${name}: ${variant.name}`, top ?? (brief && 800), show))
    await page.context().close()
  }
  return pictures
}

async function launchOrLeave(): Promise<Browser> {
  return (await launch()) ?? process.exit(1)
}

async function signedIn(url: string, how: (page: Page) => Promise<void>): Promise<SignedIn> {
  const page = await windowOf(browser, FOUR[0] as Variant)
  await how(page)
  await page.waitForURL(`${url}/`)
  const state = await page.context().storageState()
  await page.context().close()
  return state
}

try {
  await main()
} finally {
  await browser.close()
}
