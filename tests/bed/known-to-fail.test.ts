import { afterEach, expect, setDefaultTimeout, test } from 'bun:test'
import { Bed } from './bed.ts'
import { loadKey, sendByHand, zfsOn } from './by-hand.ts'

/* What is known to make the next repair fail is in the status before one is tried. */
setDefaultTimeout(600_000)

let bed: Bed
afterEach(() => bed.close())

const zfs = (host: 'a' | 'b', ...words: readonly string[]): Promise<string> => zfsOn(bed.host(host), ...words)

async function open(defaults: object, user = 'root'): Promise<void> {
  const hosts = { ssh_user: user }
  bed = await Bed.open({
    user,
    hosts: [
      { id: 'a', pool: 'tank', settings: hosts },
      { id: 'b', pool: 'vault', settings: hosts },
    ],
    mappings: [{ name: 'one', primary: 'a', backup: 'b' }],
    defaults: { primary_max_age_hours: 0, anchor: 'none', ...defaults },
  })
}

const reasons = () => bed.engine.dataset('a-b.one')?.verdict.reasons ?? []
const reason = (code: string) => reasons().find((each) => each.code === code)
const check = async () => {
  await bed.clock.pass(1800_000)
  await bed.scan()
}

test('a quota above the backup that the next increment does not fit is named while the dataset is within policy', async () => {
  await open({})
  bed.host('a').zfs.dataset.create('tank/one')
  bed.host('a').zfs.snapshot('tank/one@s1', { bytes: 1e6 })
  bed.host('a').zfs.replicate('tank/one', bed.host('b').zfs, 'vault/one', 's1')
  await bed.start()
  await bed.scan()
  expect(reasons().map(({ code }) => code)).toEqual(['UP_TO_DATE'])
  await zfs('b', 'set', 'quota=3000000', 'vault/one')
  bed.host('a').zfs.snapshot('tank/one@s2', { bytes: 9e6 })
  await check()
  expect(reasons().map(({ code }) => code)).toEqual(['LOW_SPACE', 'WITHIN_POLICY'])
  expect(reason('LOW_SPACE')?.message).toContain('`quota=2.9 MiB` on vault/one')
  await zfs('b', 'set', 'quota=none', 'vault/one')
  await check()
  expect(reasons().map(({ code }) => code)).toEqual(['WITHIN_POLICY'])
})

const inStep = (): void => {
  bed.host('a').zfs.dataset.create('tank/one')
  bed.host('a').zfs.snapshot('tank/one@s1', { bytes: 1e6 })
  bed.host('a').zfs.replicate('tank/one', bed.host('b').zfs, 'vault/one', 's1')
}
const repairs = async () => (await bed.store.runs({ kind: ['REPAIR'], limit: 10 })).items.map(({ state }) => state)

test('a right that is missing is said before a repair has met it, and no longer once it is there', async () => {
  // Due only when it is a day late: until then nothing is tried.
  await open({ auto_repair: true, repair_when: 'warning' }, 'zfsadmin')
  inStep()
  bed.host('a').zfs.allow('tank', 'zfsadmin', ['send', 'hold'])
  bed.host('b').zfs.allow('vault', 'zfsadmin', ['mount', 'create'])
  await bed.start()
  await bed.scan()
  expect(reason('PERMISSION_MISSING')).toBeUndefined()
  bed.host('a').zfs.snapshot('tank/one@s2', { bytes: 1e6 })
  await check()
  expect(reasons().map(({ code }) => code)).toEqual(['PERMISSION_MISSING', 'WITHIN_POLICY'])
  expect(reason('PERMISSION_MISSING')?.message).toContain('on b the login lacks receive:append for vault/one')
  expect(await repairs()).toEqual([])
  bed.host('b').zfs.allow('vault', 'zfsadmin', ['receive:append', 'mount', 'create'])
  await check()
  expect(reasons().map(({ code }) => code)).toEqual(['WITHIN_POLICY'])
})

test('rights that were delegated on the dataset itself are seen; no alarm without cause', async () => {
  await open({ auto_repair: true, repair_when: 'warning' }, 'zfsadmin')
  inStep()
  bed.host('a').zfs.allow('tank/one', 'zfsadmin', ['send', 'hold'])
  bed.host('b').zfs.allow('vault/one', 'zfsadmin', ['receive:append', 'mount', 'create'])
  await bed.start()
  bed.host('a').zfs.snapshot('tank/one@s2', { bytes: 1e6 })
  await check()
  expect(reasons().map(({ code }) => code)).toEqual(['WITHIN_POLICY'])
})

const PASSPHRASE = 'passphrase'

/** `zfs send … | zfs receive -u DATASET`, by somebody else than the witness. @returns what the receive said. */
const pipe = (send: readonly string[], dataset: string): Promise<string> =>
  sendByHand({ host: bed.host('a'), send }, { host: bed.host('b'), receive: [dataset] })

/** An encrypted dataset whose backup was received raw, and then once not: with the key loaded there, unless `allRaw`. */
async function rawLine(allRaw: boolean): Promise<void> {
  const { zfs: primary } = bed.host('a')
  const properties = { encryption: 'aes-256-gcm', keyformat: 'passphrase' }
  primary.dataset.create('tank/one', { properties, passphrase: PASSPHRASE })
  primary.snapshot('tank/one@s1', { bytes: 1e6 })
  expect(await pipe(['-w', 'tank/one@s1'], 'vault/one')).toBe('')
  primary.snapshot('tank/one@s2', { bytes: 1e6 })
  if (allRaw) {
    expect(await pipe(['-w', '-i', '@s1', 'tank/one@s2'], 'vault/one')).toBe('')
    return
  }
  await loadKey(bed.host('b'), 'vault/one', PASSPHRASE)
  expect(await pipe(['-i', '@s1', 'tank/one@s2'], 'vault/one')).toBe('')
  await zfs('b', 'unload-key', 'vault/one')
}

test('IV sets that differ are in the status before an increment fails; the increment then fails for them', async () => {
  await open({ auto_repair: true, repair_when: 'warning' })
  await rawLine(false)
  await bed.start()
  await bed.scan()
  // Already while nothing waits: the next increment, whichever it is, will be refused.
  expect(reasons().map(({ code }) => code)).toContain('ENCRYPTION_MISMATCH')
  bed.host('a').zfs.snapshot('tank/one@s3', { bytes: 1e6 })
  await check()
  expect(bed.engine.dataset('a-b.one')?.verdict.health).toBe('WARNING')
  const { message, action } = reason('ENCRYPTION_MISMATCH') ?? {}
  expect(message).toContain('vault/one@s2 was not received raw')
  expect(message).toContain('IV set guid mismatch')
  expect(action).toContain('another `backup_dataset`')
  expect(await repairs()).toEqual([])
  expect(await pipe(['-w', '-i', '@s2', 'tank/one@s3'], 'vault/one')).toContain('IV set guid mismatch')
})

test('a backup that was always received raw has the IV sets of its primary, and no alarm', async () => {
  await open({ auto_repair: true, repair_when: 'warning' })
  await rawLine(true)
  await bed.start()
  await bed.scan()
  bed.host('a').zfs.snapshot('tank/one@s3', { bytes: 1e6 })
  await check()
  expect(reasons().map(({ code }) => code)).toEqual(['WITHIN_POLICY'])
  expect(await pipe(['-w', '-i', '@s2', 'tank/one@s3'], 'vault/one')).toBe('')
})
