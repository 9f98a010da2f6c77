import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Body } from '#tests/witness/client.ts'
import { askFrom } from '#tests/witness/from-address.ts'
import type { Service } from '#tests/witness/service.ts'
import { World } from './world.ts'

setDefaultTimeout(600_000)

/* Some hundreds of requests; how many of them a second are borne is measured by `npm run bench -- strangers`. */
const ADDRESSES = 60
const EACH = 10
let world: World
let service: Service

beforeAll(async () => {
  world = await World.open()
  world.dataset('data', 2, { onBackup: 2 })
  service = world.service(world.yaml({ datasets: { data: {} }, auth: { mode: 'password' } }))
  await service.start()
  // Else everybody is told to set it up first.
  const { status } = await service.post('/api/users', { name: 'anna', role: 'ADMIN', password: 'three words long' })
  expect(status).toBe(201)
})
afterAll(() => world.close())

const sizeOf = (directory: string, name: string): number => {
  const file = join(service.home[directory as 'data' | 'logs'], name)
  return existsSync(file) ? statSync(file).size : 0
}
const databaseBytes = (): number =>
  ['zwitness.db', 'zwitness.db-wal'].reduce((sum, name) => sum + sizeOf('data', name), 0)

test('a crowd of strangers leaves a few lines in a file of its own, and nothing in the database', async () => {
  const long = 'x'.repeat(3900)
  const before = { database: databaseBytes(), log: sizeOf('logs', 'zwitness.log') }
  const { items } = await service.get('/api/logs?limit=1')
  const last = items[0].id
  const seen = new Map<number, number>()
  for (let round = 0; round < EACH; round++) {
    const asked = Array.from({ length: ADDRESSES }, (_, at) => {
      const from = { address: `127.9.0.${at + 1}` }
      const requests = [
        { ...from, path: `/${long}${at}` },
        { ...from, path: `/api/status?${long}` },
        { ...from, path: '/healthz', headers: { host: 'evil.example' } },
        { ...from, path: '/healthz', method: 'DELETE' },
        { ...from, path: '/', headers: { host: 'localhost:99999' } },
      ]
      return askFrom(service.url ?? '', requests[(at + round) % requests.length] ?? { ...from, path: '/' })
    })
    for (const status of await Promise.all(asked)) seen.set(status, (seen.get(status) ?? 0) + 1)
  }
  expect([...seen.keys()].filter((status) => ![401, 404, 405, 421].includes(status))).toEqual([])
  expect(seen.size).toBe(4)

  const after = await service.get(`/api/logs?after=${last}&limit=200`)
  const { items: told } = after
  expect(told.filter(({ fields }: Body) => fields.actor !== undefined && fields.actor !== 'local')).toEqual([])
  expect(databaseBytes() - before.database).toBeLessThan(200_000)
  await service.stop()

  const lines = readFileSync(join(service.home.logs, 'strangers.log'), 'utf8').trim().split('\n')
  // Twenty addresses are named, each with one line as it comes and one with the count of its minute.
  expect(lines.length).toBeGreaterThan(20)
  expect(lines.length).toBeLessThan(100)
  for (const line of lines) expect(line.length).toBeLessThan(600)
  expect(lines.at(-1)).toContain('Addresses beyond the 20 that are named')
  expect(sizeOf('logs', 'zwitness.log') - before.log).toBeLessThan(5000)
  const stdout = readFileSync(join(service.home.directory, 'stdout.log'), 'utf8')
  expect(stdout).not.toContain(long)
})
