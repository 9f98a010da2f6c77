import { expect, test } from 'bun:test'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryDirectory } from '#tests/endings/temporary-directory.ts'
import { type OwnFiles, openFiles } from './open-files.ts'
import { checkFiles } from './witness.ts'

/** A witness's files, all closed, with this one given another mode. */
function files(mode: number, which: keyof OwnFiles | null): OwnFiles {
  const directory = temporaryDirectory()
  const inside = (name: string): string => join(directory, name)
  mkdirSync(inside('data'), { mode: 0o700 })
  const own: OwnFiles = {
    configuration: inside('app-config.yaml'),
    directories: [inside('data'), inside('not-there')],
    keys: [inside('id_ed25519'), inside('no-key')],
    knownHosts: [inside('known_hosts')],
    database: inside('zwitness.db'),
  }
  for (const path of [own.configuration, ...own.keys.slice(0, 1), ...own.knownHosts, own.database])
    writeFileSync(path, '', { mode: 0o600 })
  if (which !== null) chmodSync([own[which]].flat()[0] ?? '', mode)
  return own
}

const CASES: readonly (readonly [mode: number, which: keyof OwnFiles, allowed: boolean, states: readonly string[]])[] =
  [
    [0o600, 'keys', false, ['OK']],
    [0o640, 'keys', false, ['FAILED']],
    [0o604, 'keys', false, ['FAILED']],
    [0o777, 'keys', false, ['FAILED']],
    [0o777, 'keys', true, ['WARNING']],
    [0o644, 'configuration', false, ['OK']],
    [0o666, 'configuration', false, ['WARNING']],
    // The group of our own process: of many machines everyone has one of his own.
    [0o664, 'configuration', false, ['OK']],
    [0o755, 'directories', false, ['OK']],
    [0o777, 'directories', false, ['WARNING']],
    [0o777, 'directories', true, ['WARNING']],
    [0o1777, 'directories', false, ['WARNING']],
    [0o644, 'knownHosts', false, ['OK']],
    [0o606, 'knownHosts', false, ['WARNING']],
    [0o666, 'database', false, ['WARNING']],
  ]

test.each(CASES)('mode %o of %s, open files allowed %p: %j', async (mode, which, allowed, states) => {
  const own = files(mode, which)
  const open = await openFiles(own, allowed)
  const path = [own[which]].flat()[0] ?? ''
  expect(checkFiles(open).map(({ state }) => state)).toEqual(states as never)
  expect(open.map((each) => [each.path, each.refused])).toEqual(
    states[0] === 'OK' ? [] : [[path, states[0] === 'FAILED']],
  )
  for (const { message, command } of open)
    expect([message.includes(path), command.endsWith(path)]).toEqual([true, true])
})

test('a mount that shows everything as open is said file by file, and nothing but the key is refused', async () => {
  const own = files(0o600, null)
  for (const path of [own.configuration, own.directories[0], own.keys[0], own.knownHosts[0], own.database])
    chmodSync(path ?? '', 0o777)
  expect((await openFiles(own, false)).map(({ refused }) => refused)).toEqual([true, false, false, false, false])
})
