import { afterEach, beforeEach, expect, test } from 'bun:test'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { makeTemporaryDirectory, removePath } from '#lib/host/files.ts'
import { runCommand } from '#lib/process/run-command.ts'

const LAUNCHER = join(import.meta.dir, '../setup/zwitness')

let directory = ''
beforeEach(async () => {
  directory = await makeTemporaryDirectory()
})
afterEach(() => removePath(directory))

function launch(file: string, ...args: string[]) {
  const line = ['-c', 'cd "$0" && exec "$@"', directory, file, '--data-dir', join(directory, 'data'), ...args]
  return runCommand({ file: 'sh', args: line, timeoutMs: 30_000, maxStdoutBytes: 1024 * 1024 })
}

test('it starts from anywhere, through links to links', async () => {
  symlinkSync(LAUNCHER, join(directory, 'first'))
  symlinkSync('first', join(directory, 'second'))
  const ran = await launch('./second', 'version', '-q')
  expect(ran.exitCode).toBe(0)
  expect(ran.stdout.toString()).toMatch(/^zwitness \d/)
})

test('the exit code and both streams are those of the command', async () => {
  const ran = await launch(LAUNCHER, 'config', 'check', 'none.yaml', '--json')
  expect(ran.exitCode).toBe(9)
  expect(JSON.parse(ran.stdout.toString())).toMatchObject({ schema: 'config-check/1', valid: false })
})

test('a long answer reaches a pipe as a whole', async () => {
  const ran = await launch(LAUNCHER, 'config', 'schema')
  expect(JSON.parse(ran.stdout.toString())).toMatchObject({ type: 'object' })
})

test('what a command does not need is not loaded: it would be waited for at every start, and at every Tab', async () => {
  const main = join(import.meta.dir, 'main.ts')
  const script = `await import(${JSON.stringify(main)}); console.log(Object.keys(require.cache).join('\\n'))`
  const ran = await runCommand({
    file: process.execPath,
    args: ['-e', script],
    timeoutMs: 30_000,
    maxStdoutBytes: 1024 * 1024,
  })
  const packages = ran.stdout.toString().matchAll(/\/node_modules\/((?:@[^/]+\/)?[^/]+)\//g)
  const mine = new Set([...packages].map(([, name]) => name))
  expect([...mine].filter((name) => ['zod', 'yaml', 'execa', 'hono', 'kysely', 'preact'].includes(name ?? ''))).toEqual(
    [],
  )
  expect(ran.stdout.toString()).toContain(join('lib', 'cli', 'commands', 'look.ts'))
})
