import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PlanKind } from '#lib/replication/types/plan.ts'
import { situationsOf } from '#tests/zfs/broken-chains.ts'
import { testFiles } from './bun-test.ts'
import { zfsFiles } from './lab.ts'

const DOES_SOMETHING: Readonly<Record<PlanKind, boolean>> = {
  NOTHING: false,
  IMPOSSIBLE: false,
  INCREMENTAL: true,
  FROM_BOOKMARK: true,
  SEED: true,
  RESUME: true,
  SET_ASIDE_REWIND: true,
  SET_ASIDE_RESEED: true,
  FINISH_SWAP: true,
  IN_PLACE: true,
}
const KINDS = Object.entries(DOES_SOMETHING).flatMap(([kind, does]) => (does ? [kind] : []))

/** A PATH that has only what is named, and a lab that ends `check` as told. */
let home = ''
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'zw-runner-'))
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

function lab(name: string, checkEndsWith: number, says = ''): string {
  const directory = join(home, name)
  mkdirSync(directory, { recursive: true })
  const text = `#!/bin/sh\n[ "$1" = check ] && { echo "${says}" >&2; exit ${checkEndsWith}; }\nexit 3\n`
  writeFileSync(join(directory, 'lab'), text, { mode: 0o755 })
  return directory
}

function path(name: string, programs: readonly string[]): string {
  const directory = join(home, name)
  mkdirSync(directory, { recursive: true })
  for (const program of programs) symlinkSync('/bin/true', join(directory, program))
  return directory
}

/** `npm run test:zfs` as somebody would see it. */
function run(env: Readonly<Record<string, string>>): { readonly code: number; readonly output: string } {
  // Nor the file of the tally: what this run counts is no result of the run that it is part of.
  const clean = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('ZFS_LAB') && name !== 'ZWITNESS_TALLY'),
  )
  const child = Bun.spawnSync([process.execPath, 'tests/runner/main.ts', 'zfs'], {
    env: { ...clean, ...env },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })
  return { code: child.exitCode, output: child.stdout.toString() + child.stderr.toString() }
}

test.each([
  ['a lab directory that is not there', () => ({ ZFS_LAB_DIR: join(home, 'nowhere') }), 'has no executable `lab`'],
  ['a running lab that is not there', () => ({ ZFS_LAB_CLIENT: join(home, 'nowhere') }), 'has no ssh_config'],
  [
    'a lab that says itself what is missing',
    () => ({ ZFS_LAB_DIR: lab('picky', 1, 'no image is built.') }),
    'no image is built.',
  ],
  [
    'no QEMU',
    () => ({ ZFS_LAB_DIR: lab('plain', 2), PATH: path('bare', ['ssh', 'zstd']) }),
    'needs qemu-system-x86_64: apt-get install',
  ],
  ['no ssh', () => ({ ZFS_LAB_DIR: lab('shy', 2), PATH: path('empty', []) }), 'ssh is missing'],
])('%s: SKIPPED and 77, never green', (_title, env, why) => {
  const { code, output } = run(env())
  expect(output).toContain('SKIPPED: the OpenZFS tier needs a machine with OpenZFS.')
  expect(output).toContain(why)
  expect(output).toMatch(/\d+ skipped\n0 passed, 0 failed/)
  expect(code).toBe(77)
})

test('the core names what it leaves out, and none of that is counted', async () => {
  const { output } = run({ ZFS_LAB_DIR: join(home, 'nowhere') })
  const [core, rest] = [await zfsFiles('core'), [...(await zfsFiles('rest')), ...(await zfsFiles('conformance'))]]
  const named = /^Not in the core, not run: (.*) \(/m.exec(output)?.[1] ?? ''
  expect(named.split(' ')).toEqual(rest)
  expect(output).toContain(`${core.length} skipped\n`)
})

test('every file that needs real OpenZFS is in one part of the tier', async () => {
  const parts = await Promise.all((['core', 'rest', 'conformance'] as const).map(zfsFiles))
  expect(parts.flat().toSorted()).toEqual(await testFiles(['tests/zfs']))
  expect(parts.every((files) => files.length > 0)).toBe(true)
})

test('every kind of plan that does something is in the core', async () => {
  const core = (await Promise.all((await zfsFiles('core')).map((file) => Bun.file(file).text()))).join('\n')
  const mended = (['zfsadmin', 'root'] as const).flatMap((user) => situationsOf(user, 'core').map(({ plan }) => plan))
  const missing = KINDS.filter((kind) => !core.includes(`'${kind}'`) && !mended.includes(kind))
  expect(missing).toEqual([])
})

test('a lab that is there and does not start is a failure', () => {
  const { code, output } = run({
    ZFS_LAB_DIR: lab('broken', 2),
    PATH: path('full', ['ssh', 'zstd', 'qemu-system-x86_64']),
  })
  expect(output).toContain('FAILED: the lab did not start (exit code 3)')
  expect(code).toBe(1)
})
