import { afterEach, expect, setDefaultTimeout, test } from 'bun:test'
import { Bed } from './bed.ts'
import { zfsOn } from './by-hand.ts'

/* On a raw line snapshots without any change stand in the way: a tool's own, which the primary lost again. */
setDefaultTimeout(600_000)

let bed: Bed
afterEach(() => bed.close())

const PERSON = { type: 'http', actor: 'otto', role: 'admin', address: null, userAgent: null, requestId: null } as const
const KEY = { properties: { encryption: 'aes-256-gcm', keyformat: 'passphrase' }, passphrase: 'passphrase' }

async function open(defaults: object): Promise<void> {
  bed = await Bed.open({
    hosts: [
      { id: 'a', pool: 'tank' },
      { id: 'b', pool: 'vault' },
    ],
    mappings: [{ name: 'one', primary: 'a', backup: 'b', settings: { id: 'one' } }],
    defaults: { repair_when: 'behind', primary_max_age_hours: 0, anchor: 'none', ...defaults },
  })
  bed.host('a').zfs.dataset.create('tank/one', KEY)
  bed.host('a').zfs.snapshot('tank/one@s0', { bytes: 100_000 })
  await bed.start()
  await bed.scan()
}

const health = () => bed.engine.dataset('one')?.verdict.reasons.map(({ code }) => code)
const check = async (): Promise<void> => {
  await bed.clock.pass(1800_000)
  await bed.scan()
}
const onBackup = (...words: readonly string[]) => zfsOn(bed.host('b'), 'list', '-H', '-o', 'name', ...words)

/** A backup agent's visit: its snapshot is brought over, and then removed on the primary. */
async function visit(n: number): Promise<void> {
  const agent = `tank/one@agent-${n}`
  bed.host('a').zfs.snapshot(agent)
  await check()
  await zfsOn(bed.host('a'), 'destroy', agent)
  bed.host('a').zfs.snapshot(`tank/one@s${n}`, { bytes: 100_000 })
}

test('a tool’s temporary snapshots use up no set-asides: eight visits, and it is in step after each', async () => {
  await open({ auto_repair: true })
  for (let n = 1; n <= 8; n++) {
    await visit(n)
    for (let checks = 0; checks === 0 || (checks < 6 && health()?.[0] !== 'UP_TO_DATE'); checks++) await check()
    expect([n, ...(health() ?? [])]).toEqual([n, 'UP_TO_DATE'])
  }
  const asides = (await onBackup('-r', 'vault')).split('\n').filter((name) => name.includes('.zw-aside-'))
  expect(asides).toHaveLength(8)
})

test('set-asides that hold something are three, whatever the others are', async () => {
  await open({ auto_repair: true })
  for (let n = 1; n <= 4; n++) {
    bed.host('b').zfs.snapshot(`vault/one@own-${n}`, { bytes: 5000 })
    bed.host('a').zfs.snapshot(`tank/one@s${n}`, { bytes: 100_000 })
    for (let checks = 0; checks < 6; checks++) await check()
  }
  expect(health()).toContain('SET_ASIDE_LIMIT')
  const asides = (await onBackup('-r', 'vault')).split('\n').filter((name) => name.includes('.zw-aside-'))
  expect(asides).toHaveLength(3)
})

test('a person lets exactly these be destroyed, and it goes on raw', async () => {
  await open({ auto_repair: true })
  await visit(1)
  await bed.configure({ defaults: { ...bed.settings.defaults, auto_repair: false } })
  await check()
  expect(health()).toContain('BACKUP_AHEAD')
  const offered = await bed.run(bed.engine.preview('one'))
  expect(offered?.plan.setAside?.holdsNothing).toBe(true)
  const shown = await bed.run(bed.engine.preview('one', { strategy: 'IN_PLACE' }))
  expect(shown?.plan.destroys.map(({ name, holdsNothing }) => [name, holdsNothing])).toEqual([['agent-1', true]])
  const request = {
    datasetId: 'one',
    planId: shown?.planId ?? '',
    confirm: 'vault/one',
    reason: 'a test',
    trigger: PERSON,
  }
  const started = await bed.run(bed.engine.repair(request))
  const run = await bed.run(started?.done ?? Promise.reject(new Error('It was not accepted.')))
  expect(run?.state).toBe('SUCCEEDED')
  expect(await onBackup('-t', 'snapshot', '-r', 'vault')).toBe('vault/one@s0\nvault/one@s1')
  const ivSet = (host: 'a' | 'b', name: string) => zfsOn(bed.host(host), 'get', '-Hp', '-o', 'value', 'ivsetguid', name)
  expect(await ivSet('b', 'vault/one@s1')).toBe(await ivSet('a', 'tank/one@s1'))
})
