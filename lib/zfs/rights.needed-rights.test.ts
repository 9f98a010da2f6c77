import { describe, expect, test } from 'bun:test'
import { allowLine, missingRights, neededOnBackup, neededOnPrimary, needlessRights, parseRights } from './rights.ts'

const grants = (rights: string, scope = 'Local+Descendent', who = 'user zfsadmin') =>
  parseRights(`---- Permissions on vault -------\n${scope} permissions:\n\t${who} ${rights}\n`)
const FULL = 'canmount,clone,create,hold,mount,promote,readonly,receive:append,rename,userprop'
const holder = { user: 'zfsadmin', groups: ['storage'] }
const backup = (properties: readonly string[] = [], more: { appendOnly?: boolean; recursive?: boolean } = {}) =>
  neededOnBackup('vault/a', { appendOnly: true, recursive: false, properties, ...more })
const names = (missing: ReturnType<typeof missingRights>) => missing.map(({ right }) => right)

describe('missingRights', () => {
  const cases: readonly [string, ReturnType<typeof grants>, Parameters<typeof backup>, readonly string[]][] = [
    ['the recommended delegation is enough', grants(FULL), [], []],
    ['receive is wider than receive:append', grants(FULL.replace('receive:append', 'receive')), [], []],
    ['an old host wants receive itself', grants(FULL), [[], { appendOnly: false }], ['receive']],
    ['each property carried over needs its own', grants(FULL), [['compression', 'atime']], ['compression', 'atime']],
    ['limits too', grants(FULL), [['quota', 'snapshot_limit']], ['quota', 'snapshot_limit']],
    ['but not those that a new line is not given', grants(FULL), [['keylocation', 'refreservation', 'volsize']], []],
    [
      'local rights on the parent do not reach the dataset',
      grants('mount,create', 'Local'),
      [],
      ['receive:append', 'create', 'mount', 'rename', 'hold', 'clone', 'promote', 'readonly', 'canmount', 'userprop'],
    ],
    ['descendent ones do not hold beside it', grants(FULL, 'Descendent'), [], ['create', 'mount', 'rename']],
    ["a group's count for its members", grants(FULL, 'Local+Descendent', 'group storage'), [], []],
    ["another group's do not", grants(FULL, 'Local+Descendent', 'group others'), [], names(backup() as never)],
  ]
  test.each(cases)('%s', (_name, given, asked, missing) => {
    expect(names(missingRights(given, holder, backup(...asked)))).toEqual([...missing])
  })

  test('a recursive mapping needs them below too', () => {
    const local = parseRights(
      `---- Permissions on tank/a ----\nLocal permissions:\n\tuser zfsadmin bookmark,hold,send\n`,
    )
    const needed = (recursive: boolean) => neededOnPrimary('tank/a', { anchors: true, recursive })
    expect(names(missingRights(local, holder, needed(false)))).toEqual([])
    expect(names(missingRights(local, holder, needed(true)))).toEqual(['send', 'hold', 'bookmark'])
  })

  test('without anchors no bookmark right is asked for', () => {
    expect(neededOnPrimary('tank/a', { anchors: false, recursive: false }).map(({ right }) => right)).toEqual([
      'send',
      'hold',
    ])
  })
})

test('rights that could destroy are named; receive only where receive:append is known', () => {
  expect(needlessRights(grants('destroy,receive,send'), holder, 'vault/a', true)).toEqual(['destroy', 'receive'])
  expect(needlessRights(grants('receive'), holder, 'vault/a', false)).toEqual([])
})

test('the line to paste is quoted', () => {
  expect(allowLine('zfsadmin', ['send', 'hold', 'send'], 'tank/my data')).toBe(
    "zfs allow -u zfsadmin send,hold 'tank/my data'",
  )
})
