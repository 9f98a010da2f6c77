import { afterEach, expect, setDefaultTimeout, test } from 'bun:test'
import type { Sans } from '#lib/engine/ports.ts'
import { Bed } from './bed.ts'
import { loadKey, sendByHand, zfsOn } from './by-hand.ts'

/* What is encrypted on the primary leaves it encrypted, whatever the backup says, and whoever was there before. */
setDefaultTimeout(600_000)

let bed: Bed
afterEach(() => bed.close())

const PASSPHRASE = 'passphrase'
const KEY = { properties: { encryption: 'aes-256-gcm', keyformat: 'passphrase' }, passphrase: PASSPHRASE }
type Raw = boolean | 'auto'

async function open(raw: Raw, name = 'tree/kid', more: object = {}, between?: (sans: Sans) => Sans): Promise<void> {
  bed = await Bed.open({
    between,
    hosts: [
      { id: 'a', pool: 'tank' },
      { id: 'b', pool: 'vault' },
    ],
    mappings: [{ name, primary: 'a', backup: 'b', settings: { id: 'one', send: { raw } } }],
    defaults: {
      auto_repair: true,
      repair_when: 'behind',
      on_diverged: 'set_aside',
      primary_max_age_hours: 0,
      anchor: 'none',
      ...more,
    },
  })
}

const zfs = (host: 'a' | 'b', ...words: readonly string[]): Promise<string> => zfsOn(bed.host(host), ...words)
const snapshot = (name: string): string => bed.host('a').zfs.snapshot(name, { bytes: 1e6 })
const byHand = (send: readonly string[], receive: readonly string[], bytes?: number): Promise<string> =>
  sendByHand({ host: bed.host('a'), send }, { host: bed.host('b'), receive }, bytes)
const ivSet = (host: 'a' | 'b', name: string): Promise<string> =>
  zfs(host, 'get', '-Hp', '-o', 'value', 'ivsetguid', name)
const why = () =>
  bed.engine.dataset('one')?.verdict.reasons.find(({ code }) => code === 'ENCRYPTION_MISMATCH')?.evidence.why
const health = () => bed.engine.dataset('one')?.verdict.reasons.map(({ code }) => code)
const check = async (): Promise<void> => {
  await bed.clock.pass(1800_000)
  await bed.scan()
}

/** Each `zfs send` that the witness ran. */
async function sent(): Promise<readonly (readonly string[])[]> {
  const runs = (await bed.store.runs({ kind: ['REPAIR'], limit: 50 })).items
  const actions = await Promise.all(runs.map(({ id }) => bed.store.actions(id)))
  return actions
    .flat()
    .filter(({ kind }) => kind === 'TRANSFER')
    .flatMap(({ command }) => command?.slice(0, 1) ?? [])
}
const allRaw = async (): Promise<boolean> => (await sent()).every((argv) => argv.includes('-w') || argv.includes('-t'))

/** A person's repair of the one dataset, by a plan that was shown or (null) by none. */
async function repairBy(planId: string | null) {
  const trigger = {
    type: 'http',
    actor: 'anna',
    role: 'operator',
    address: null,
    userAgent: null,
    requestId: null,
  } as const
  const started = await bed.run(bed.engine.repair({ datasetId: 'one', planId, trigger, reason: 'a test' }))
  return started === null ? null : bed.run(started.done)
}

/** A tree that was brought over by `zfs send -Rw`: its child inherits the key of the backup's root. */
async function tree(): Promise<void> {
  const { zfs: primary } = bed.host('a')
  primary.dataset.create('tank/tree', KEY)
  primary.dataset.create('tank/tree/kid')
  snapshot('tank/tree@s1')
  snapshot('tank/tree/kid@s1')
  expect(await byHand(['-w', 'tank/tree@s1'], ['vault/tree'])).toBe('')
  expect(await byHand(['-w', 'tank/tree/kid@s1'], ['vault/tree/kid'])).toBe('')
  await loadKey(bed.host('b'), 'vault/tree', PASSPHRASE)
  await loadKey(bed.host('b'), 'vault/tree/kid', PASSPHRASE)
  await zfs('b', 'change-key', '-i', 'vault/tree/kid')
  await zfs('b', 'unload-key', 'vault/tree')
  expect(await zfs('b', 'get', '-H', '-o', 'value', 'encryptionroot', 'vault/tree/kid')).toBe('vault/tree')
}

