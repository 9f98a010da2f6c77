import { afterEach, describe, expect, test } from 'bun:test'
import { type Bed, PERSON } from './bed.ts'
import { openDiverged, settle } from './diverged.ts'
import { ID } from './one-dataset.ts'

/* A swap is begun only where ZFS and one line after the other can end it; and nothing that was begun stays half. */

let bed: Bed
afterEach(() => bed.close())

const B = 'vault/one'
const HOUR = 3600_000
const onBackup = (...words: readonly string[]) => bed.zfs('b', ...words)
const names = async () => (await onBackup('list', '-H', '-o', 'name', '-r', 'vault')).split('\n')
const codes = () => bed.engine.dataset(ID)?.verdict.reasons.map(({ code }) => code) ?? []
const cuts = () => bed.faults.hits.get('batch cut') ?? 0
const repairs = async () => (await bed.store.runs({ kind: ['REPAIR'], limit: 500 })).items
const diverged = async (...setting: Parameters<typeof openDiverged>): Promise<void> => {
  bed = await openDiverged(...setting)
}

/** The SAN stops after so many commands of the swap, and stays away until the witness has been killed. */
async function cutOff(after: number): Promise<void> {
  bed.faults.add({ host: 'b', on: 'batch', match: /zfs rename/, times: 1, wrong: { kind: 'cut', after } })
  const started = bed.look()
  for (let looks = 0; cuts() === 0; looks++) {
    if (looks === 5000) throw new Error('The swap did not come.')
    await bed.clock.pass(5)
  }
  bed.host('b').up = false
  await bed.clock.pass(1000)
  bed.witness.kill()
  await started
  bed.host('b').up = true
}

describe('400 children', () => {
  const children = Array.from({ length: 400 }, (_, index) => `child-${`${index}`.padStart(3, '0')}-${'x'.repeat(40)}`)

  test('go back in as many lines as they need, and each line fits into one ssh command', async () => {
    await diverged({ children })
    const shown = await bed.run(bed.engine.preview(ID))
    expect(shown?.plan.blocked).toBeNull()
    const lines = shown?.plan.steps.filter((step) => step.kind === 'commands' && step.role === 'swap') ?? []
    expect(lines.length).toBeGreaterThan(1)
    await settle(bed)
    expect(codes()).toEqual(['UP_TO_DATE'])
    const found = await names()
    expect(found.filter((name) => name.startsWith(`${B}/`))).toHaveLength(400)
    expect(found.filter((name) => name.includes('.zw-aside-'))).toHaveLength(1)
    expect((await repairs()).map(({ state }) => state)).toEqual(['SUCCEEDED', 'SUCCEEDED'])
  })

  test('the SAN stops after every single command, and the witness is killed in between: it is finished all the same', async () => {
    await diverged({ children })
    const writes = /zfs (clone|promote|rename|set|hold) /
    bed.faults.add({ host: 'b', on: 'batch', match: writes, times: 10_000, wrong: { kind: 'cut', after: 1 } })
    const unrecognised: string[] = []
    for (let runs = 0; codes()[0] !== 'UP_TO_DATE'; runs++) {
      if (runs === 600) throw new Error(`Not finished after ${runs} checks: ${codes()}`)
      await bed.scan()
      const found = await names()
      const all = found.filter((name) => name.includes('/child-')).length
      if (all !== 400) unrecognised.push(`${all} children after ${cuts()} commands`)
      const isHalf = found.some((name) => name.includes('.zw-aside-') && name.includes('/child-'))
      if (isHalf && !codes().includes('HALF_DONE_SWAP')) unrecognised.push(`${codes()} after ${cuts()} commands`)
      await bed.clock.pass(7 * HOUR)
      if (runs % 3 === 0) await bed.restart()
      await bed.look(false)
    }
    console.log(`400 children: the line was cut off ${cuts()} times.`)
    expect(unrecognised).toEqual([])
    expect(cuts()).toBeGreaterThan(400)
    bed.faults.clear()
    await settle(bed)
    expect(codes()).toEqual(['UP_TO_DATE'])
    const found = await names()
    expect(found.filter((name) => name.startsWith(`${B}/`))).toHaveLength(400)
    expect(await onBackup('get', '-H', '-o', 'value', 'canmount', B)).toBe('on')
  }, 300_000)
})

