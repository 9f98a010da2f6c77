import { afterEach, describe, expect, test } from 'bun:test'
import { decisionsOf } from '#lib/api/adopt.ts'
import { Bed, type BedOptions, PERSON } from './bed.ts'
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

describe('what is missing above a backup', () => {
  const DEEP = [{ name: 'x/nested/one', primary: 'a', backup: 'b' }]

  test('is made by a step of the plan: never mounted, readonly, and nothing else', async () => {
    await open({ auto_repair: false }, { user: 'zfsadmin', mappings: DEEP })
    bed.host('a').zfs.dataset.create('tank/x/nested/one')
    take('tank/x/nested/one@s1')
    await asRoot('a', `zfs allow -u zfsadmin ${ON_PRIMARY} tank/x/nested/one`)
    await asRoot('b', `zfs allow -u zfsadmin ${ON_BACKUP} vault`)
    await bed.start()
    await check()
    const shown = await bed.run(bed.engine.preview('a-b.x.nested.one'))
    expect(shown?.plan.blocked).toBeNull()
    expect(shown?.plan.steps.flatMap((step) => (step.kind === 'commands' ? step.commands : []))).toEqual([
      { host: 'b', argv: 'zfs create -p -u -o canmount=off -o readonly=on vault/x'.split(' ') },
      { host: 'b', argv: 'zfs create -p -u -o canmount=off -o readonly=on vault/x/nested'.split(' ') },
    ])
    await bed.configure({ defaults: { auto_repair: true, repair_when: 'behind', primary_max_age_hours: 0 } })
    await check()
    expect([await runs(), codes('a-b.x.nested.one')]).toEqual([['SUCCEEDED'], ['UP_TO_DATE']])
    const made = await asRoot('b', 'zfs list -H -o name,canmount,readonly,mounted -r vault/x')
    expect(made.split('\n').slice(0, 2)).toEqual(['vault/x\toff\ton\tno', 'vault/x/nested\toff\ton\tno'])
  })

  test.each(['create', 'canmount', 'readonly'])(
    'without the right %s it is refused before, with the line',
    async (right) => {
      await open({}, { user: 'zfsadmin', mappings: DEEP })
      bed.host('a').zfs.dataset.create('tank/x/nested/one')
      take('tank/x/nested/one@s1')
      await asRoot('a', `zfs allow -u zfsadmin ${ON_PRIMARY} tank`)
      const rights = ON_BACKUP.split(',').filter((each) => each !== right)
      await asRoot('b', `zfs allow -u zfsadmin ${rights.join(',')} vault`)
      await bed.start()
      await check()
      const preview = await bed.run(bed.engine.preview('a-b.x.nested.one'))
      expect(preview?.plan.blocked?.cure).toBe(`Let the SAN's admin run: on b: zfs allow LOGIN ${right} vault`)
      expect(await asRoot('b', 'zfs list -H -o name')).toBe('vault')
    },
  )
})

