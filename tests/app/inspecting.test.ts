import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Body } from '#tests/witness/client.ts'
import { zwitness } from '#tests/witness/service.ts'
import type { InProcess } from './in-process.ts'
import type { San } from './san.ts'
import { World } from './world.ts'

setDefaultTimeout(600_000)

/*
 * What a person asks for besides repairs, over real ssh: doctor, discover, verify, explain. None of it may change
 * anything on a SAN.
 */
let world: World
let app: InProcess
beforeAll(async () => {
  world = await World.open()
  for (const san of world.sans) logsInAs(san, 'zfsadmin')
  world.dataset('fine', 3, { onBackup: 3 })
  world.dataset('gappy', 4, { onBackup: 3 })
  world.backup.zfs.forget('vault/gappy@s2')
  world.dataset('fresh', 1)
  app = await world.app(world.yaml({ datasets: { fine: {}, gappy: {}, fresh: {} }, limits: { retries: 0 } }))
})
afterAll(() => world.close())

const FULL = 'receive:append,create,mount,rename,hold,clone,promote,readonly,canmount,userprop'

/** The test's own user is root, to whom no rights are delegated: `id` says somebody else. */
function logsInAs(san: San, name: string): void {
  const path = join(world.directory, `bin-${san.name}`, 'id')
  const uid = name === 'root' ? 0 : 1000
  writeFileSync(path, `#!/bin/sh\ncase $1 in -u) echo ${uid};; -un) echo ${name};; -Gn) echo ${name} storage;; esac\n`)
  chmodSync(path, 0o755)
}

const doctor = async (body: object = {}): Promise<Body> => {
  const answer = await app.post('/api/doctor', body)
  expect(answer.status).toBe(200)
  return answer.body
}
/** State and message of the findings of one check, of one subject where it matters. */
const found = (report: Body, check: string, id?: string): Body[] =>
  report.findings.filter((each: Body) => each.check === check && (id === undefined || each.subject.id === id))
const states = (findings: readonly Body[]): string[] => findings.map(({ state }) => state)

