import { afterAll, beforeAll } from 'bun:test'
import type { Browser } from 'playwright-core'
import { inBrowser, launch } from '#tests/browser/pages.ts'
import { byMouse } from '#tests/browser/whole-story.ts'
import { copyTo, makePrimary, openLab, remove, root } from './lab.ts'
import { Witness } from './witness.ts'

const lab = openLab()
const P = 'hqs8p1/story'
const B = 'hqs1p1/story'
let browser: Browser | null = null
let witness: Witness

beforeAll(async () => {
  browser = await launch()
  await remove(lab, P, B)
  await makePrimary(lab, P, 3)
  await copyTo(lab, P, B, 's2')
  await root(
    lab,
    `zfs set readonly=off ${B}; zfs mount ${B}; echo x >/pools/${B}/x; zfs snapshot ${B}@own; zfs unmount ${B}`,
  )
  witness = new Witness(
    lab,
    `san_hosts:
  hqs8: { hostname: hqs8.storage.local, ssh_user: root }
  hqs1: { hostname: hqs1.storage.local, ssh_user: root }
defaults: { auto_repair: false, primary_max_age_hours: 0 }
pairs:
  - { primary: hqs8, backup: hqs1, datasets: [{ name: ${P}, backup_dataset: ${B} }] }
scheduler: { interval_minutes: 30 }
`,
  )
  await witness.start()
  await witness.status('hqs8-hqs1.story', 'WARNING', 120)
}, 240_000)
afterAll(async () => {
  await browser?.close()
  await witness?.close()
  await root(
    lab,
    `for s in $(zfs list -H -r -t snapshot -o name -r hqs1p1 | grep story); do zfs release zwitness $s 2>/dev/null || true; done`,
  )
  await remove(lab, P, B)
}, 120_000)

inBrowser(
  'from the dashboard to a healed backup on real OpenZFS, with the mouse',
  async () => {
    const page = await (browser as Browser).newPage({ viewport: { width: 1280, height: 900 } })
    await byMouse(page, witness.url ?? '', { id: 'hqs8-hqs1.story', name: 'story', backupHost: 'hqs1', backup: B })
  },
  300_000,
)