describe('a tree whose root has no snapshots of its own', () => {
  const TREE = [{ name: 'tree', primary: 'a', backup: 'b', settings: { recursive: true } }]
  const make = (...names: readonly string[]) => {
    for (const name of names) bed.host('a').zfs.dataset.create(name)
  }

  test('holds nothing below it back, and is no alarm', async () => {
    await open({}, { mappings: TREE })
    make('tank/tree', 'tank/tree/box', 'tank/tree/box/one', 'tank/tree/two')
    take('tank/tree/box/one@s1')
    take('tank/tree/two@s1')
    await bed.start()
    await check(2)
    expect([codes('a-b.tree'), codes('a-b.tree.box')]).toEqual([['CONTAINER'], ['CONTAINER']])
    expect([codes('a-b.tree.box.one'), codes('a-b.tree.two')]).toEqual([['UP_TO_DATE'], ['UP_TO_DATE']])
    expect(bed.engine.datasets().map(({ status }) => status)).toEqual(['HEALTHY', 'HEALTHY', 'HEALTHY', 'HEALTHY'])
    expect(await runs()).toEqual(['SUCCEEDED', 'SUCCEEDED'])
    take('tank/tree/two@s2')
    await check(2)
    expect(codes('a-b.tree.two')).toEqual(['UP_TO_DATE'])
  })

  test('gets a backup of its own with its first snapshot, and what is below it stays where it is', async () => {
    await open({}, { mappings: TREE })
    make('tank/tree', 'tank/tree/box', 'tank/tree/box/one')
    take('tank/tree/box/one@s1')
    await bed.start()
    await check(2)
    const guid = await asRoot('b', 'zfs list -H -o guid vault/tree/box/one')
    take('tank/tree/box@s1')
    take('tank/tree@s1')
    await check(4)
    for (const id of ['a-b.tree', 'a-b.tree.box', 'a-b.tree.box.one']) expect(codes(id)).toEqual(['UP_TO_DATE'])
    expect(await asRoot('b', 'zfs list -H -o guid vault/tree/box/one')).toBe(guid)
  })

  test('one that has lost its snapshots is an alarm as before', async () => {
    await open({}, { mappings: TREE })
    make('tank/tree', 'tank/tree/two')
    take('tank/tree@s1')
    take('tank/tree/two@s1')
    await bed.start()
    await check(3)
    expect([codes('a-b.tree'), codes('a-b.tree.two')]).toEqual([['UP_TO_DATE'], ['UP_TO_DATE']])
    bed.host('a').zfs.forget('tank/tree@s1')
    await asRoot('b', 'zfs destroy -r vault/tree')
    await check()
    expect(bed.engine.dataset('a-b.tree')?.verdict.health).toBe('BROKEN')
    expect(codes('a-b.tree')).not.toContain('CONTAINER')
  })

  test('one without anything below it has nothing to hold', async () => {
    await open({}, { mappings: TREE })
    make('tank/tree')
    await bed.start()
    await check()
    expect(codes('a-b.tree')).toContain('PRIMARY_EMPTY')
  })
})

describe('an empty target that the admin has made', () => {
  const primary = () => {
    bed.host('a').zfs.dataset.create('tank/one')
    take('tank/one@s1')
  }

  test.each([
    ['a filesystem', ''],
    ['with properties of its own', '-o compression=lz4 -o atime=off '],
  ])('%s makes room by itself; it is kept as a set-aside', async (_name, options) => {
    await open()
    primary()
    await asRoot('b', `zfs create ${options}vault/one`)
    await bed.start()
    await check()
    expect([await runs(), codes()]).toEqual([['SUCCEEDED'], ['UP_TO_DATE']])
    expect(await asRoot('b', 'zfs list -H -o name')).toMatch(/vault\/one\.zw-aside-/)
  })

  test('for a volume too', async () => {
    await open()
    bed.host('a').zfs.dataset.create('tank/one', { type: 'volume', properties: { volsize: '1048576' } })
    take('tank/one@s1')
    await asRoot('b', 'zfs create -s -V 1M vault/one')
    await bed.start()
    await check()
    expect([await runs(), codes()]).toEqual([['SUCCEEDED'], ['UP_TO_DATE']])
  })

  test.each<[string, () => unknown]>([
    ['a file in it', () => bed.host('b').zfs.write('vault/one', 50_000)],
    ['a snapshot of its own', () => void bed.host('b').zfs.snapshot('vault/one@mine')],
    ['something below it', () => asRoot('b', 'zfs create vault/one/child')],
    ['a share', () => asRoot('b', 'zfs set sharenfs=on vault/one')],
  ])('with %s a person decides, as before', async (_name, change) => {
    await open()
    primary()
    await asRoot('b', 'zfs create vault/one')
    await change()
    await bed.start()
    await check(3)
    expect(await runs()).toEqual([])
    const plan = bed.engine.dataset('a-b.one')?.plan
    expect([plan?.kind, plan?.automatic.code]).toEqual(['SET_ASIDE_RESEED', 'NEEDS_PERSON'])
  })

  test('`on_diverged: ask` asks all the same', async () => {
    await open({ on_diverged: 'ask' })
    primary()
    await asRoot('b', 'zfs create vault/one')
    await bed.start()
    await check(2)
    expect([await runs(), bed.engine.dataset('a-b.one')?.plan?.automatic.code]).toEqual([[], 'NEEDS_PERSON'])
  })
})

