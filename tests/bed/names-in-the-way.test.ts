import { afterEach, expect, test } from 'bun:test'
import { Bed } from './bed.ts'
import { runCommand } from './command.ts'

/* A snapshot of the backup has the name of one to be sent: it gets another one, and nothing is set aside or sent again. */

let bed: Bed
afterEach(() => bed.close())

const ID = 'a-b.one'
const RIGHTS = [
  'receive:append',
  'create',
  'mount',
  'rename',
  'hold',
  'clone',
  'promote',
  'readonly',
  'canmount',
  'userprop',
]

/** In common up to s2; `dup` of the backup is older than that, held, and the primary's `dup` newer. */
async function clashing(user: 'root' | 'zfsadmin', more: object = {}): Promise<string> {
  bed = await Bed.open({
    user,
    hosts: [
      { id: 'a', pool: 'tank', settings: { ssh_user: user } },
      { id: 'b', pool: 'vault', settings: { ssh_user: user } },
    ],
    mappings: [{ name: 'one', primary: 'a', backup: 'b' }],
    defaults: { auto_repair: true, repair_when: 'behind', primary_max_age_hours: 0, ...more },
  })
  const [a, b] = [bed.host('a').zfs, bed.host('b').zfs]
  a.dataset.create('tank/one')
  a.snapshot('tank/one@s1', { bytes: 300_000 })
  a.replicate('tank/one', b, 'vault/one', 's1')
  b.snapshot('vault/one@dup')
  a.snapshot('tank/one@s2', { bytes: 300_000 })
  a.replicate('tank/one', b, 'vault/one', 's2')
  a.allow('tank', 'zfsadmin', ['send', 'hold', 'bookmark'])
  b.allow('vault', 'zfsadmin', RIGHTS)
  await bed.start()
  await bed.scan()
  a.snapshot('tank/one@dup', { bytes: 300_000 })
  return (await snapshots()).get('dup') ?? ''
}

/** guid by name. */
async function snapshots(): Promise<ReadonlyMap<string, string>> {
  const words = ['zfs', 'list', '-Hp', '-t', 'snapshot', '-d', '1', '-o', 'name,guid', 'vault/one']
  const rows = (await runCommand(words, bed.host('b'))).stdout.trimEnd().split('\n')
  return new Map(
    rows.map((row) => [row.slice(row.indexOf('@') + 1, row.indexOf('\t')), row.slice(row.indexOf('\t') + 1)]),
  )
}
const datasets = async () => (await runCommand(['zfs', 'list', '-H', '-o', 'name'], bed.host('b'))).stdout
const newName = (guid: string) => `dup.zw-${BigInt(guid).toString(16).padStart(16, '0')}`

test.each(['root', 'zfsadmin'] as const)('as %s: renamed by itself, and the increment follows', async (user) => {
  const own = await clashing(user)
  await bed.clock.pass(1800_000)
  await bed.scan()
  const now = await snapshots()
  expect(now.get(newName(own))).toBe(own)
  expect(now.has('dup')).toBe(true)
  expect(now.get('dup')).not.toBe(own)
  expect(await datasets()).not.toContain('.zw-')
  const view = bed.engine.dataset(ID)
  expect(view?.verdict?.health).toBe('HEALTHY')
  const [run] = (await bed.store.runs({ kind: ['REPAIR'], limit: 1 })).items
  expect(run).toMatchObject({ state: 'SUCCEEDED', plan: { kind: 'INCREMENTAL' } })
  expect(run?.plan?.notes.join(' ')).toContain(newName(own))
})

test('`on_diverged: ask`: offered, and not done', async () => {
  const own = await clashing('root', { on_diverged: 'ask' })
  await bed.clock.pass(1800_000)
  await bed.scan()
  expect((await snapshots()).get('dup')).toBe(own)
  expect(bed.engine.dataset(ID)?.plan?.automatic).toMatchObject({ allowed: false, code: 'NEEDS_PERSON' })
})

test('another name that somebody gave it a moment before is not taken for what was shown', async () => {
  const own = await clashing('root')
  await bed.clock.pass(1800_000)
  await bed.look(false)
  await runCommand(['zfs', 'rename', 'vault/one@dup', 'vault/one@mine'], bed.host('b'))
  await bed.scan()
  const now = await snapshots()
  expect(now.get('mine')).toBe(own)
  expect(now.has('dup')).toBe(true)
})