test('a thousand own snapshots are held in as many lines as they need', async () => {
  await diverged()
  bed.host('b').zfs.batch(() => {
    for (let n = 0; n < 1000; n++) bed.host('b').zfs.snapshot(`${B}@own-${'y'.repeat(60)}-${n}`)
  })
  await settle(bed)
  const rows = await onBackup('list', '-Hp', '-r', '-t', 'snapshot', '-o', 'name,userrefs', 'vault')
  const aside = rows.split('\n').filter((row) => row.includes('.zw-aside-'))
  expect(aside).toHaveLength(1001)
  expect(aside.filter((row) => !row.endsWith('\t1'))).toEqual([])
})

describe('a name that ZFS would refuse', () => {
  const long = `deep/${'x'.repeat(230)}`

  test('below the backup: the preview says which, nothing is begun, and a shorter one is enough', async () => {
    await diverged({ children: ['deep', long] })
    const shown = await bed.run(bed.engine.preview(ID))
    expect(shown?.plan.blocked).toMatchObject({ code: 'NAME_TOO_LONG' })
    expect(shown?.plan.blocked?.because).toContain(`${B}/${long}`)
    await settle(bed)
    expect(await names()).toEqual(['vault', B, `${B}/deep`, `${B}/${long}`])
    expect((await repairs()).filter(({ plan }) => plan?.kind !== 'SEED')).toEqual([])
    await onBackup('rename', `${B}/${long}`, `${B}/deep/short`)
    await settle(bed)
    expect(codes()).toEqual(['UP_TO_DATE'])
  })

  test('made between preview and swap: the swap is undone, and no clone is left beside the one', async () => {
    await diverged({ children: ['deep'] })
    const before = await onBackup('list', '-Hp', '-r', '-t', 'snapshot', '-o', 'name,guid', B)
    const differs = bed.faults.take.bind(bed.faults)
    let made = false
    bed.faults.take = (host, on, lines) => {
      // Another tool, in the very moment between the promote and the renames.
      if (!made && lines.some((line) => line.startsWith(`zfs rename -u ${B} `))) {
        made = true
        bed.host('b').zfs.dataset.create(`${B}/${long}`)
      }
      return differs(host, on, lines)
    }
    await bed.scan()
    const [run] = await repairs()
    expect(run).toMatchObject({ state: 'FAILED', error: { kind: 'name-too-long', retryable: false } })
    expect(run?.outcome).toContain('dataset name is too long. The swap was undone')
    expect(await onBackup('list', '-Hp', '-r', '-t', 'snapshot', '-o', 'name,guid', B)).toBe(before)
    expect((await names()).filter((name) => name.includes('.zw-next-'))).toHaveLength(1)
    await settle(bed)
    // By now it is seen beforehand: nothing is begun again.
    expect(await repairs()).toHaveLength(2)
    expect((await names()).filter((name) => name.includes('.zw-next-'))).toHaveLength(1)
    await onBackup('rename', `${B}/${long}`, `${B}/deep/short`)
    await settle(bed)
    expect(codes()).toEqual(['UP_TO_DATE'])
    expect((await names()).filter((name) => name.includes('.zw-next-'))).toEqual([])
  })

  test('made while a swap was cut off after the promote: it is undone, with the words of what stands in the way', async () => {
    await diverged({ children: ['deep'] })
    await cutOff(0)
    bed.host('b').zfs.dataset.create(`${B}/${long}`)
    await bed.restart()
    await bed.look(false)
    expect(codes()[0]).toBe('HALF_DONE_SWAP')
    await settle(bed)
    const [run] = await repairs()
    expect(run?.outcome).toContain('is over.')
    expect(run?.outcome).toContain(`${B}/${long}`)
    expect(await onBackup('get', '-H', '-o', 'value', 'origin', B)).toBe('-')
    expect(codes()).not.toContain('HALF_DONE_SWAP')
  })
})

