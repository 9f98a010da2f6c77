import { Database } from 'bun:sqlite'
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { join } from 'node:path'
import { Browser } from '#tests/witness/browser.ts'
import type { Body } from '#tests/witness/client.ts'
import type { Service } from '#tests/witness/service.ts'
import { until } from '#tests/witness/until.ts'
import { World } from './world.ts'

setDefaultTimeout(600_000)

/* The service as it is installed, and somebody who can write to its database: what can they hide, and who finds it how? */
const PASSWORD = 'three words long'
const HEAD = /[0-9a-f]{64}@\d+/g
let world: World
let service: Service
let log = ''

beforeAll(async () => {
  world = await World.open()
  world.dataset('data', 2, { onBackup: 2 })
  service = world.service(world.yaml({ datasets: { data: {} }, auth: { mode: 'password' } }))
  await service.start()
  log = join(service.home.directory, 'stdout.log')
  for (const [name, role] of [
    ['anna', 'ADMIN'],
    ['bert', 'OPERATOR'],
    ['vera', 'VIEWER'],
  ])
    await service.post('/api/users', { name, role, password: PASSWORD })
})
afterAll(() => world.close())

function tamper(...statements: readonly string[]): void {
  const database = new Database(join(service.home.data, 'zwitness.db'))
  database.run('PRAGMA busy_timeout = 5000')
  for (const statement of statements) database.run(statement)
  database.close()
}

const said = (): Promise<string> => Bun.file(log).text()
const checked = (): Promise<Body> => service.get('/api/audit/verify')
const verify = (...more: readonly string[]) => service.cli('audit', 'verify', ...more)
const openFault = async (): Promise<string | null> => (await service.get('/api/status')).witness.auditFault
async function seenBy(name: string): Promise<Browser> {
  const browser = new Browser(service.url ?? '')
  await browser.signIn(name, PASSWORD)
  return browser
}

test('an audit that nobody touched is whole: at the start, in the log with its head, on the page, on the command line', async () => {
  await until('the start has checked it', 30, async () => (await said()).includes('The audit is'))
  expect(await openFault()).toBeNull()
  const run = await service.post('/api/functions/check-audit', {})
  expect(run.body.output).toMatchObject({ intact: true, entries: 3, faults: [] })
  const { hash, id } = run.body.output.head
  await until('the head is on stdout', 10, async () => (await said()).includes(`${hash}@${id}`))
  const whole = await verify('--head', `${hash}@${id}`, '--head-file', log)
  expect([whole.code, whole.out.split('\n')[0]]).toEqual([
    0,
    '✓ The audit is as it was written: 4 entries, compared with 1 head from elsewhere.',
  ])
  expect(await (await seenBy('bert')).page('/audit')).toContain('The chain is intact up to entry <b>3</b>')
})