describe('a re-anchor at installation', () => {
  const NAMES = ['one', 'two', 'three'] as const
  const mappings = NAMES.map((name) => ({ name, primary: 'a', backup: 'b' }))
  /** What the other tool left: nothing in common any more, or a backup that went its own way. */
  async function diverged(): Promise<void> {
    await open({}, { mappings })
    for (const name of NAMES) {
      bed.host('a').zfs.dataset.create(`tank/${name}`)
      take(`tank/${name}@s1`)
      bed.host('b').zfs.dataset.create(`vault/${name}`)
      bed.host('b').zfs.snapshot(`vault/${name}@old`, { bytes: 1e6 })
    }
    await bed.start()
    await check(2)
  }
  const decisions = () => decisionsOf(bed.engine).items
  const choices = () => decisions().map(({ datasetId, planHash }) => ({ datasetId, planHash }))
  const adopt = async (of: ReturnType<typeof choices>) => {
    const adopted = await bed.run(bed.engine.adopt({ choices: of, reason: 'because', trigger: PERSON }))
    await bed.idle()
    return adopted?.map(({ datasetId, refusal }) => [datasetId, refusal?.code ?? null])
  }

  test('waits for one decision, which settles all of them and is on record', async () => {
    await diverged()
    expect(await runs()).toEqual([])
    expect(decisions()).toHaveLength(3)
    expect(decisions()[0]).toMatchObject({
      datasetId: 'a-b.one',
      kind: 'SET_ASIDE_RESEED',
      because: expect.stringContaining('No earlier check saw'),
      setAside: { snapshots: 1 },
    })
    expect(await adopt(choices())).toEqual(NAMES.map((name) => [`a-b.${name}`, null]))
    expect(await runs()).toEqual(['SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED'])
    const kept = (await bed.store.runs({ kind: ['REPAIR'], limit: 10 })).items
    expect(new Set(kept.map(({ trigger, reason }) => `${trigger.actor} ${reason}`))).toEqual(new Set(['test because']))
    for (const name of NAMES) expect(codes(`a-b.${name}`)).toEqual(['UP_TO_DATE'])
    expect(decisions()).toEqual([])
    // From now on it is proven: the next divergence needs nobody.
    bed.host('b').zfs.snapshot('vault/two@own', { bytes: 1e6 })
    take('tank/two@s2')
    await check(4)
    expect(codes('a-b.two')).toEqual(['UP_TO_DATE'])
  })

  test('what has changed since it was shown is left out and said; the others are done', async () => {
    await diverged()
    const shown = choices()
    bed.host('b').zfs.snapshot('vault/two@newer', { bytes: 1e6 })
    await check()
    const unknown = { datasetId: 'a-b.none', planHash: '0123456789abcdef' }
    expect(await adopt([...shown, unknown])).toEqual([
      ['a-b.one', null],
      ['a-b.two', 'PLAN_STALE'],
      ['a-b.three', null],
      ['a-b.none', 'NO_SUCH_DATASET'],
    ])
    expect(codes('a-b.two')).toContain('NO_COMMON_SNAPSHOT')
    expect(await adopt(shown)).toEqual([
      ['a-b.one', 'NOTHING_TO_DO'],
      ['a-b.two', 'PLAN_STALE'],
      ['a-b.three', 'NOTHING_TO_DO'],
    ])
  })

  test('a change between the decision and the run stops that one run, and nothing is moved', async () => {
    await diverged()
    const shown = choices().slice(0, 1)
    bed.host('b').zfs.snapshot('vault/one@meanwhile', { bytes: 1e6 })
    expect(await adopt(shown)).toEqual([['a-b.one', null]])
    expect(await runs()).toEqual(['BLOCKED'])
    expect(await asRoot('b', 'zfs list -H -o name')).not.toContain('zw-aside')
  })

  test('a backup that somebody works on is no matter of one word for many', async () => {
    await diverged()
    bed.host('b').zfs.write('vault/one', 1e5)
    await check()
    expect(codes()).toContain('BACKUP_IN_USE')
    expect(decisions().map(({ datasetId }) => datasetId)).toEqual(['a-b.two', 'a-b.three'])
  })

  test.each<['PRIMARY_REPLACED' | 'PRIMARY_REWOUND', readonly string[]]>([
    ['PRIMARY_REPLACED', ['zfs destroy -r tank/one', 'zfs create tank/one', 'zfs snapshot tank/one@new']],
    ['PRIMARY_REWOUND', ['zfs rollback -r tank/one@s1']],
  ])('%s: the backup may be the only good copy, which no word for many decides', async (code, lines) => {
    await open({ primary_max_age_hours: 0 })
    bed.host('a').zfs.dataset.create('tank/one')
    for (const name of ['s1', 's2']) take(`tank/one@${name}`)
    await bed.start()
    await check(2)
    expect(codes()).toEqual(['UP_TO_DATE'])
    for (const line of lines) await asRoot('a', line)
    await check()
    expect(codes()).toContain(code)
    // Its own page offers the repair.
    expect(bed.engine.dataset('a-b.one')?.plan).toMatchObject({ automatic: { code: 'NEEDS_PERSON' }, blocked: null })
    expect(decisions()).toEqual([])
  })
})