test('a swap that ZFS refuses each time is undone each time, a few times and no more', async () => {
  await diverged()
  const wrong = { kind: 'refuse', exitCode: 1, stderr: `cannot rename '${B}': permission denied` } as const
  bed.faults.add({ host: 'b', on: 'batch', match: /zfs rename/, times: 1000, wrong })
  for (let checks = 0; checks < 20; checks++) {
    await bed.scan()
    await bed.clock.pass(HOUR)
    expect((await names()).filter((name) => name.includes('.zw-next-')).length).toBeLessThan(2)
    expect(await onBackup('get', '-H', '-o', 'value', 'origin', B)).toBe('-')
  }
  const failed = (await repairs()).filter(({ state }) => state === 'FAILED')
  expect(failed.length).toBeLessThan(5)
  expect(codes()).toContain('REPAIR_FAILING')
  bed.faults.clear()
  await bed.run(bed.engine.repair({ datasetId: ID, trigger: PERSON }))
  await settle(bed)
  expect(codes()).toEqual(['UP_TO_DATE'])
})

test.each([0, 1, 2, 3, 4])(
  'the second swap of a backup, cut off after %i commands, is not taken for its first',
  async (after) => {
    await diverged()
    await settle(bed)
    const [first = ''] = (await names()).filter((name) => name.includes('.zw-aside-'))
    bed.host('b').zfs.snapshot(`${B}@own2`, { bytes: 1000 })
    bed.host('a').zfs.snapshot('tank/one@s3', { bytes: 20_000 })
    await bed.look(false)
    await bed.clock.pass(2 * HOUR)
    await cutOff(after)
    const before = await repairs()
    await bed.restart()
    await settle(bed)
    expect(codes()).toEqual(['UP_TO_DATE'])
    for (const { id } of (await repairs()).slice(0, -before.length))
      for (const { command } of await bed.store.actions(id)) expect(command.flat().join(' ')).not.toContain(first)
    const second = (await names()).find((name) => name.includes('.zw-aside-') && name !== first) ?? ''
    const rows = await onBackup('list', '-H', '-o', 'name,canmount', '-r', 'vault')
    expect(rows.split('\n')).toEqual(['vault\ton', `${B}\ton`, `${first}\tnoauto`, `${second}\tnoauto`])
    expect(await onBackup('list', '-Hp', '-o', 'userrefs', '-t', 'snapshot', `${second}@own2`)).toBe('1')
  },
)

describe('the end of the repair window', () => {
  const night = { repair_window: '14:00-16:00' }

  test('does not come between promote and swap', async () => {
    await diverged({ defaults: night })
    // The promote takes until after the end of the window.
    const take = bed.faults.take.bind(bed.faults)
    let late = 0
    bed.faults.take = (host, on, lines) => {
      if (late === 0 && lines.some((line) => line.startsWith('zfs promote '))) {
        late = Date.UTC(2026, 10, 22, 16, 30) - bed.clock.now()
        bed.clock.jump(late)
      }
      return take(host, on, lines)
    }
    await bed.scan()
    expect(late).toBeGreaterThan(0)
    expect(await names()).not.toContain(`${B}.zw-next-`)
    expect((await names()).filter((name) => name.includes('.zw-aside-'))).toHaveLength(1)
    expect(codes()).not.toContain('HALF_DONE_SWAP')
  })

  test.each([
    ['in no window', night],
    ['with auto_repair off', { auto_repair: false }],
    ['with both', { ...night, auto_repair: false }],
  ])('a swap that was cut off is finished %s, and what follows waits', async (_, defaults) => {
    await diverged()
    await cutOff(1)
    await bed.clock.pass(8 * HOUR)
    await bed.configure({ defaults: { ...bed.settings.defaults, ...defaults } })
    await bed.restart()
    await bed.look(false)
    expect(codes()[0]).toBe('HALF_DONE_SWAP')
    const automatic = bed.engine.dataset(ID)?.plan?.automatic
    expect(automatic).toMatchObject({ allowed: true })
    expect(automatic?.sentence).toContain('A swap that was begun is finished at any time')
    await bed.scan()
    expect(codes()).not.toContain('HALF_DONE_SWAP')
    const [run] = await repairs()
    expect(run).toMatchObject({ state: 'SUCCEEDED', reason: expect.stringContaining('A swap that was cut off') })
    expect(run?.outcome).toContain('is over.')
    expect(await onBackup('list', '-H', '-o', 'name', '-t', 'snapshot', '-d', '1', B)).toBe(`${B}@s1`)
  })

  test.each([
    ['dry_run', { dry_run: true }],
    ['a pause', { paused: true }],
  ])('%s holds it: nothing at all is written then', async (_, defaults) => {
    await diverged()
    await cutOff(1)
    await bed.configure({ defaults: { ...bed.settings.defaults, ...defaults } })
    await bed.restart()
    const before = await names()
    await settle(bed)
    expect(await names()).toEqual(before)
    expect(codes()[0]).toBe('HALF_DONE_SWAP')
  })
})