test.each([
  ['with the key loaded on neither backup', false],
  ['with the key loaded on the backup', true],
])('a child that inherits its key goes on raw, %s', async (_name, loaded) => {
  await open('auto')
  await tree()
  if (loaded) await loadKey(bed.host('b'), 'vault/tree', PASSPHRASE)
  await bed.start()
  await bed.scan()
  expect(health()).toEqual(['UP_TO_DATE'])
  snapshot('tank/tree/kid@s2')
  await check()
  expect(health()).toEqual(['UP_TO_DATE'])
  expect((await sent()).length).toBe(1)
  expect(await allRaw()).toBe(true)
  expect(await ivSet('b', 'vault/tree/kid@s2')).toBe(await ivSet('a', 'tank/tree/kid@s2'))
  // The admin's own raw increment goes on as well.
  snapshot('tank/tree/kid@s3')
  expect(await byHand(['-w', '-i', '@s2', 'tank/tree/kid@s3'], ['vault/tree/kid'])).toBe('')
})

test('a raw line is set aside, goes on raw from where it was, and again after that', async () => {
  await open('auto')
  await tree()
  await bed.start()
  await bed.scan()
  bed.host('b').zfs.snapshot('vault/tree/kid@own', { bytes: 10 })
  snapshot('tank/tree/kid@s2')
  // What somebody wrote is waited for until it is quiet.
  await check()
  for (let checks = 0; checks < 4 && health()?.[0] !== 'UP_TO_DATE'; checks++) await check()
  expect(await zfs('b', 'list', '-H', '-o', 'name', '-r', 'vault')).toContain('vault/tree/kid.zw-aside-')
  snapshot('tank/tree/kid@s3')
  await check()
  expect(health()).toEqual(['UP_TO_DATE'])
  expect((await sent()).length).toBe(2)
  expect(await allRaw()).toBe(true)
  expect(await ivSet('b', 'vault/tree/kid@s3')).toBe(await ivSet('a', 'tank/tree/kid@s3'))
})

test('the root of a tree with inherited keys is set aside: its children are below the new line at once, and go on raw', async () => {
  await open('auto', 'tree')
  await bed.configure({
    mappings: [{ name: 'tree', primary: 'a', backup: 'b', settings: { id: 'one', recursive: true } }],
  })
  await tree()
  await bed.start()
  await bed.scan()
  bed.host('b').zfs.snapshot('vault/tree@own', { bytes: 10 })
  snapshot('tank/tree@s2')
  await check()
  for (let checks = 0; checks < 4 && health()?.[0] !== 'UP_TO_DATE'; checks++) await check()
  const runs = (await bed.store.runs({ kind: ['REPAIR'], limit: 50 })).items
  expect(runs.map(({ state }) => state)).toEqual(['SUCCEEDED'])
  expect(await zfs('b', 'get', '-H', '-o', 'value', 'encryptionroot', 'vault/tree/kid')).toBe('vault/tree')
  snapshot('tank/tree/kid@s2')
  await check()
  expect(await allRaw()).toBe(true)
  expect(await ivSet('b', 'vault/tree/kid@s2')).toBe(await ivSet('a', 'tank/tree/kid@s2'))
})

test('`send.raw: false` on a raw line is refused in words: nothing is sent', async () => {
  await open(false)
  await tree()
  await loadKey(bed.host('b'), 'vault/tree', PASSPHRASE)
  await bed.start()
  snapshot('tank/tree/kid@s2')
  await check()
  await check()
  expect(why()).toBe('line-is-raw')
  expect(await sent()).toEqual([])
})

