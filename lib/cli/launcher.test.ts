import { afterEach, beforeEach, expect, test } from 'bun:test'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { makeTemporaryDirectory, removePath } from '#lib/host/directory.ts'
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
