import { describe, expect, test } from 'bun:test'
import { neededOnBackup, neededOnPrimary, parseRights } from '#lib/zfs/rights.ts'
import { host } from './host.fixture.ts'
import { checkRights, checkStreams, type Place, type RightsAsked } from './rights.ts'

describe('rights', () => {
  const primary = (dataset: string): Place => ({
    dataset,
    side: 'primary',
    needed: neededOnPrimary(dataset, { anchors: true, recursive: false }),
    serves: [dataset],
  })
  const backup: Place = {
    dataset: 'vault',
    side: 'backup',
    needed: neededOnBackup('vault/a', { appendOnly: true, properties: ['atime'], recursive: false }),
    serves: ['a'],
  }
  const granted = (dataset: string, rights: string) =>
    [
      dataset,
      parseRights(`---- Permissions on ${dataset} ---\nLocal+Descendent permissions:\n\tuser zfsadmin ${rights}\n`),
    ] as const
  const asked = (change: Partial<RightsAsked>): RightsAsked => ({
    host,
    uid: 1000,
    holder: { user: 'zfsadmin', groups: [] },
    places: [backup],
    grants: new Map([
      granted('vault', 'receive:append,create,mount,rename,hold,clone,promote,readonly,canmount,userprop,atime'),
    ]),
    appendOnly: true,
    sudoRefuses: [],
    ...change,
  })

  test('all that is needed', () => {
    expect(checkRights(asked({}))).toMatchObject([{ state: 'OK', fix: [] }])
  })

  test('one that is only for repairs is a warning, with the exact line', () => {
    const grants = new Map([
      granted('vault', 'receive:append,create,mount,rename,hold,clone,promote,readonly,canmount,userprop'),
    ])
    expect(checkRights(asked({ grants }))).toMatchObject([
      { state: 'WARNING', fix: [{ host: 'hqs1', command: 'zfs allow -u zfsadmin atime vault' }] },
    ])
  })

  test('datasets that lack the same are one finding with a line each; without them nothing works', () => {
    const places = ['tank/a', 'tank/b'].map(primary)
    const grants = new Map([granted('tank/a', 'send'), granted('tank/b', 'send')])
    const [found, ...more] = checkRights(asked({ places, grants }))
    expect(more).toEqual([])
    expect(found?.state).toBe('FAILED')
    expect(found?.fix.map(({ command }) => command)).toEqual([
      'zfs allow -u zfsadmin hold,bookmark tank/a',
      'zfs allow -u zfsadmin hold,bookmark tank/b',
    ])
  })

  test('what could destroy is a warning: append-only first, then the rest away', () => {
    const grants = new Map([
      granted('vault', 'receive,create,mount,rename,hold,clone,promote,readonly,canmount,userprop,atime,destroy'),
    ])
    const found = checkRights(asked({ grants }))
    expect(found.map(({ state }) => state)).toEqual(['WARNING'])
    expect(found[0]?.fix.map(({ command }) => command)).toEqual([
      'zfs allow -u zfsadmin receive:append vault',
      'zfs unallow -u zfsadmin destroy,receive vault',
    ])
  })

  test('what could not be read is not missing', () => {
    expect(checkRights(asked({ grants: new Map() }))).toMatchObject([{ state: 'SKIPPED' }])
  })

  test('root and sudo are not delegated, and said so; sudo that refuses is a failure', () => {
    expect(checkRights(asked({ uid: 0 }))).toMatchObject([
      { state: 'WARNING', message: expect.stringContaining('root') },
    ])
    const sudo = { ...host, zfsCommand: ['sudo', '-n', 'zfs'] }
    expect(checkRights(asked({ host: sudo }))).toMatchObject([{ state: 'WARNING' }])
    const sudoRefuses = [['sudo', '-n', '-l', 'zfs', 'receive', '-s', '-u', 'vault/a']]
    expect(checkRights(asked({ host: sudo, sudoRefuses }))).toMatchObject([
      { state: 'FAILED', message: expect.stringContaining('`zfs receive -s -u vault/a`') },
    ])
  })

  test('what a stream could bring: ZFS refuses what the login may not set, zwitness the rest', () => {
    const said = (change: Partial<RightsAsked>) =>
      checkStreams(asked(change)).map(({ state, message }) => `${state} ${message}`)
    expect(said({})).toEqual([
      'OK A stream brings no property to vault of hqs1 that acts on the host: ZFS refuses what zfsadmin may not set; to canmount, readonly, which it may set, zwitness says no (`receive -x`).',
    ])
    expect(said({ uid: 0 })[0]).toStartWith('OK A stream could bring any property to vault of hqs1')
    expect(said({ grants: new Map() })[0]).toStartWith('SKIPPED Which properties a stream could bring')
    expect(said({ places: [primary('tank/a')] })).toEqual([])
  })
})