test('a line of an encrypted primary that was never raw waits for a line of the configuration, and for a person', async () => {
  await open('auto', 'one')
  bed.host('a').zfs.dataset.create('tank/one', KEY)
  snapshot('tank/one@s1')
  expect(await byHand(['tank/one@s1'], ['vault/one'])).toBe('')
  await bed.start()
  await bed.scan()
  snapshot('tank/one@s2')
  await check()
  expect(why()).toBe('raw-onto-plain')
  expect(await sent()).toEqual([])
  const [mapping] = bed.settings.mappings
  if (mapping === undefined) throw new Error('The bed has no mapping.')
  await bed.configure({ mappings: [{ ...mapping, settings: { id: 'one', send: { raw: false } } }] })
  await check()
  expect(why()).toBe('not-decided')
  expect(bed.engine.dataset('one')?.plan?.automatic).toMatchObject({ allowed: false, code: 'NEEDS_PERSON' })
  // Nobody has read what becomes readable who has seen no preview.
  const blind = await repairBy(null)
  expect([blind?.state, blind?.decisions[0]?.rule]).toEqual(['BLOCKED', 'CONFIRMATION_REQUIRED'])
  expect(await sent()).toEqual([])

  const preview = await bed.run(bed.engine.preview('one'))
  expect(preview?.plan.notes[0]).toContain('becomes readable on b, in vault/one')
  expect((await repairBy(preview?.planId ?? ''))?.state).toBe('SUCCEEDED')
  expect((await sent()).map((argv) => argv.includes('-w'))).toEqual([false])
  // From then on by itself, whatever the mapping is called, and after a restart.
  snapshot('tank/one@s3')
  await bed.restart()
  await bed.configure({ mappings: [{ ...mapping, settings: { id: 'two', send: { raw: false } } }] })
  await check()
  expect(bed.engine.dataset('two')?.verdict.reasons.map(({ code }) => code)).toEqual(['UP_TO_DATE'])
  // Who has lost the database has lost that word with it.
  await bed.newDatabase()
  snapshot('tank/one@s4')
  await check()
  expect(bed.engine.dataset('two')?.plan?.automatic.code).toBe('NEEDS_PERSON')
  expect(await sent()).toEqual([])
})

test('a line that went on raw here is never sent decrypted, also where its backup says that it was not raw', async () => {
  await open('auto', 'one')
  bed.host('a').zfs.dataset.create('tank/one', KEY)
  snapshot('tank/one@s1')
  await bed.start()
  await bed.scan()
  expect(health()).toEqual(['UP_TO_DATE'])
  // Somebody puts a decrypted copy in its place, and somebody else, in good faith, the line that asks for such streams.
  await zfs('b', 'destroy', '-r', 'vault/one')
  expect(await byHand(['tank/one@s1'], ['vault/one'])).toBe('')
  snapshot('tank/one@s2')
  await check()
  expect(why()).toBe('raw-onto-plain')
  const [mapping] = bed.settings.mappings
  if (mapping === undefined) throw new Error('The bed has no mapping.')
  await bed.configure({ mappings: [{ ...mapping, settings: { id: 'one', send: { raw: false } } }] })
  await check()
  expect(why()).toBe('line-is-raw')
  // And where there is nothing at all any more.
  await zfs('b', 'destroy', '-r', 'vault/one')
  await check()
  expect(why()).toBe('not-decided')
  // Under another name, as another mapping: it is the same dataset, and the same host.
  await bed.configure({
    mappings: [{ ...mapping, settings: { id: 'two', backup_dataset: 'vault/two', send: { raw: false } } }],
  })
  await check()
  const { plan } = bed.engine.dataset('two') ?? {}
  expect(plan).toMatchObject({ kind: 'SEED', automatic: { allowed: false, code: 'NEEDS_PERSON' } })
  expect(plan?.decrypts).toContain('Until now it went there raw')
  expect(await allRaw()).toBe(true)
})

test('what was sent raw from here goes on raw, whoever says nothing of IV sets; without that memory it waits', async () => {
  const silent = (sans: Sans): Sans => ({ ...sans, ivSets: async () => new Map() })
  await open('auto', 'one', {}, silent)
  bed.host('a').zfs.dataset.create('tank/one', KEY)
  for (const name of ['s1', 's2', 's3']) {
    snapshot(`tank/one@${name}`)
    if (name === 's1') await bed.start()
    await check()
    expect([name, ...(health() ?? [])]).toEqual([name, 'UP_TO_DATE'])
  }
  expect((await sent()).map((argv) => argv.includes('-w'))).toEqual([true, true, true])
  await bed.newDatabase()
  await check()
  expect(health()).toEqual(['UP_TO_DATE'])
  snapshot('tank/one@s4')
  await check()
  expect(why()).toBe('iv-sets-unread')
  expect(bed.engine.dataset('one')?.plan?.automatic.code).toBe('UNKNOWN_STATE')
  expect(await sent()).toEqual([])
})

