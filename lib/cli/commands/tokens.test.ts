import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { makeTemporaryDirectory, removePath, writeTextFileAtomic } from '#lib/host/files.ts'
import { main } from '../main.ts'
import { fakeIo, noLoaders, runCommand } from '../testing/command-line.ts'
import { problem } from '../testing/service.ts'

const token = {
  id: '0123456789',
  name: 'ci',
  role: 'VIEWER',
  state: 'GOOD',
  createdBy: 'local',
  createdAt: '2026-11-22T12:00:00Z',
  expiresAt: null,
  usedAt: '2026-11-22T13:48:00Z',
  usedFrom: '10.0.0.7',
  revokedAt: null,
  roleNow: 'VIEWER',
  revokedBecause: null,
}
const answers = {
  'POST /api/tokens': { status: 201, body: { ...token, token: 'zwt_0123456789_abc' } },
  'GET /api/tokens': { status: 200, body: { items: [{ ...token, id: '9', state: 'REVOKED' }, token] } },
  'DELETE /api/tokens/0123456789': {
    status: 200,
    body: { ...token, state: 'REVOKED', alsoRevoked: [{ id: '7', name: 'old' }] },
  },
}
let directory = ''
beforeEach(async () => {
  directory = await makeTemporaryDirectory()
})
afterEach(() => removePath(directory))

describe('tokens', () => {
  test('a new one is all that is on stdout', async () => {
    const ran = await runCommand(['token', 'create', 'ci', '--role', 'operator', '--expires', '90d'], { answers })
    expect(ran.service.bodies.get('/api/tokens')).toEqual({ name: 'ci', role: 'OPERATOR', days: 90 })
    expect([ran.exit, ran.stdout]).toEqual([0, 'zwt_0123456789_abc\n'])
    expect(ran.stderr).toContain('cannot be shown again')
  })

  test('are listed, and revoked by id or name', async () => {
    expect((await runCommand(['token', 'list'], { answers })).stdout).toContain('12 min ago')
    for (const which of ['ci', '0123456789']) {
      const ran = await runCommand(['token', 'revoke', which], { answers })
      expect(ran.service.calls.at(-1)).toBe('DELETE /api/tokens/0123456789')
    }
    expect((await runCommand(['token', 'revoke', 'nothing'], { answers })).exit).toBe(3)
  })
})

describe('a token goes with --url', () => {
  async function sent(line: readonly string[], env: Record<string, string> = {}) {
    const seen: (string | null)[] = []
    const io = fakeIo({ env: { ZWITNESS_URL: 'http://witness.test', ...env } })
    const exit = await main(['version', ...line], io, {
      loaders: noLoaders,
      fetch: async (_, init) => {
        seen.push(new Headers(init.headers).get('authorization'))
        return Response.json({ version: '1', startedAt: '', demo: false })
      },
    })
    return { exit, seen, stderr: io.written.stderr }
  }

  test('from the option, the environment or a file', async () => {
    await writeTextFileAtomic(`${directory}/token`, 'zwt_file\n')
    expect((await sent(['--token', 'zwt_a'])).seen).toEqual(['Bearer zwt_a'])
    expect((await sent([], { ZWITNESS_TOKEN: 'zwt_env' })).seen).toEqual(['Bearer zwt_env'])
    expect((await sent(['--token-file', `${directory}/token`])).seen).toEqual(['Bearer zwt_file'])
    expect((await sent([], { ZWITNESS_TOKEN_FILE: `${directory}/token` })).seen).toEqual(['Bearer zwt_file'])
    expect((await sent(['--token', 'zwt_a'], { ZWITNESS_TOKEN_FILE: '/none' })).seen).toEqual(['Bearer zwt_a'])
    expect((await sent([])).seen).toEqual([null])
  })

  test.each([
    [['--token-file', '/no/such/file']],
    [['--token', 'a b']],
    [['--token', 'zwt_a', '--url', 'http://u:p@witness.test']],
  ])('%p is a mistake of the command line', async (line) => {
    const { exit, seen } = await sent(line)
    expect([exit, seen]).toEqual([2, []])
  })

  test('without one the command says how to get one, and ends with 8', async () => {
    const refused = { 'GET /api/status': problem(401, 'NOT_AUTHENTICATED', 'Sign in, or send a token.') }
    const ran = await runCommand(['status'], { answers: refused })
    expect([ran.exit, ran.stderr.includes('zwitness token create NAME')]).toEqual([8, true])
    const setup = { 'GET /api/status': problem(503, 'SETUP_REQUIRED', 'Nobody can sign in yet.') }
    const first = await runCommand(['status'], { answers: setup })
    expect([first.exit, first.stderr.includes('zwitness user add NAME --role admin')]).toEqual([7, true])
  })
})
