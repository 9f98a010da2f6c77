import type { Browser, Page } from 'playwright-core'
import { fakeServices } from '#tests/api/fake-services.ts'
import { MADE_UP } from './made-up.ts'
import { until } from './service.ts'
import { type Picture, pictureOf, TWO, type Variant, windowOf } from './sheet.ts'

/** Each state with its pictures. */
export async function* statePictures(
  browser: Browser,
  wanted: (name: string) => boolean,
): AsyncGenerator<readonly [string, readonly Picture[]]> {
  for (const { name, path, role, arrange, before, top = 800, show } of MADE_UP.filter((state) => wanted(state.name))) {
    const fake = await fakeServices()
    const { auth } = fake.world.config
    fake.world.config = { ...fake.world.config, auth: { ...auth, mode: 'none', noneRole: role ?? 'operator' } }
    const { url } = await fake.runtime.start({ port: 0, schedule: false })
    arrange(fake)
    try {
      const pictures: Picture[] = []
      for (const variant of TWO) {
        const page = await windowOf(browser, variant)
        await page.goto(url + path)
        await settled(page)
        await before?.(page)
        pictures.push(await pictureOf(page, `${name}: ${variant.name}`, top, show))
        await page.context().close()
      }
      yield [name, pictures]
    } catch (error) {
      // One that fails shall not cost the others their minutes.
      console.error(`${name}: ${error}`)
      process.exitCode = 1
    } finally {
      fake.services.events.close()
      await fake.runtime.stop(1000)
    }
  }
}

/** Until every island works and the stream has said hello; a page without a script is settled at once. */
export async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() =>
    [...document.querySelectorAll('[data-island]')].every((island) => island.hasAttribute('data-hydrated')),
  )
  if ((await page.locator('.live').count()) === 0) return
  // Not on paper.
  await page.getByText('● Live').waitFor({ state: 'attached' })
  await page.waitForTimeout(300)
}

/** The pages stay open while their service ends: the top of each, when each says that it is offline. */
export async function offlinePictures(
  browser: Browser,
  windows: readonly { readonly url: string; readonly signedIn: Parameters<typeof windowOf>[2] }[],
  end: () => Promise<void>,
): Promise<readonly Picture[]> {
  const pages: Page[] = []
  try {
    for (const { url, signedIn } of windows) {
      const page = await windowOf(browser, TWO[0] as Variant, signedIn)
      pages.push(page)
      await page.goto(url)
      await settled(page)
    }
    await end()
    const pictures: Picture[] = []
    for (const page of pages) {
      await until(async () => (await page.locator('.live-offline').count()) === 1)
      pictures.push(await pictureOf(page, new URL(page.url()).pathname, 620))
    }
    return pictures
  } finally {
    for (const page of pages) await page.context().close()
  }
}
