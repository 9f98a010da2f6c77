import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { World } from '#tests/app/world.ts'
import type { Service } from '#tests/witness/service.ts'
import { until } from '#tests/witness/until.ts'
import { board, rules, sent } from './expressions.ts'
import { type Monitoring, startMonitoring } from './programs.ts'

setDefaultTimeout(600_000)

// A real witness over real sshds, Debian's Prometheus, which reads it with a token, and Debian's Alertmanager.

let world: World
let service: Service
let monitoring: Monitoring
const GOOD = 'good'
const BAD = 'bad'

beforeAll(async () => {
  world = await World.open()
  world.dataset(GOOD, 4, { newestHoursAgo: 1, onBackup: 4 })
  world.dataset(BAD, 6, { newestHoursAgo: 3, onBackup: 2 })
  service = world.service(
    world.yaml({
      datasets: { [GOOD]: {}, [BAD]: { max_delay_hours: 2, warn_delay_hours: 1 } },
      defaults: { auto_repair: false, primary_max_age_hours: 0 },
      auth: { mode: 'password' },
    }),
  )
  await service.start()
  await service.ended((await service.post('/api/run')).body.id)
  const { body } = await service.post('/api/tokens', { name: 'prometheus', role: 'VIEWER' })
  monitoring = await startMonitoring(new URL(service.url ?? '').host, body.token)
})

afterAll(async () => {
  await monitoring?.close()
  await service?.close()
  await world?.close()
})

/** Waits until the same alerts fire and have been received, no more and no fewer. */
async function untilTold(expected: readonly string[]): Promise<void> {
  let seen: readonly (readonly string[])[] = []
  const wanted = JSON.stringify([expected, expected])
  await until(
    `the alerts are ${expected}`,
    30,
    async () => {
      seen = [await monitoring.firing(), await monitoring.received()]
      return JSON.stringify(seen) === wanted
    },
    () => JSON.stringify(seen),
  )
}

test('it is scraped with its token: the delay that Prometheus sees is the one that was judged', async () => {
  await until('it is up', 30, async () => (await monitoring.query('up{job="zwitness"} == 1')).length === 1)
  const id = world.id(BAD)
  const [delay] = await monitoring.query(`time() - zwitness_dataset_behind_since_timestamp_seconds{dataset="${id}"}`)
  const detail = await service.get(`/api/datasets/${id}`)
  const sinceJudged = (Date.now() - Date.parse(detail.checkedAt)) / 1000
  const difference = Number(delay?.value[1]) - (detail.delaySeconds + sinceJudged)
  // Whole seconds here and there, and the moment between the two questions.
  expect(Math.abs(difference)).toBeLessThan(60)
  expect(delay?.metric).toMatchObject({ dataset: id, primary: 'prim', backup: 'back', job: 'zwitness' })
})

test('what is broken fires, and the Alertmanager receives it; acknowledged it is silent', async () => {
  const id = world.id(BAD)
  await untilTold([`ReplicationBroken ${id}`, `ReplicationLagHigh ${id}`])
  const acknowledged = await service.post(`/api/datasets/${id}/ack`, { seconds: 3600, reason: 'known' })
  expect(acknowledged.status).toBe(200)
  let seen: readonly string[] = []
  await until(
    'nothing fires any more',
    30,
    async () => {
      seen = await monitoring.firing()
      return seen.length === 0
    },
    () => seen.join(),
  )
})

test('every expression of the board is one that Prometheus takes', async () => {
  const expressions = board().panels.flatMap(({ targets }) => targets.map(({ expr }) => sent(expr)))
  for (const expression of [...expressions, ...rules().map(({ expr }) => expr)]) await monitoring.query(expression)
  const status = board().panels.find(({ title }) => title === 'Status over time')?.targets[0]?.expr ?? ''
  const values = (await monitoring.query(sent(status))).map(({ metric, value }) => `${metric.dataset} ${value[1]}`)
  // As the board maps them: 1 is HEALTHY, 4 is BROKEN.
  expect(values.sort()).toEqual([`${world.id(BAD)} 4`, `${world.id(GOOD)} 1`])
  const sans = board().panels.find(({ title }) => title === 'SANs')?.targets[0]?.expr ?? ''
  expect((await monitoring.query(sent(sans))).map(({ value }) => value[1])).toEqual(['1', '1'])
})

test('a dataset that leaves the configuration leaves Prometheus', async () => {
  service.home.configure(
    world.yaml({ datasets: { [GOOD]: {} }, defaults: { auto_repair: false }, auth: { mode: 'password' } }),
  )
  expect((await service.post('/api/config/reload')).status).toBe(200)
  await until(
    'its series are gone',
    30,
    async () => (await monitoring.query(`{dataset="${world.id(BAD)}",__name__=~"zwitness_.*"}`)).length === 0,
  )
  expect((await monitoring.query(`zwitness_dataset_paused{dataset="${world.id(GOOD)}"}`)).length).toBe(1)
})

test('a witness that is gone is told, and so is its absence', async () => {
  await service.stop()
  await until('WitnessDown fires', 30, async () =>
    (await monitoring.firing()).some((alert) => alert.startsWith('WitnessDown')),
  )
})
