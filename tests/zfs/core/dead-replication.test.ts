import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type App, openApp } from '#lib/app/app.ts'
import { copyTo, delegate, makePrimary, openLab, remove, root } from '../lab.ts'
import { Witness } from '../witness.ts'

const lab = openLab()
const MINUTES = 60_000
const HOUR = 3600_000
/** As the delegated user and as root, each with a pair of its own. */
const NAMES = ['deleg', 'asroot']
const P = (name: string) => `hqs10p1/dead-${name}`
const B = (name: string) => `hqs7p1/dead-${name}`
const YAML = `san_hosts:
  hqs10: { hostname: hqs10.storage.local, ssh_user: zfsadmin }
  hqs7: { hostname: hqs7.storage.local, ssh_user: zfsadmin }
  hqs10-root: { hostname: hqs10.storage.local, ssh_user: root }
  hqs7-root: { hostname: hqs7.storage.local, ssh_user: root }
ssh: { connect_timeout_seconds: 60 }
pairs:
  - { name: deleg, primary: hqs10, backup: hqs7, datasets: [{ id: deleg, name: ${P('deleg')}, backup_dataset: ${B('deleg')}, max_delay_hours: 72 }] }
  - { name: asroot, primary: hqs10-root, backup: hqs7-root, datasets: [{ id: asroot, name: ${P('asroot')}, backup_dataset: ${B('asroot')}, max_delay_hours: 72 }] }
scheduler: { interval_minutes: 30, timezone: UTC }
`

const clean = () => remove(lab, ...NAMES.flatMap((name) => [P(name), B(name)]))
beforeAll(clean, 5 * MINUTES)
afterAll(clean, 5 * MINUTES)

test(
  'replication is dead, snapshots are kept for a day: WARNING, then BROKEN, and the delay never falls; a lost database changes little',
  async () => {
    // The lab's clock goes along with the witness's: days pass for both.
    let ahead = 0
    const now = () => Date.now() + ahead
    const setClock = () => root(lab, `date -u -s @${Math.floor(now() / 1000)} >/dev/null`)
    const homes = [new Witness(lab, YAML), new Witness(lab, YAML)]
    const apps: App[] = []
    const open = async (index: number): Promise<App> => {
      const { home } = homes[index] as Witness
      const { config, data, logs } = home
      const app = await openApp({ directories: { config, data, logs }, role: 'command', now })
      apps.push(app)
      return app
    }
    /** Health and delay in hours of both, after a look. */
    const look = async ({ services: { engine } }: App) => {
      await (await engine.scan({ scope: { kind: 'all' }, enqueue: true, trigger: SCHEDULED })).done
      return NAMES.map((name) => {
        const verdict = engine.dataset(name)?.verdict
        return { health: verdict?.health, reason: verdict?.reason.code, hours: (verdict?.delaySeconds ?? 0) / 3600 }
      })
    }
    try {
      await setClock()
      await delegate(lab)
      for (const name of NAMES) {
        await makePrimary(lab, P(name), 1)
        await copyTo(lab, P(name), B(name), 's1')
      }
      const service = await open(0)
      const seen = [await look(service)]
      expect(seen[0]?.map(({ reason }) => reason)).toEqual(['UP_TO_DATE', 'UP_TO_DATE'])
      // A snapshot a day, the newest three are kept; the common one stays, as if somebody held it.
      for (let day = 1; day <= 5; day++) {
        ahead += 24 * HOUR
        await setClock()
        const old = (name: string) => (day <= 3 ? '' : `zfs destroy ${P(name)}@d${day - 3}`)
        await root(lab, NAMES.map((name) => `zfs snapshot ${P(name)}@d${day}; ${old(name)}`).join('\n'))
        seen.push(await look(service))
      }
      for (const index of NAMES.keys()) {
        const mine = seen.map((each) => each[index])
        // The first that was missing was taken a day after the start; on the fourth day it is destroyed.
        expect(mine.map((each) => Math.round(each?.hours ?? 0))).toEqual([0, 0, 24, 48, 72, 96])
        expect(mine.map((each) => each?.health)).toEqual([
          'HEALTHY',
          'HEALTHY',
          'HEALTHY',
          'WARNING',
          // At the limit, or a second beyond it.
          expect.stringMatching(/^(WARNING|BROKEN)$/),
          'BROKEN',
        ])
        expect(mine.at(-1)?.reason).toBe('LAG_CRITICAL')
      }
      // Nothing is remembered: from the age of the common one, less the usual distance of snapshots (at least a day).
      const anew = await look(await open(1))
      for (const { health, hours } of anew) {
        expect(health).toBe('BROKEN')
        expect(hours).toBeGreaterThanOrEqual(120 - 24)
      }
    } finally {
      for (const app of apps) await app.close()
      ahead = 0
      await setClock()
      for (const home of homes) await home.close()
    }
  },
  20 * MINUTES,
)

const SCHEDULED = {
  type: 'schedule' as const,
  actor: 'scheduler',
  role: 'admin',
  address: null,
  userAgent: null,
  requestId: null,
}
