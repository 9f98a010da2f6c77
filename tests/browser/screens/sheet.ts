import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'

/** Higher is not shown: what matters stands above. CSS pixels. */
const TOP_PX = 1600
const MOST_BYTES = 95_000

export interface Variant {
  readonly name: string
  readonly width: number
  readonly colorScheme: 'light' | 'dark'
  /** As on paper, or in the colours of the system. */
  readonly emulate?: { readonly media: 'print' } | { readonly forcedColors: 'active' }
}

export const FOUR: readonly Variant[] = [
  { name: '1280 light', width: 1280, colorScheme: 'light' },
  { name: '390 light', width: 390, colorScheme: 'light' },
  { name: '1280 dark', width: 1280, colorScheme: 'dark' },
  { name: '390 dark', width: 390, colorScheme: 'dark' },
]

/** Enough for a state: wide and light, narrow and dark. */
export const TWO: readonly Variant[] = [FOUR[0], FOUR[3]] as readonly Variant[]

/** A4 at 96 dots per inch, without its margins. */
export const ON_PAPER: readonly Variant[] = [
  { name: 'A4', width: 720, colorScheme: 'light', emulate: { media: 'print' } },
  { name: 'A4, from a dark screen', width: 720, colorScheme: 'dark', emulate: { media: 'print' } },
]

export const FORCED: readonly Variant[] = TWO.map((variant) => ({
  ...variant,
  name: `${variant.name}, forced colours`,
  emulate: { forcedColors: 'active' },
}))

export interface Picture {
  readonly caption: string
  readonly width: number
  readonly height: number
  readonly png: Buffer
}

type SignedIn = Awaited<ReturnType<BrowserContext['storageState']>>

export async function windowOf(
  browser: Browser,
  { width, colorScheme, emulate }: Variant,
  signedIn?: SignedIn,
): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width, height: width > 600 ? 900 : 844 },
    colorScheme,
    storageState: signedIn,
    timezoneId: 'Europe/Vienna',
    reducedMotion: 'reduce',
  })
  const page = await context.newPage()
  if (emulate) await page.emulateMedia(emulate)
  return page
}

/** The upper part of what the window shows, or what begins at `show`. */
export async function pictureOf(page: Page, caption: string, top = TOP_PX, show?: string): Promise<Picture> {
  const { width, height } = await page.evaluate(() => ({
    width: document.documentElement.clientWidth,
    height: document.documentElement.scrollHeight,
  }))
  // As high as the picture, so that a bar at the window's bottom is at the picture's too.
  const size = { width, height: Math.min(top, height) }
  await page.setViewportSize(size)
  // Only now: a window of another size scrolls elsewhere.
  if (show !== undefined)
    await page
      .locator(show)
      .first()
      .evaluate((found) => found.scrollIntoView())
  return { caption, ...size, png: await page.screenshot({ animations: 'disabled' }) }
}

/** All pictures side by side in one JPEG, made smaller until it is light enough. @returns its size in bytes */
export async function writeSheet(
  browser: Browser,
  directory: string,
  name: string,
  pictures: readonly Picture[],
  { scale = 0.5, across = pictures.length }: { readonly scale?: number; readonly across?: number } = {},
): Promise<number> {
  const path = join(directory, `${name}.jpg`)
  const page = await browser.newPage({ viewport: { width: 4000, height: 800 } })
  try {
    for (const quality of [60, 50, 40]) {
      for (const smaller of [1, 0.9, 0.8]) {
        await page.setContent(sheetOf(name, pictures, scale * smaller, across))
        await page.waitForFunction(() => [...document.images].every((image) => image.complete))
        const jpeg = await page.locator('main').screenshot({ type: 'jpeg', quality })
        if (jpeg.length > MOST_BYTES) continue
        await Bun.write(path, jpeg)
        return jpeg.length
      }
    }
    rmSync(path, { force: true })
    throw new Error(`${name}.jpg is still heavier than ${MOST_BYTES} bytes: take fewer or lower pictures.`)
  } finally {
    await page.close()
  }
}

function sheetOf(name: string, pictures: readonly Picture[], scale: number, across: number): string {
  const figures = pictures.map(
    ({ caption, width, height, png }) =>
      `<figure><figcaption>${caption}</figcaption><img alt="" width="${Math.round(width * scale)}" height="${Math.round(
        height * scale,
      )}" src="data:image/png;base64,${png.toString('base64')}"></figure>`,
  )
  return `<!doctype html><title>${name}</title><style>
    body { margin: 0; font: 12px/1.4 sans-serif; background: #777; color: #fff }
    main { display: inline-grid; grid-template-columns: repeat(${across}, max-content); gap: 8px; padding: 8px;
      background: #777; align-items: start }
    figure { margin: 0 } img { display: block }
  </style><main>${figures.join('')}</main>`
}