describe('doctor', () => {
  test('without any right: what is missing, as lines that cure it; the next look is content', async () => {
    const sick = await doctor()
    expect(sick.result).toBe('FAILED')
    const lines = found(sick, 'RIGHTS').flatMap(({ fix }) => fix)
    expect(lines).toContainEqual({ host: 'prim', command: 'zfs allow -u zfsadmin send,hold,bookmark tank/fine' })
    expect(lines).toContainEqual({ host: 'back', command: `zfs allow -u zfsadmin ${FULL} vault` })

    for (const { host, command } of lines) {
      const [, , , user = '', rights = '', dataset = ''] = command.split(' ')
      const san = host === 'prim' ? world.primary : world.backup
      san.zfs.allow(dataset, user, rights.split(','))
    }
    const cured = await doctor()
    expect(states(found(cured, 'RIGHTS'))).toEqual(['OK', 'OK', 'OK'])
    for (const check of [
      'KEY',
      'HOST_KEY',
      'LOGIN',
      'CLOCK',
      'SHELL',
      'ZFS',
      'PATH',
      'DATA',
      'DATABASE',
      'SCHEDULE',
      'UID',
    ])
      expect({ check, states: [...new Set(states(found(cured, check)))] }).toEqual({ check, states: ['OK'] })
    expect(states(found(cured, 'DATASET', world.id('fresh')))).toEqual(['WARNING'])
    expect(states(found(cured, 'DATASET', world.id('fine')))).toEqual(['OK'])
  })

  test('a right that could destroy is named, with the line that takes it away', async () => {
    world.backup.zfs.allow('vault', 'zfsadmin', ['destroy'])
    const [finding] = found(await doctor({ host: 'back' }), 'RIGHTS')
    expect(finding).toMatchObject({
      state: 'WARNING',
      fix: [{ host: 'back', command: 'zfs unallow -u zfsadmin destroy vault' }],
    })
  })

  test('root is not delegated, and is told so', async () => {
    logsInAs(world.primary, 'root')
    const [finding] = found(await doctor({ host: 'prim' }), 'RIGHTS')
    expect(finding).toMatchObject({ state: 'WARNING', message: expect.stringContaining('root') })
    logsInAs(world.primary, 'zfsadmin')
  })

  test('a login that prints text is told about it, and bytes flow all the same', async () => {
    world.backup.bashrc('echo Welcome to the SAN')
    const report = await doctor()
    expect(found(report, 'SHELL', 'back')[0]).toMatchObject({
      state: 'WARNING',
      message: expect.stringContaining('Welcome to the SAN'),
    })
    expect(states(found(report, 'PATH'))).toEqual(['OK'])
    world.backup.bashrc('')
  })

  test('a clock that is off', async () => {
    world.backup.setClock(300)
    expect(found(await doctor({ host: 'back' }), 'CLOCK')[0]).toMatchObject({
      state: 'WARNING',
      message: expect.stringMatching(/(2[89]|30)\d s ahead/),
    })
    world.backup.setClock(0)
  })

  test('a pool that is degraded, one that is not imported', async () => {
    world.backup.zfs.setPool('vault', { health: 'DEGRADED' })
    expect(states(found(await doctor({ host: 'back' }), 'POOL', 'back'))).toEqual(['WARNING'])
    world.backup.zfs.setPool('vault', { health: 'ONLINE', imported: false })
    const report = await doctor({ host: 'back' })
    expect(states(found(report, 'POOL', 'back'))).toEqual(['FAILED'])
    // Not known is not missing.
    expect(states(found(report, 'DATASET', world.id('fine')))).toEqual(['SKIPPED'])
    world.backup.zfs.setPool('vault', { imported: true })
  })

  test('a host that is away: everything about it is not looked at, nothing is claimed', async () => {
    await world.backup.stop()
    const report = await doctor()
    expect(states(found(report, 'LOGIN', 'back'))).toEqual(['FAILED'])
    expect(states(found(report, 'PATH'))).toEqual(['SKIPPED'])
    expect([...new Set(states(found(report, 'DATASET')))]).toEqual(['SKIPPED'])
    expect(states(found(report, 'LOGIN', 'prim'))).toEqual(['OK'])
    await world.backup.start()
    expect(states(found(await doctor({ host: 'back' }), 'LOGIN', 'back'))).toEqual(['OK'])
  })

  test('no zfs there; a listing that fails is not known', async () => {
    world.backup.replace('zfs', 'echo "sh: zfs: command not found" >&2; exit 127')
    const report = await doctor({ host: 'back' })
    expect(found(report, 'ZFS', 'back')[0]).toMatchObject({
      state: 'FAILED',
      message: expect.stringContaining('not there'),
    })
    expect(states(found(report, 'DATASET', world.id('fine')))).toEqual(['SKIPPED'])
    world.backup.restore()
  })

  test('throughput only where it is asked for', async () => {
    expect(found(await doctor({ throughput: true }), 'THROUGHPUT')[0]).toMatchObject({
      message: expect.stringMatching(/64 MiB of zeros prim → witness → back took .*\/s/),
    })
  })

  test('a known_hosts without the host: ssh is not let in, and the way to pin it is shown', async () => {
    app.home.pin(world.primary.hostKeyLine)
    const report = await doctor({ host: 'back' })
    expect(found(report, 'HOST_KEY', 'back')[0]).toMatchObject({
      state: 'FAILED',
      fix: [{ host: null, command: 'zwitness known-hosts scan back' }],
    })
    app.home.pin(world.knownHosts)
    expect(states(found(await doctor({ host: 'back' }), 'HOST_KEY', 'back'))).toEqual(['OK'])
  })

  test('a key that others may read', async () => {
    const key = join(app.home.config, 'id_ed25519')
    chmodSync(key, 0o644)
    expect(found(await doctor({ host: 'prim' }), 'KEY', 'prim')[0]).toMatchObject({
      state: 'FAILED',
      fix: [{ host: null, command: `chmod 600 ${key}` }],
    })
    chmodSync(key, 0o600)
    expect(states(found(await doctor({ host: 'prim' }), 'KEY', 'prim'))).toEqual(['OK'])
  })
})

