import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { join } from 'node:path'
import { readLocal, readPlugin } from '#lib/cli/monitor/plugin-format.ts'
import { World } from '#tests/app/world.ts'
import { type Service, zwitness } from '#tests/witness/service.ts'
import { CONTRIB, contrib } from './programs.ts'

setDefaultTimeout(600_000)

// The plugin as a monitoring system starts it, against a real service.

let world: World
let service: Service

beforeAll(async () => {
  world = await World.open()
  world.dataset('good', 4, { newestHoursAgo: 1, onBackup: 4 })
  world.dataset('bad', 6, { newestHoursAgo: 3, onBackup: 2 })
  service = world.service(
    world.yaml({
      datasets: { good: {}, bad: { max_delay_hours: 2, warn_delay_hours: 1 } },
      defaults: { auto_repair: false, primary_max_age_hours: 0 },
    }),
  )
  await service.start()
})
afterAll(async () => {
  await service?.close()
  await world?.close()
})

async function plugin(...words: readonly string[]) {
  const { out, err, code } = await service.cli('monitor', ...words)
  expect(err).toBe('')
  return readPlugin(out, code)
}

test('before the first check nothing is known', async () => {
  expect((await plugin(world.id('good'))).state).toBe('UNKNOWN')
})

test('--fresh looks, and then it is as the witness says', async () => {
  const { state, text } = await plugin('--fresh')
  expect([state, text]).toEqual([
    'CRITICAL',
    expect.stringMatching(/^1 critical, 1 ok of 2 datasets \(worst prim-back\.bad: \d h/),
  ])
  expect((await plugin(world.id('good'))).state).toBe('OK')
  expect((await plugin('--check', 'count', world.id('bad'))).figures[0]).toMatchObject({ label: 'snapshots', value: 2 })
  expect((await plugin('--check', 'newest', '-w', '2h', world.id('good'))).state).toBe('OK')
  expect((await plugin('--check', 'oldest', '-w', '30d', world.id('good'))).state).toBe('WARNING')
  expect((await plugin('--check', 'alive')).state).toBe('OK')
})

test('the local check of contrib, as the agent of checkmk starts it', async () => {
  const child = Bun.spawn([join(CONTRIB, 'checkmk', 'zwitness')], {
    env: { ...service.home.environment, ZWITNESS: join(CONTRIB, '..', 'lib', 'setup', 'zwitness') },
    stdout: 'pipe',
    stderr: 'inherit',
  })
  const out = await new Response(child.stdout).text()
  expect(await child.exited).toBe(0)
  expect(readLocal(out).map(({ state, service: name }) => `${state} ${name}`)).toEqual([
    '0 Replication',
    `0 Replication ${world.id('good')}`,
    `2 Replication ${world.id('bad')}`,
  ])
})

test('the configurations of contrib use options that there are', async () => {
  const used = [contrib('icinga2/zwitness.conf'), contrib('nagios/zwitness.cfg'), contrib('checkmk/zwitness')].flatMap(
    (text) => [...text.matchAll(/(?:^|[\s"])(--[a-z-]+|-[a-z])(?=[\s"])/g)].map(([, option = '']) => option),
  )
  const { out } = await service.cli('monitor', '--help')
  expect(new Set(used).size).toBeGreaterThan(5)
  // Of Icinga 2 itself: `icinga2 daemon -C`.
  expect(used.filter((option) => option !== '-C' && !new RegExp(`(^|[\\s,])${option}\\b`, 'm').test(out))).toEqual([])
})

test('without a service: UNKNOWN, and nothing is begun', async () => {
  await service.stop()
  const { out, code } = await zwitness(service.home, ['monitor'])
  expect(readPlugin(out, code).state).toBe('UNKNOWN')
})
