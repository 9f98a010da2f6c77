import { afterEach, expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { afterThisTest } from './after-this-test.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const log: string[] = []
let directory = ''
afterEach(() => {
  log.push('afterEach')
})

test('begins', () => {
  directory = temporaryDirectory()
  for (const name of ['first', 'second']) afterThisTest(() => void log.push(name))
  expect(existsSync(directory)).toBe(true)
})

test('and when it had ended: last first, after the hooks of the file, and no directory was left', () => {
  expect(log).toEqual(['afterEach', 'second', 'first'])
  expect(existsSync(directory)).toBe(false)
})
