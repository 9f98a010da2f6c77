import { expect } from 'bun:test'
import type { Page } from 'playwright-core'
import { hydrated } from './pages.ts'

/** A dataset as the pages name it. */
export interface Told {
  readonly id: string
  /** As the table shows it. */
  readonly name: string
  readonly backupHost: string
  readonly backup: string
}

const SLOW = { timeout: 90_000 }

/** Dashboard → broken dataset → preview → one press → live progress → healthy, with the mouse. */
export async function byMouse(page: Page, url: string, told: Told): Promise<void> {
  await page.goto(url, SLOW)
  await hydrated(page)
  await page.locator('table.datasets').getByRole('link', { name: told.name, exact: true }).click()
  await page.getByRole('heading', { name: 'What you can do' }).waitFor(SLOW)
  await page.getByRole('button', { name: 'Preview repair' }).click()
  await page.getByText('Destroys nothing.', { exact: true }).waitFor(SLOW)
  await hydrated(page)
  await page.getByRole('button', { name: new RegExp(`repair ${told.backupHost}$`, 'i') }).click()
  await page.waitForURL(/\/runs\/\d+$/, SLOW)
  await succeeded(page)
  await healthy(page, url, told)
}

/** The same with nothing but keys: Tab, Enter, and the page's own. */
export async function byKeyboard(page: Page, url: string, told: Told): Promise<void> {
  await page.goto(url, SLOW)
  await hydrated(page)
  await page.keyboard.press('/')
  await page.keyboard.type(told.name)
  await page.waitForFunction(() => location.search.includes('q='), undefined, SLOW)
  await page.getByRole('searchbox').blur()
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'What you can do' }).waitFor(SLOW)
  await hydrated(page)
  await tabTo(page, 'Preview repair')
  await page.keyboard.press('Enter')
  await page.getByText('Destroys nothing.', { exact: true }).waitFor(SLOW)
  await hydrated(page)
  await tabTo(page, new RegExp(`repair ${told.backupHost}$`, 'i'))
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/runs\/\d+$/, SLOW)
  await succeeded(page)
  await healthy(page, url, told)
}

/** The destructive choice: off until the name is right, refused when the SANs have gone on, and then exactly what was named. */
export async function inPlace(page: Page, url: string, told: Told, change: () => Promise<void> | void): Promise<void> {
  const open = async () => {
    await page.goto(`${url}/datasets/${encodeURIComponent(told.id)}/repair?strategy=IN_PLACE`, SLOW)
    await hydrated(page)
    await page.getByText(/destroys data on/).waitFor(SLOW)
    return page.getByRole('button', { name: /^Destroy / })
  }
  const button = await open()
  expect(await button.isDisabled()).toBe(true)
  await page.getByLabel(/Type/).fill(told.backup.slice(1))
  await page.getByLabel(/Reason/).fill('a story')
  expect(await button.isDisabled()).toBe(true)
  await page.getByLabel(/Type/).fill(told.backup)
  await change()
  await button.click()
  await page.getByText(/no longer matches the SANs/).waitFor(SLOW)
  const again = await open()
  await page.getByLabel(/Type/).fill(told.backup)
  await page.getByLabel(/Reason/).fill('a story')
  await again.click()
  await page.waitForURL(/\/runs\/\d+$/, SLOW)
  await succeeded(page)
}

/** Live, without a reload: the page itself has to come to it. */
async function succeeded(page: Page): Promise<void> {
  await page.getByText('matches', { exact: false }).first().waitFor(SLOW)
}

async function healthy(page: Page, url: string, told: Told): Promise<void> {
  await page.goto(`${url}/datasets/${encodeURIComponent(told.id)}`, SLOW)
  await page.getByText('Healthy', { exact: true }).first().waitFor(SLOW)
}

async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  const wanted = page.getByRole('button', { name }).first()
  await wanted.waitFor(SLOW)
  for (let presses = 0; presses < 200; presses++) {
    if (await wanted.evaluate((element) => element === document.activeElement)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`No number of Tabs leads to ${name}.`)
}