test('an entry that is changed: the check says which, and everybody who is signed in sees that something is wrong', async () => {
  tamper("UPDATE audit SET actor = 'mallory' WHERE id = 2")
  const found = await verify()
  expect(found.code).toBe(4)
  expect(found.out).toContain('  Entry 2 is not what was written: content and hash do not agree.\n')
  const plain = await verify('--plain')
  expect(plain.out.split('\n')[1]).toBe('CHANGED\t2\t2\t')
  const run = await service.post('/api/functions/check-audit', {})
  expect(run.body.output).toMatchObject({ intact: false, faults: [{ kind: 'CHANGED', from: '2', to: '2' }] })
  await until('it is an error in the log', 10, async () => /error.*BROKEN \(Entry 2 /i.test(await said()))
  expect(await openFault()).toContain('Entry 2 is not what was written')
  expect(await (await seenBy('vera')).page('/')).toContain('Tell an admin of the witness.')
  const page = await (await seenBy('anna')).page('/audit')
  expect(page).toContain('The audit is not as it was written,')
  expect((await service.cli('status')).out).toContain('The audit is not as it was written.')
  // Strangers are told nothing.
  expect(await new Browser(service.url ?? '').page('/login')).not.toContain('Entry 2')
})

test('a fault that an admin explains is on record, stays visible, and is no alarm any more', async () => {
  const bert = await seenBy('bert')
  const body = { faults: ['2-2'], reason: 'I did nothing' }
  expect((await bert.json('POST', '/api/audit/accept', body)).status).toBe(403)
  expect((await service.post('/api/audit/accept', { faults: ['3-3'], reason: 'x' })).body.code).toBe('AUDIT_DIFFERS')
  expect((await service.cli('audit', 'accept')).code).toBe(2)
  const accepted = await service.cli('audit', 'accept', '--reason', 'a test of the audit')
  expect(accepted.code).toBe(0)
  expect(accepted.out).toMatch(/Entry 2 is not .* Accepted by local at .*: a test of the audit/)
  expect(await openFault()).toBeNull()
  expect([(await verify()).code, (await verify('--known')).code]).toEqual([4, 0])
  const { items } = await service.get('/api/audit?action=auditAccept')
  expect(items.map((one: Body) => [one.actor.name, one.result, one.reason])).toEqual([
    ['local', 'OK', 'a test of the audit'],
    ['local', 'REFUSED', 'x'],
    ['bert', 'REFUSED', null],
  ])
  expect(await checked()).toMatchObject({ intact: true, faults: [{ accepted: { by: 'local' } }] })
})

test('what was accepted is that change and no other: one more of the same entry is an alarm again', async () => {
  tamper("UPDATE audit SET reason = 'another' WHERE id = 2")
  expect((await verify('--known')).code).toBe(4)
  const accepted = await service.cli('audit', 'accept', '--reason', 'the same test')
  expect(accepted.code).toBe(0)
  expect((await verify('--known')).code).toBe(0)
})

test('an end that is cut off, with its traces: the log has the head, and finds it', async () => {
  await service.post('/api/functions/check-audit', {})
  const heads = () => said().then((text) => [...new Set(text.match(HEAD))])
  await until('two heads are in the log', 10, async () => (await heads()).length >= 2)
  const kept = join(service.home.directory, 'kept.log')
  await Bun.write(kept, await said())
  await service.stop()
  tamper('DELETE FROM audit WHERE id > 3', "UPDATE sqlite_sequence SET seq = 3 WHERE name = 'audit'")
  await service.start()
  await until('the start has checked it', 30, async () => (await said()).includes('The audit is'))
  // By itself it looks well but for what is known, even that the acceptance is gone with the end.
  const alone = await verify()
  expect(alone.out).not.toContain('missing')
  const found = await verify('--head-file', kept)
  expect(found.code).toBe(4)
  expect(found.out).toMatch(/Entry \d+, whose head [0-9a-f]{12}… is known elsewhere, is missing: the end was cut off/)
  // Whoever knows why puts it on record, and goes on.
  const put = await service.cli('audit', 'accept', '--head-file', kept, '--reason', 'put back from a copy')
  expect(put.out).toMatch(
    /whose head .* is known elsewhere, is missing: .* Accepted by local at .*: put back from a copy/,
  )
  const known = ['--head-file', kept, '--known']
  expect([(await verify(...known)).code, (await verify('--head-file', kept)).code]).toEqual([0, 4])
  const nothing = await verify('--head-file', join(service.home.config, 'app-config.yaml'))
  expect([nothing.code, nothing.err]).toEqual([2, expect.stringContaining('There is no head in')])
})

test('what the command line asks for is on record with its words', async () => {
  const id = world.id('data')
  await service.cli('fn', 'run', 'repair', '-i', `dataset=${id}`, '-i', 'reason=because of the move')
  expect((await service.get('/api/audit?action=fnRun&limit=1')).items).toMatchObject([
    {
      actor: { kind: 'SOCKET', name: 'local' },
      target: 'repair',
      reason: 'because of the move',
      detail: { dataset: id },
    },
  ])
})

test('without a service the command line checks by itself', async () => {
  await service.stop()
  const found = await verify('--json')
  expect(found.code).toBe(4)
  const faults = [{ kind: 'CHANGED', from: '2', accepted: { reason: 'put back from a copy' } }]
  expect(found.json()).toMatchObject({ schema: 'audit-verification/1', faults })
})
