import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { makeTemporaryDirectory, removePath, writeTextFileAtomic } from '#lib/host/files.ts'
import { runCommand } from '../testing/command-line.ts'
import { problem } from '../testing/service.ts'

const user = { name: 'anna', role: 'OPERATOR', source: 'DATABASE', createdAt: '2026-11-22T12:00:00Z' }
const revoked = { id: '7', name: 'old', from: 'ADMIN', to: null, revoked: true, sentence: 'The token old is revoked.' }
const less = { ...revoked, to: 'OPERATOR', revoked: false, sentence: 'The token old is operator now.' }
const answers = {
  'POST /api/users': { status: 201, body: user },
  'GET /api/users': { status: 200, body: { items: [user, { ...user, name: 'fred', source: 'CONFIG' }] } },
  'PATCH /api/users/anna': { status: 200, body: { ...user, tokens: [less] } },
  'DELETE /api/users/anna': { status: 200, body: { removed: 'anna', tokens: [revoked] } },
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