test('a dataset that another tool makes below the backup in the moment of the swap goes back in the same run', async () => {
  await diverged({ children: ['kid'] })
  const take = bed.faults.take.bind(bed.faults)
  let made = false
  bed.faults.take = (host, on, lines) => {
    if (!made && lines.some((line) => line.startsWith(`zfs rename -u ${B} `))) {
      made = true
      bed.host('b').zfs.dataset.create(`${B}/late`)
    }
    return take(host, on, lines)
  }
  await bed.scan()
  expect(made).toBe(true)
  expect((await names()).filter((name) => name.startsWith(`${B}/`))).toEqual([`${B}/kid`, `${B}/late`])
  expect((await repairs()).map(({ state }) => state)).toEqual(['SUCCEEDED', 'SUCCEEDED'])
  expect(codes()).toEqual(['UP_TO_DATE'])
})

describe('what a person does to a set-aside is no swap', () => {
  async function setAside(settings: readonly string[] = []): Promise<string> {
    await diverged()
    if (settings.length > 0) await onBackup('set', ...settings, B)
    await settle(bed)
    expect(codes()).toEqual(['UP_TO_DATE'])
    return (await names()).find((name) => name.includes('.zw-aside-')) ?? ''
  }

  test.each([
    ['with its journal', false],
    ['after a restart', true],
  ])('canmount=on and a dataset below it stay as they are, %s', async (_, restarts) => {
    const aside = await setAside(['canmount=noauto'])
    await onBackup('set', 'canmount=on', aside)
    await onBackup('create', '-u', `${aside}/theirs`)
    if (restarts) await bed.restart()
    await settle(bed)
    expect(codes()).toEqual(['UP_TO_DATE'])
    expect(await onBackup('get', '-H', '-o', 'value', 'canmount', aside)).toBe('on')
    expect(await onBackup('get', '-H', '-o', 'value', 'canmount', B)).toBe('noauto')
    expect(await names()).toContain(`${aside}/theirs`)
  })

  test('with the database lost, a backup that mounts itself has its swap behind it', async () => {
    const aside = await setAside()
    await onBackup('set', 'canmount=on', aside)
    await onBackup('create', '-u', `${aside}/theirs`)
    await bed.newDatabase()
    await settle(bed)
    expect(codes()).toEqual(['UP_TO_DATE'])
    expect(await names()).toContain(`${aside}/theirs`)
  })

  test('with the database lost, children that a swap has left below it go back all the same', async () => {
    await diverged({ children: ['kid', 'kid2'] })
    // rename, rename, readonly, canmount of the set-aside, one child; the SAN stops there.
    await cutOff(5)
    await bed.newDatabase()
    await settle(bed)
    expect((await names()).filter((name) => name.startsWith(`${B}/`))).toEqual([`${B}/kid`, `${B}/kid2`])
    expect(codes()).toEqual(['UP_TO_DATE', 'CANMOUNT_UNSURE'])
    expect(await onBackup('get', '-H', '-o', 'value', 'canmount', B)).toBe('noauto')
  })
})
