import { afterAll, beforeAll, expect } from 'bun:test'
import type { Browser } from 'playwright-core'
import { inBrowser, launch } from '#tests/browser/pages.ts'
import { byMouse } from '#tests/browser/whole-story.ts'
import { delegate, guids, openLab, releaseAll, root, tryRoot } from './lab.ts'
import { Witness } from './witness.ts'

/* What tests/browser tells on simulated SANs, once more in a real browser on real OpenZFS. */
const lab = openLab()
const MINUTES = 60_000
const P = 'hqs8p1/story'
const B = 'hqs1p1/story'
const ID = 'hqs8-hqs1.story'

const YAML = `san_hosts:
  hqs8: { hostname: hqs8.storage.local, ssh_user: zfsadmin }
  hqs1: { hostname: hqs1.storage.local, ssh_user: zfsadmin }
auth: { mode: none, none_role: operator }
defaults: { auto_repair: false, primary_max_age_hours: 0 }
pairs:
  - { primary: hqs8, backup: hqs1, datasets: [{ name: ${P}, backup_dataset: ${B} }] }
scheduler: { interval_minutes: 30 }
`

const MAKE = `P=${P} B=${B}
zfs create $P; for i in 1 2; do echo "p$i" >/pools/$P/f$i; zfs snapshot $P@s$i; done
zfs send -L -c $P@s1 | zfs receive -u -o readonly=on $B; zfs send -L -c -I @s1 $P@s2 | zfs receive -u $B
dd if=/dev/urandom of=/pools/$P/big bs=1M count=16 2>/dev/null; zfs snapshot $P@s3
zfs set readonly=off $B; zfs mount $B; echo mine >/pools/$B/own; zfs snapshot $B@own; zfs unmount $B; zfs set readonly=on $B`

const CLEAN = `zfs destroy -R ${P} 2>/dev/null
${releaseAll('hqs1p1')}
for d in $(zfs list -H -o name -r hqs1p1 | grep '^${B}'); do zfs destroy -R $d 2>/dev/null; done
true`
const clean = () => tryRoot(lab, `set +e\n${CLEAN}`)

let browser: Browser | null = null
let witness: Witness

beforeAll(async () => {
  browser = await launch()
  if (browser === null) return
  await clean()
  await delegate(lab)
  await root(lab, MAKE)
  witness = new Witness(lab, YAML)
  await witness.start()
  await witness.status(ID, 'WARNING', 120)
}, 5 * MINUTES)
afterAll(async () => {
  await browser?.close()
  await witness?.close()
  await clean()
}, 2 * MINUTES)

inBrowser(
  'dashboard, broken dataset, preview, one press, live progress, healthy',
  async () => {
    const context = await (browser as Browser).newContext({ viewport: { width: 1280, height: 900 } })
    context.setDefaultTimeout(600_000)
    const page = await context.newPage()
    const before = await guids(lab, B)
    await byMouse(page, witness.url ?? '', { id: ID, name: 'story', backupHost: 'hqs1', backup: B })
    await context.close()
    expect(await guids(lab, B)).toEqual(await guids(lab, P))
    const aside = (await root(lab, `zfs list -H -o name | grep '^${B}\\.zw-aside-'`)).trim()
    expect(Object.values(await guids(lab, aside))).toContain(before.own ?? 'own was not there')
  },
  8 * MINUTES,
)
