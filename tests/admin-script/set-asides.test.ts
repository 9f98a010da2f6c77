import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cleanUpScript, type SetAside } from '#lib/inspect/set-asides.ts'
import { type Answer, makeTestSans, type TestSans } from '#simulator/testing/sans.ts'

setDefaultTimeout(600_000)

/* The script is run by the shell it is written for, over the simulator's zfs. The names have spaces in them. */
let sans: TestSans
beforeEach(() => {
  sans = makeTestSans()
})
afterEach(() => sans.close())

const B = 'tank/my data'
const ASIDE = `${B}.zw-aside-20261122T080910Z`

function guid(name: string): string {
  return sans.sh(`zfs get -Hp -o value guid '${name}'`).stdout.trim()
}

/** A backup that was set aside and rewound: the set-aside has two snapshots of its own. */
function setAside(): SetAside {
  const lines = [
    `zfs create '${B}'`,
    `zfs snapshot '${B}@base'`,
    `zfs snapshot '${B}@own 1'`,
    `zfs snapshot '${B}@own2'`,
    `zfs clone '${B}@base' '${B}.next'`,
    `zfs promote '${B}.next'`,
    `zfs rename '${B}' '${ASIDE}'`,
    `zfs rename '${B}.next' '${B}'`,
  ]
  const { exitCode, stderr } = sans.sh(lines.join(' && '))
  if (exitCode !== 0) throw new Error(stderr)
  return {
    name: ASIDE,
    guid: guid(ASIDE),
    type: 'filesystem',
    role: 'aside',
    host: 'a',
    pool: 'tank',
    datasetId: 'x',
    backup: { name: B, guid: guid(B) },
    madeAt: 0,
    usedBytes: 1,
    snapshots: 2,
    held: 0,
    children: [],
    pins: `${B}@base`,
    madeBy: null,
    keepBecause: null,
  }
}

function runScript(setAsides: readonly SetAside[], ...words: string[]): Answer {
  const file = join(sans.a.directory, 'clean-up.sh')
  writeFileSync(file, cleanUpScript('a', setAsides, '2026-11-22T12:00:00Z'))
  return sans.sh(`sh '${file}' ${words.join(' ')}`)
}

const everything = (): readonly string[] =>
  sans.sh('zfs list -H -o name -t all -r tank').stdout.trimEnd().split('\n').slice(1)
const WHOLE = [B, `${B}@base`, ASIDE, `${ASIDE}@own 1`, `${ASIDE}@own2`]

test('by itself it only says what it would do', () => {
  const { exitCode, stdout } = runScript([setAside()])
  expect(stdout).toContain(`would run: 'zfs' 'destroy' '${ASIDE}@%'\n  would run: 'zfs' 'destroy' '${ASIDE}'`)
  expect(stdout).toContain('Nothing was changed.')
  expect(exitCode).toBe(0)
  expect(everything().toSorted()).toEqual(WHOLE.toSorted())
})

test('--really removes the set-aside with its snapshots and our holds, and nothing else', () => {
  const one = setAside()
  sans.sh(`zfs hold zwitness '${ASIDE}@own 1'`)
  const { exitCode, stdout, stderr } = runScript([one], '--really')
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  expect(stdout).toContain('1 removed, 0 left alone.')
  expect(everything()).toEqual([B, `${B}@base`])
})

test('another option is refused before anything is looked at', () => {
  const one = setAside()
  expect(runScript([one], '--realy').exitCode).toBe(2)
  expect(everything().toSorted()).toEqual(WHOLE.toSorted())
})

describe('left alone, although --really is given', () => {
  test.each<[what: string, change: (one: SetAside) => string, says: RegExp]>([
    ['made anew under the same name', () => `zfs destroy -r '${ASIDE}'; zfs create '${ASIDE}'`, /is another one now/],
    ['gone', () => `zfs destroy -r '${ASIDE}'`, /does not exist/],
    ['the backup is another one', () => `zfs promote '${ASIDE}'; zfs destroy -r '${B}'; zfs create '${B}'`, /another/],
    ['a dataset below it', () => `zfs create '${ASIDE}/kid'`, /datasets below it/],
    ['a clone of one of its snapshots', () => `zfs clone '${ASIDE}@own2' tank/c`, /own2 has clones: tank\/c/],
    ["somebody else's hold", () => `zfs hold keep '${ASIDE}@own2'`, /own2 is held by keep/],
    ['a snapshot that came later', () => `zfs snapshot '${ASIDE}@late'`, /3 snapshots now, 2 when/],
    ['a backup whose history it owns', () => `zfs promote '${ASIDE}'`, /has clones/],
  ])('%s', (_, change, says) => {
    const one = setAside()
    sans.sh(change(one))
    const before = everything()
    const { exitCode, stdout } = runScript([one], '--really')
    expect(stdout).toMatch(says)
    expect(stdout).toContain('0 removed, 1 left alone.')
    expect(exitCode).toBe(1)
    expect(everything()).toEqual(before)
  })
})

test('one that is left alone does not keep the next one', () => {
  const one = setAside()
  sans.sh('zfs create tank/other')
  const { stdout } = runScript([{ ...one, name: 'tank/other', guid: '1' }, one], '--really')
  expect(stdout).toContain('1 removed, 1 left alone.')
  expect(everything().toSorted()).toEqual([B, `${B}@base`, 'tank/other'].toSorted())
})

test('with nothing to remove it says so', () => {
  const kept = { ...setAside(), keepBecause: 'A swap was cut off half-way; finish it first.' }
  const { exitCode, stdout } = runScript([kept], '--really')
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'There is nothing to remove.\n' })
})
