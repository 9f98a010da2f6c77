import { afterAll, beforeAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import { type App, openApp } from '#lib/app/app.ts'
import { copyTo, guids, makePrimary, openLab, remove, root, takeAway } from './lab.ts'
import { until, Witness } from './witness.ts'

const lab = openLab()
const MINUTES = 60_000
const P = 'hqs10p1/away'
const B = 'hqs7p1/away'
const HOURS = 3600_000

beforeAll(() => remove(lab, P, B), MINUTES)
afterAll(() => remove(lab, P, B), MINUTES)

/** An offline backup SAN: on for two hours every Saturday evening. */
const OFFLINE = `san_hosts:
  hqs10: { hostname: hqs10.storage.local, ssh_user: root }
  hqs7:  { hostname: hqs7.storage.local, ssh_user: root, online: "Sat 20:00-Sat 22:00", connect_timeout_seconds: 3 }
pairs:
  - name: offline
    primary: hqs10
    backup: hqs7
    datasets:
      - { name: ${P}, backup_dataset: ${B}, max_delay_hours: 200, warn_delay_hours: 180, primary_max_age_hours: 0, auto_repair: true }
scheduler: { interval_minutes: 30, timezone: UTC }
`

test(
  'a backup SAN that is away for three of its windows and comes back is caught up without a person and without a host alarm',
  async () => {
    // The lab's clock goes along with the witness's: weeks pass for both.
    const saturday = Date.parse('2026-11-28T20:30:00Z')
    const real = Date.now()
    let ahead = saturday - real
    const now = () => Date.now() + ahead
    const setClock = () => root(lab, `date -u -s @${Math.floor(now() / 1000)} >/dev/null`)
    const directories = new Witness(lab, OFFLINE)
    let app: App | null = null
    let bringBack: (() => Promise<void>) | null = null
    try {
      await setClock()
      await makePrimary(lab, P, 2)
      await copyTo(lab, P, B, 's2')
      app = await openApp({
        directories: {
          config: join(directories.directory, 'config'),
          data: join(directories.directory, 'data'),
          logs: join(directories.directory, 'logs'),
        },
        role: 'command',
        now,
      })
      const { engine } = app.services
      const trigger = {
        type: 'schedule' as const,
        actor: 'scheduler',
        role: 'admin',
        address: null,
        userAgent: null,
        requestId: null,
      }
      const scan = async () => (await engine.scan({ scope: { kind: 'all' }, enqueue: true, trigger })).done
      const view = () => engine.dataset('hqs10-hqs7.away')
      const pass = async (milliseconds: number) => {
        ahead += milliseconds
        await setClock()
      }
      await scan()
      expect(view()?.verdict.reason.code).toBe('UP_TO_DATE')

      // Sunday: off as planned. The status stays, no alarm of the host.
      bringBack = await takeAway(lab, 'hqs7')
      await pass(20 * HOURS)
      await root(lab, `zfs snapshot ${P}@sunday`)
      await scan()
      expect(view()?.verdict.health).toBe('HEALTHY')
      expect(view()?.verdict.reasons.map(({ code }) => code)).toContain('HOST_OFFLINE_PLANNED')

      // Three Saturdays go by, it never comes up.
      for (let week = 0; week < 3; week++) {
        await pass(7 * 24 * HOURS)
        const run = await scan()
        expect(run.outcome).not.toContain('queued')
        const codes = view()?.verdict.reasons.map(({ code }) => code) ?? []
        expect(codes).not.toContain('HOST_UNREACHABLE')
        expect(codes).not.toContain('WITNESS_ISOLATED')
      }
      expect(view()?.verdict.reasons.map(({ code }) => code)).toContain('WINDOW_MISSED')

      // The fourth Saturday it is there again: seen at the next interval, caught up without anybody.
      await pass(6 * 24 * HOURS + 4 * HOURS)
      await bringBack()
      bringBack = null
      await until(
        'the SAN answers again and its dataset is healed',
        200,
        async () => {
          await pass(30_000)
          await scan()
          return engine.activeRuns().length === 0 && view()?.verdict.reason.code === 'UP_TO_DATE'
        },
        () =>
          JSON.stringify({
            reasons: view()?.verdict.reasons.map(({ code }) => code),
            plan: view()?.plan?.automatic,
            runs: engine.activeRuns(),
          }),
      )
      expect(await guids(lab, B)).toEqual(await guids(lab, P))
      const repairs = await app.services.store.runs({ kind: ['REPAIR'], limit: 10 })
      expect(repairs.items.map(({ state, trigger: by }) => [state, by.type])).toEqual([['SUCCEEDED', 'schedule']])
    } finally {
      await bringBack?.()
      await app?.close()
      ahead = 0
      await setClock()
      await directories.close()
    }
  },
  6 * MINUTES,
)
