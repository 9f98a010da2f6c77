import { expect, test } from 'bun:test'
import { Bed } from './bed.ts'

const HOUR = 3_600_000
const ZONE = 'Europe/Berlin'

const wall = new Intl.DateTimeFormat('en', { timeZone: ZONE, weekday: 'short', hour: 'numeric', hourCycle: 'h23' })

/** Sat 20:00 to Sun 08:00 as a clock on the wall there shows it. */
function isOn(ms: number): boolean {
  const part = new Map(wall.formatToParts(ms).map(({ type, value }) => [type, value]))
  const hour = Number(part.get('hour'))
  return part.get('weekday') === 'Sat' ? hour >= 20 : part.get('weekday') === 'Sun' && hour < 8
}

test('a year of weekly windows: no alarm, and everything caught up in each of them', async () => {
  const bed = await Bed.open({
    hosts: [
      { id: 'a', pool: 'tank' },
      { id: 'b', pool: 'vault', settings: { online: 'Sat 20:00-Sun 08:00' } },
    ],
    mappings: [{ name: 'one', primary: 'a', backup: 'b' }],
    // `repair_when` is as it comes; a SAN that is seldom up is caught up with while it is.
    defaults: { auto_repair: true, max_delay_hours: 8 * 24 },
    scheduler: { interval_minutes: 720, timezone: ZONE },
  })
  try {
    const { zfs } = bed.host('a')
    zfs.dataset.create('tank/one')
    const kept: string[] = []
    const found = new Set<string>()
    let windows = 0
    let seeded = false
    let wasOn = false
    await bed.start()
    const end = bed.clock.now() + 366 * 24 * HOUR
    let nextSnapshot = bed.clock.now()
    while (bed.clock.now() < end) {
      const now = bed.clock.now()
      const on = isOn(now)
      bed.host('b').up = on
      if (now >= nextSnapshot) {
        const name = `tank/one@d${kept.length}-${now}`
        zfs.snapshot(name, { bytes: 1000 })
        kept.push(name)
        nextSnapshot = now + 24 * HOUR
        // Twenty days of retention: what one window did not bring is there in the next two.
        if (kept.length > 20) zfs.forget(kept[kept.length - 21] ?? '')
      }
      await bed.scan()
      const verdict = bed.engine.dataset('a-b.one')?.verdict
      const when = new Date(now).toISOString()
      if (seeded && verdict?.health !== 'HEALTHY')
        found.add(`${when} ${verdict?.health} ${verdict?.reasons.map(({ code }) => code).join(' ')}`)
      if (wasOn && !on) windows++
      if (on) {
        seeded = true
        // The check found it behind, and its repair has brought everything that there was.
        if (verdict?.behind?.snapshots !== 0) found.add(`${when} still behind`)
      }
      wasOn = on
      await bed.clock.pass(on ? 6 * HOUR : 12 * HOUR)
    }
    expect([...found]).toEqual([])
    expect(windows).toBeGreaterThanOrEqual(51)
  } finally {
    await bed.close()
  }
}, 300_000)