describe('a primary that was renamed', () => {
  const NEW = 'tank/team/uno'

  async function renamed(): Promise<void> {
    await open()
    bed.host('a').zfs.dataset.create('tank/one')
    take('tank/one@s1')
    await bed.start()
    await check()
    bed.host('a').zfs.dataset.create('tank/team')
    const { directory, now } = bed.host('a')
    const done = await runCommand(['zfs', 'rename', 'tank/one', NEW], { directory, now, user: 'root' })
    expect(done.stderr).toBe('')
    await check()
  }

  test('is found by guid, with the line to paste; with that line it goes on, and nothing is sent anew', async () => {
    await renamed()
    const [reason] = bed.engine.dataset('a-b.one')?.verdict.reasons ?? []
    expect(reason).toMatchObject({ code: 'PRIMARY_DATASET_MISSING', evidence: { renamedTo: NEW } })
    expect(reason?.message).toContain(`it is ${NEW} now, the same dataset by its guid`)
    expect(reason?.action).toContain(`\`name: ${NEW}, backup_dataset: vault/one\``)
    expect(bed.engine.dataset('a-b.one')?.plan?.blocked?.because).toContain(NEW)
    const mapping = { name: 'team/uno', primary: 'a', backup: 'b', settings: { backup_dataset: 'vault/one' } }
    await bed.configure({ mappings: [mapping] })
    take(`${NEW}@s2`)
    await check()
    const [last] = (await bed.store.runs({ kind: ['REPAIR'], limit: 1 })).items
    expect([last?.state, last?.plan?.kind]).toEqual(['SUCCEEDED', 'INCREMENTAL'])
    expect(codes(last?.datasetId ?? '')).toEqual(['UP_TO_DATE'])
  })

  test('another dataset is never taken for it, and one that could not be looked for is only missing', async () => {
    await open()
    bed.host('a').zfs.dataset.create('tank/one')
    take('tank/one@s1')
    await bed.start()
    await check()
    await asRoot('a', 'zfs destroy -r tank/one')
    bed.host('a').zfs.dataset.create('tank/one-copy')
    await check()
    const [reason] = bed.engine.dataset('a-b.one')?.verdict.reasons ?? []
    expect(reason).toMatchObject({ code: 'PRIMARY_DATASET_MISSING', evidence: { renamedTo: null } })
  })
})