test.each([
  ['raw by policy', true],
  ['raw by itself', 'auto'],
] as const)('what is left of a transfer that was not raw is not resumed: %s', async (_name, raw) => {
  await open(raw, 'one')
  bed.host('a').zfs.dataset.create('tank/one', KEY)
  snapshot('tank/one@s1')
  expect(await byHand(['-L', '-c', 'tank/one@s1'], ['-s', 'vault/one'], 400_000)).toContain('Partially received')
  await bed.start()
  for (let checks = 0; checks < 6 && health()?.[0] !== 'UP_TO_DATE'; checks++) await check()
  expect(health()).toEqual(['UP_TO_DATE'])
  expect(await zfs('b', 'get', '-H', '-o', 'value', 'encryption', 'vault/one')).toBe('aes-256-gcm')
  expect(await ivSet('b', 'vault/one@s1')).toBe(await ivSet('a', 'tank/one@s1'))
  expect((await sent()).every((argv) => argv.includes('-w'))).toBe(true)
  expect(await zfs('b', 'list', '-H', '-o', 'name', '-r', 'vault')).toContain('vault/one.zw-aside-')
})

test('what is left of a raw transfer is resumed', async () => {
  await open('auto', 'one')
  bed.host('a').zfs.dataset.create('tank/one', KEY)
  snapshot('tank/one@s1')
  expect(await byHand(['-w', 'tank/one@s1'], ['-s', 'vault/one'], 400_000)).toContain('Partially received')
  await bed.start()
  for (let checks = 0; checks < 6 && health()?.[0] !== 'UP_TO_DATE'; checks++) await check()
  expect((await sent()).map((argv) => argv.includes('-t'))).toEqual([true])
  expect(await ivSet('b', 'vault/one@s1')).toBe(await ivSet('a', 'tank/one@s1'))
})

test('what is not encrypted on purpose is kept so below an encrypted backup, and all that is below it comes along', async () => {
  await open('auto', 'tree')
  bed.host('a').zfs.dataset.create('tank/tree', KEY)
  for (const name of ['plain', 'plain/sub', 'kid'])
    bed
      .host('a')
      .zfs.dataset.create(`tank/tree/${name}`, name.startsWith('plain') ? { properties: { encryption: 'off' } } : {})
  for (const name of ['', '/plain', '/plain/sub', '/kid']) snapshot(`tank/tree${name}@s1`)
  await bed.configure({
    mappings: [{ name: 'tree', primary: 'a', backup: 'b', settings: { id: 'one', recursive: true } }],
  })
  await bed.start()
  for (let checks = 0; checks < 3; checks++) await check()
  const root = (name: string) => zfs('b', 'get', '-H', '-o', 'value', 'encryptionroot', `vault/tree${name}`)
  expect(await Promise.all(['', '/plain', '/plain/sub', '/kid'].map(root))).toEqual([
    'vault/tree',
    '-',
    '-',
    'vault/tree/kid',
  ])
  expect(bed.engine.datasets().map(({ verdict }) => verdict?.health)).toEqual(Array(4).fill('HEALTHY'))
})

test('what is not encrypted, and nobody keeps so on purpose, waits for a person below an encrypted backup', async () => {
  await open('auto', 'safe/one')
  bed.host('a').zfs.dataset.create('tank/safe')
  bed.host('a').zfs.dataset.create('tank/safe/one')
  snapshot('tank/safe/one@s1')
  bed.host('a').zfs.dataset.create('tank/other', KEY)
  snapshot('tank/other@s1')
  expect(await byHand(['-w', 'tank/other@s1'], ['vault/safe'])).toBe('')
  await bed.start()
  await check()
  expect(why()).toBe('plain-below-encrypted')
  expect(bed.engine.dataset('one')?.plan?.automatic.code).toBe('NEEDS_PERSON')
  expect(await sent()).toEqual([])
  // By hand, once, with the command that is said: from then on it goes on by itself.
  const action = bed.engine.dataset('one')?.verdict.reasons.find(({ code }) => code === 'ENCRYPTION_MISMATCH')?.action
  expect(action).toContain('zfs receive -s -u -o readonly=on -o encryption=off vault/safe/one')
  const receive = ['-s', '-o', 'readonly=on', '-o', 'encryption=off', 'vault/safe/one']
  expect(await byHand(['tank/safe/one@s1'], receive)).toBe('')
  snapshot('tank/safe/one@s2')
  await check()
  expect(health()).toEqual(['UP_TO_DATE'])
})
