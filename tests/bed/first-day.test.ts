import { afterEach, describe, expect, test } from 'bun:test'
import { Bed, type BedOptions } from './bed.ts'
import { runCommand } from './command.ts'

/* The day on which somebody installs it, with what an admin has prepared by then. */

let bed: Bed
afterEach(() => bed.close())

const HOUR = 3600_000
const ON_PRIMARY = 'send,hold,bookmark'
const ON_BACKUP = 'receive:append,create,mount,rename,hold,clone,promote,readonly,canmount'

async function open(settings: object = {}, more: Partial<Pick<BedOptions, 'user' | 'mappings'>> = {}): Promise<void> {
  const hosts = { ssh_user: more.user ?? 'root' }
  bed = await Bed.open({
    hosts: [
      { id: 'a', pool: 'tank', settings: hosts },
      { id: 'b', pool: 'vault', settings: hosts },
    ],
    defaults: { auto_repair: true, repair_when: 'behind', primary_max_age_hours: 0, ...settings },
    mappings: [{ name: 'one', primary: 'a', backup: 'b' }],
    ...more,
  })
}

/** As the admin of that SAN. */
async function asRoot(host: 'a' | 'b', line: string): Promise<string> {
  const { directory, now } = bed.host(host)
  const done = await runCommand(line.split(' '), { directory, now, user: 'root' })
  if (done.exitCode !== 0) throw new Error(`${line}: ${done.stderr}`)
  return done.stdout.trim()
}

async function check(times = 1): Promise<void> {
  for (let n = 0; n < times; n++) {
    await bed.clock.pass(HOUR)
    await bed.scan()
  }
}

const take = (snapshot: string) => bed.host('a').zfs.snapshot(snapshot, { bytes: 1e6 })
const codes = (id = 'a-b.one') => bed.engine.dataset(id)?.verdict.reasons.map(({ code }) => code) ?? []
const runs = async () => (await bed.store.runs({ kind: ['REPAIR'], limit: 20 })).items.map(({ state }) => state)

describe('rights delegated on the dataset itself', () => {
  test('are seen and suffice, on the primary and on a backup that is there', async () => {
    await open({}, { user: 'zfsadmin' })
    bed.host('a').zfs.dataset.create('tank/one')
    take('tank/one@s1')
    await asRoot('a', `zfs allow -u zfsadmin ${ON_PRIMARY} tank/one`)
    await asRoot('b', `zfs allow -u zfsadmin ${ON_BACKUP} vault`)
    await bed.start()
    await check()
    expect([await runs(), codes()]).toEqual([['SUCCEEDED'], ['UP_TO_DATE']])
    await asRoot('b', `zfs unallow -u zfsadmin vault`)
    await asRoot('b', `zfs allow -u zfsadmin ${ON_BACKUP} vault/one`)
    take('tank/one@s2')
    await check()
    expect([await runs(), codes()]).toEqual([['SUCCEEDED', 'SUCCEEDED'], ['UP_TO_DATE']])
  })

  test('do not reach what a set-aside has to make beside it: that is said, with the line for the dataset above', async () => {
    await open({ on_diverged: 'set_aside' }, { user: 'zfsadmin' })
    bed.host('a').zfs.dataset.create('tank/one')
    take('tank/one@s1')
    bed.host('a').zfs.replicate('tank/one', bed.host('b').zfs, 'vault/one', 's1')
    take('tank/one@s2')
    bed.host('b').zfs.snapshot('vault/one@own', { bytes: 1e6 })
    await asRoot('a', `zfs allow -u zfsadmin ${ON_PRIMARY} tank/one`)
    await asRoot('b', `zfs allow -u zfsadmin ${ON_BACKUP} vault/one`)
    await bed.start()
    await check()
    const preview = await bed.run(bed.engine.preview('a-b.one'))
    expect(preview?.plan.kind).toBe('SET_ASIDE_REWIND')
    expect(preview?.plan.blocked).toMatchObject({ code: 'PERMISSION_MISSING' })
    expect(preview?.plan.blocked?.cure).toMatch(/on b: zfs allow LOGIN \S*create\S* vault$/)
  })
})
