import { expect, test } from 'bun:test'
import { runCommand } from '../testing/command-line.ts'

const sent = { channel: 'ops', type: 'ntfy', ok: true, error: null }
const failed = { channel: 'mail', type: 'email', ok: false, error: 'The server refused the login.' }

const tried = (items: readonly object[], ...line: string[]) =>
  runCommand(['notify', 'test', ...line], {
    answers: { 'POST /api/notifications/test': { status: 200, body: { items } } },
  })

test.each([
  [[sent], 0],
  [[sent, failed], 1],
  // No message is no passed test.
  [[], 3],
] as const)('notify test of %j ends with %i, in every format', async (items, exit) => {
  for (const format of [[], ['--json'], ['--plain']]) expect(await tried(items, ...format)).toMatchObject({ exit })
})

test('notify test says what came of each, or that there is none', async () => {
  expect((await tried([sent, failed])).stdout).toBe(
    '✓ ops (ntfy): sent\n✗ mail (email): The server refused the login.\n',
  )
  expect((await tried([])).stderr).toContain('Nothing was sent: no channel is configured')
})
