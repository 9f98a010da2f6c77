import { afterAll, afterEach, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { loadConfig } from '#config/load.ts'
import { socketDirectory, sshSettings } from '#lib/app/settings.ts'
import type { HostReading } from '#lib/engine/ports.ts'
import { createSans } from '#lib/san/san.ts'
import { createSsh, type SshClient } from '#lib/ssh/ssh.ts'
import { World } from '#tests/app/world.ts'
import { until } from '#tests/witness/until.ts'

setDefaultTimeout(600_000)

/* A SAN that answers slowly, simulated behind a real sshd; the limits as in a configuration, in small. */
const NAMES = ['a', 'b', 'c', 'd']
/** A group may take 5 s, one dataset 10 s. */
const LIMITS = { silenceMs: 8_000, timeoutMs: 40_000, tries: 1 }

let world: World
let ssh: SshClient
let readWith: (limits: typeof LIMITS) => Promise<HostReading>
let read: () => Promise<HostReading>

beforeAll(async () => {
  world = await World.open()
  for (const name of NAMES) world.dataset(name, 3, { onBackup: 3 })
  const yaml = world.yaml({ datasets: Object.fromEntries(NAMES.map((name) => [name, {}])) })
  const home = world.home(yaml)
  const loaded = loadConfig({
    text: yaml,
    file: home.configFile,
    env: {},
    readFile: (path) => readFileSync(path, 'utf8'),
    now: Date.now(),
    systemZone: 'UTC',
  })
  if (loaded.faults !== undefined) throw new Error(loaded.faults.map(({ message }) => message).join(' '))
  const { config } = loaded
  const directories = { config: home.config, data: home.data, logs: home.logs }
  ssh = createSsh(await sshSettings(config, directories, await socketDirectory(directories)))
  let limits = LIMITS
  const sans = createSans({ ssh, host: (id) => config.hosts.get(id), limits: () => limits, now: Date.now })
  readWith = async (given) => {
    limits = given
    const { name, pool } = world.backup
    const datasets = NAMES.map((each) => ({ name: `${pool}/${each}`, recursive: false }))
    const reading = (await sans.read([{ host: name, datasets }], { mode: 'incremental' })).get(name)
    if (reading === undefined) throw new Error('The host was not read at all.')
    return reading
  }
  read = () => readWith(LIMITS)
})
afterEach(() => world.backup.misbehave())
afterAll(async () => {
  await ssh.close()
  await world.close()
})

function states(reading: HostReading): Record<string, string> {
  if (!reading.reached) throw new Error(`${reading.host} was not reached: ${reading.fault.message}`)
  return Object.fromEntries(
    [...reading.sides].map(([name, side]) => [
      name.replace(/^.*\//, ''),
      side.state === 'unknown' ? side.fault.reason : side.state,
    ]),
  )
}
const all = (state: string) => Object.fromEntries(NAMES.map((name) => [name, state]))
const listings = () => world.backup.calls('zfs list').filter((line) => line.includes('snapshot,bookmark'))
const stillListing = () => world.backup.processes().filter(({ command }) => command.includes('zfs list'))
/** What was ended there may take its moment to go. */
const noneListing = () =>
  until(
    'nothing lists there any more',
    30,
    () => stillListing().length === 0,
    () => JSON.stringify(stillListing()),
  )

test('a listing that says nothing for longer than command_silence_seconds is waited for', async () => {
  world.backup.misbehave({ match: '^zfs list .*snapshot,bookmark', delayMs: 3_500 })
  const patient = await readWith({ ...LIMITS, silenceMs: 2_000, timeoutMs: 900_000 })
  expect(states(patient)).toEqual(all('present'))
})

test('one dataset that hangs is given up alone; what was read is not asked for again, and no process is left there', async () => {
  for (const name of NAMES) world.snapshot(name, 'new')
  for (const name of NAMES) world.copy(name, 'new')
  world.backup.misbehave({ match: '^zfs list .*snapshot,bookmark.*vault/c', hang: true })
  const reading = await read()
  expect(states(reading)).toEqual({ ...all('present'), c: 'LISTING_TIMED_OUT' })
  const side = reading.reached ? reading.sides.get('vault/c') : undefined
  expect(side).toMatchObject({
    fault: {
      message: 'listing vault/c alone took longer than the 10 s that it may take',
      setting: { name: 'command_timeout_minutes' },
    },
  })
  await noneListing()
  const before = listings().length
  world.backup.misbehave()
  expect(states(await read())).toEqual(all('present'))
  expect(listings().slice(before).at(-1)).toEndWith('vault/c')
})

test('a zfs that hangs altogether is given up after two listings; the host is slow, not unreachable, and no breaker opens', async () => {
  world.backup.misbehave({ match: '^zfs list .*vault/', hang: true })
  for (let checks = 0; checks < 3; checks++) expect(states(await read())).toEqual(all('LISTING_TIMED_OUT'))
  await noneListing()
  world.backup.misbehave()
  expect(states(await read())).toEqual(all('present'))
})
