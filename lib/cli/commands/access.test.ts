import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { makeTemporaryDirectory, removePath } from '#lib/host/directory.ts'
import { writeTextFileAtomic } from '#lib/host/write-file.ts'
import { main } from '../main.ts'
import { fakeIo, noLoaders, runCommand } from '../testing/command-line.ts'
import { problem } from '../testing/service.ts'

const user = { name: 'anna', role: 'OPERATOR', source: 'DATABASE', createdAt: '2026-11-22T12:00:00Z' }
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
const revoked = { id: '7', name: 'old', from: 'ADMIN', to: null, revoked: true, sentence: 'The token old is revoked.' }
const less = { ...revoked, to: 'OPERATOR', revoked: false, sentence: 'The token old is operator now.' }
const answers = {
  'POST /api/users': { status: 201, body: user },
  'GET /api/users': { status: 200, body: { items: [user, { ...user, name: 'fred', source: 'CONFIG' }] } },
  'PATCH /api/users/anna': { status: 200, body: { ...user, tokens: [less] } },
  'DELETE /api/users/anna': { status: 200, body: { removed: 'anna', tokens: [revoked] } },
  'POST /api/tokens': { status: 201, body: { ...token, token: 'zwt_0123456789_abc' } },
  'GET /api/tokens': { status: 200, body: { items: [{ ...token, id: '9', state: 'REVOKED' }, token] } },
  'DELETE /api/tokens/0123456789': {
    status: 200,
    body: { ...token, state: 'REVOKED', alsoRevoked: [{ id: '7', name: 'old' }] },
  },
}
const PASSWORD = 'three words long'

let directory = ''
beforeEach(async () => {
  directory = await makeTemporaryDirectory()
})
afterEach(() => removePath(directory))

describe('user add', () => {
  test('asks a person twice, and never shows what is typed', async () => {
    const ran = await runCommand(['user', 'add', 'anna', '--role', 'operator'], {
      answers,
      tty: true,
      typed: [PASSWORD, PASSWORD],
    })
    expect(ran.service.bodies.get('/api/users')).toEqual({ name: 'anna', role: 'OPERATOR', password: PASSWORD })
    expect([ran.exit, ran.stdout]).toEqual([0, 'anna can sign in and is operator.\n'])
    expect(ran.io.questions).toHaveLength(2)
    expect(ran.stdout + ran.stderr).not.toContain(PASSWORD)
  })

  test('two different ones change nothing', async () => {
    const ran = await runCommand(['user', 'add', 'anna'], { answers, tty: true, typed: [PASSWORD, 'another'] })
    expect([ran.exit, ran.service.calls]).toEqual([2, []])
  })

  test('takes it from a file or from stdin, and where nobody can be asked says so', async () => {
    await writeTextFileAtomic(`${directory}/pw`, `${PASSWORD}\nmore\n`)
    const file = await runCommand(['user', 'add', 'anna', '--password-file', `${directory}/pw`], { answers })
    expect(file.service.bodies.get('/api/users')).toEqual({ name: 'anna', role: 'VIEWER', password: PASSWORD })
    const stdin = await runCommand(['user', 'add', 'anna', '--password-file', '-'], { answers, typed: [PASSWORD] })
    expect(stdin.service.bodies.get('/api/users')).toMatchObject({ password: PASSWORD })
    const nobody = await runCommand(['user', 'add', 'anna'], { answers })
    expect([nobody.exit, nobody.stderr.includes('--password-file')]).toEqual([2, true])
    const gone = await runCommand(['user', 'add', 'anna', '--password-file', `${directory}/none`], { answers })
    expect([gone.exit, gone.service.calls]).toEqual([2, []])
  })

  test('a role that is none is a mistake of the command line', async () => {
    const ran = await runCommand(['user', 'add', 'anna', '--role', 'root'], {
      answers,
      tty: true,
      typed: [PASSWORD, PASSWORD],
    })
    expect([ran.exit, ran.service.calls]).toEqual([2, []])
  })
})

describe('users', () => {
  test('are listed with where they are defined', async () => {
    const ran = await runCommand(['user', 'list'], { answers })
    expect(ran.stdout).toBe(
      'NAME  ROLE      DEFINED\nanna  operator  in the database\nfred  operator  in the configuration, auth.users\n',
    )
    expect(JSON.parse((await runCommand(['user', 'list', '--json'], { answers })).stdout)).toMatchObject({
      schema: 'users/1',
    })
  })

  test('get another password or role, and go', async () => {
    const passwd = await runCommand(['user', 'passwd', 'anna'], { answers, tty: true, typed: [PASSWORD, PASSWORD] })
    expect([passwd.exit, passwd.service.calls]).toEqual([0, ['PATCH /api/users/anna']])
    expect((await runCommand(['user', 'role', 'anna', '--role', 'operator'], { answers })).stdout).toBe(
      'anna is operator now.\nThe token old is operator now.\n',
    )
    expect((await runCommand(['user', 'role', 'anna'], { answers })).exit).toBe(2)
    expect((await runCommand(['user', 'remove', 'anna'], { answers })).stdout).toBe(
      'anna is removed and signed out.\nThe token old is revoked.\n',
    )
  })

  test('the last admin stays: 5', async () => {
    const last = {
      'DELETE /api/users/anna': problem(409, 'LAST_ADMIN', 'anna is the only admin; make another one first.'),
    }
    expect((await runCommand(['user', 'remove', 'anna'], { answers: last })).exit).toBe(5)
  })

  test('a hash is made here, without a service', async () => {
    const ran = await runCommand(['user', 'hash', '--password-file', '-'], { typed: [PASSWORD] })
    expect(ran.service.calls).toEqual([])
    expect(await Bun.password.verify(PASSWORD, ran.stdout.trim())).toBe(true)
    expect((await runCommand(['user', 'hash', '--password-file', '-'], { typed: ['short'] })).exit).toBe(2)
  })
})

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

test('the audit in lines', async () => {
  const entry = {
    id: '1',
    at: '2026-11-22T13:00:00Z',
    actor: { kind: 'SESSION', name: 'anna', role: 'admin', address: '10.0.0.7' },
    userAgent: null,
    requestId: null,
    action: 'repair',
    target: 'hq10-7.DAT1',
    reason: 'swap',
    result: 'REFUSED',
    code: 'PLAN_STALE',
    detail: {},
  }
  const ran = await runCommand(['audit', '--actor', 'anna', '--plain'], {
    answers: { 'GET /api/audit': { status: 200, body: { items: [entry], nextCursor: null } } },
  })
  expect(ran.service.calls).toEqual(['GET /api/audit?actor=anna&limit=20'])
  expect(ran.stdout).toBe(
    '1\t2026-11-22T13:00:00Z\tSESSION\tanna\tadmin\t10.0.0.7\trepair\thq10-7.DAT1\tREFUSED\tPLAN_STALE\tswap\n',
  )
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