describe('discover', () => {
  test('finds by guid what is watched and what is not, and writes nothing', async () => {
    world.dataset('unwatched', 2, { onBackup: 1 })
    world.primary.zfs.dataset.create('tank/empty')
    world.backup.zfs.dataset.create('vault/stranger')
    world.backup.zfs.snapshot('vault/stranger@x')
    const { status, body } = await app.post('/api/discover', { primary: 'prim', backup: 'back' })
    expect(status).toBe(200)
    expect(body.mappings.map((each: Body) => [each.primary, each.commonCount, each.behind, each.configured])).toEqual([
      ['tank/fine', 3, 0, world.id('fine')],
      ['tank/gappy', 2, 1, world.id('gappy')],
      ['tank/unwatched', 1, 1, null],
    ])
    expect(body.mappings[2].newestCommon.createdAt).toMatch(/^20/)
    expect(body.yaml).toContain('- { name: tank/unwatched, backup_dataset: vault/unwatched }')
    expect(body.withoutBackup.map((each: Body) => each.dataset)).toEqual(['tank', 'tank/empty', 'tank/fresh'])
    expect(body.withoutPrimary.map((each: Body) => each.dataset)).toEqual(['vault', 'vault/stranger'])
  })

  test('one ssh command a side, and one more for the dates', async () => {
    for (const san of world.sans) san.forgetCalls()
    await app.post('/api/discover', { primary: 'prim', backup: 'back' })
    expect(world.backup.calls('session').length).toBeLessThanOrEqual(2)
    expect(world.backup.calls('zfs')).toHaveLength(2)
    expect(world.primary.calls('zfs')).toHaveLength(3)
  })

  test('a listing that fails is never an empty one', async () => {
    world.backup.replace('zfs', 'echo "cannot iterate filesystems: I/O error" >&2; exit 1')
    const { status, body } = await app.post('/api/discover', { primary: 'prim', backup: 'back' })
    expect([status, body.code]).toEqual([502, 'NOT_LISTED'])
    world.backup.restore()
  })
})

describe('verify', () => {
  test('a backup with everything: every guid compared, the command that restores it', async () => {
    const { status, body } = await app.post(`/api/datasets/${world.id('fine')}/verify`)
    expect(status).toBe(200)
    expect(body.history).toMatchObject({ commonCount: 3, gaps: [], sameOrder: true })
    expect(body.restore.command).toContain("'zfs send -L -c vault/fine@s3' | ssh ")
    expect((await app.dataset(world.id('fine'))).verification).toEqual(body)
  })

  test('a gap that nobody can fill in is named by guid', async () => {
    const { body } = await app.post(`/api/datasets/${world.id('gappy')}/verify`)
    expect(body.result).toBe('ATTENTION')
    expect(body.history).toMatchObject({ commonCount: 2, newest: { name: 's3' } })
    expect(body.history.gaps.map((gap: Body) => gap.guid)).toEqual([world.guids('gappy').primary.s2])
  })

  test('no backup, a side that is away', async () => {
    const { body: none } = await app.post(`/api/datasets/${world.id('fresh')}/verify`)
    expect([none.result, none.findings[0].code, none.restore.possible]).toEqual(['FAILED', 'NO_BACKUP', false])
    await world.primary.stop()
    const { body: away } = await app.post(`/api/datasets/${world.id('fine')}/verify`)
    expect([away.result, away.history, away.restore.possible]).toEqual(['UNKNOWN', null, true])
    await world.primary.start()
  })

  test('the function does all of them', async () => {
    const { body } = await app.post('/api/functions/verify', {})
    expect(body.output.items).toHaveLength(3)
    expect(body.output.counts.FAILED).toBe(1)
  })
})

test('the command line: doctor ends with 1, 4 or 0; --fix-hints prints only lines to paste', async () => {
  await app.close()
  const zw = (...words: readonly string[]) => zwitness(app.home, words)
  const hints = await zw('doctor', '--host', 'back', '--fix-hints')
  expect(hints.out).toContain('# on back, as root:\nzfs unallow -u zfsadmin destroy vault\n')
  expect(hints.code).toBe(4)
  expect((await zw('doctor', '--json')).json().schema).toBe('doctor/1')
  const yaml = await zw('discover', 'prim', 'back')
  expect([yaml.code, yaml.out.startsWith('pairs:')]).toEqual([0, true])
  const verified = await zw('verify', world.id('fine'))
  expect([verified.code, verified.out.includes('zfs receive -s -u tank/fine.restored-')]).toEqual([4, true])
  expect([(await zw('doctor', '--host', 'nobody')).code, (await zw('verify')).code]).toEqual([3, 2])
  const note = await zw('explain', world.id('gappy'))
  expect(note.code).toBe(0)
  for (const part of ['STATE', 'WHY', 'CHAIN', 'PLAN', 'HOSTS', 'guid ']) expect(note.out).toContain(part)
})
