import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { type SshWorld, startSshWorld } from './fixture.ts'

/* A host that ssh cannot be told of: its own fault, said with its cure. All others are reached, and a correction is enough. */
setDefaultTimeout(120_000)

let world: SshWorld
beforeAll(async () => {
  world = await startSshWorld(['alpha', 'beta'])
})
afterAll(() => world.stop())

const HELLO = [{ id: 'a', argv: ['echo', 'hello'] }]
const SPOILED = { user: 'zfs admin' }

test('blinds nobody else, in batches and in transfers, and is reached when it is corrected', async () => {
  const client = world.client(world.settings((host) => (host.id === 'beta' ? { ...host, ...SPOILED } : host)))
  const [alpha, beta] = await Promise.all([client.batch('alpha', HELLO), client.batch('beta', HELLO)])
  expect([alpha.fault, alpha.results.get('a')?.stdout]).toEqual([null, 'hello\n'])
  expect(beta.fault).toMatchObject({ kind: 'ssh-config', host: 'beta', retryable: false })
  expect(beta.fault?.message).toContain('The user "zfs admin" is refused; write a login name')
  const sent = await client.transfer({
    source: { host: 'alpha', argv: ['echo', 'hello'] },
    sink: { host: 'beta', argv: ['cat'] },
    bandwidthLimit: null,
    stallMs: 60_000,
  })
  expect(sent).toMatchObject({
    ended: 'failed',
    blame: 'sink',
    sink: { started: false, fault: { kind: 'ssh-config' } },
  })

  await client.configure(world.settings())
  expect((await client.batch('beta', HELLO)).fault).toBeNull()
})

test('settings that all hosts share and ssh would refuse are refused, at the start too, and those after them count', async () => {
  const bad = { ...world.settings(), ciphers: ['aes\nHost *'] }
  const client = world.client(bad)
  await expect(client.batch('alpha', HELLO)).rejects.toThrow('ssh -Q cipher')
  await expect(client.configure(bad)).rejects.toThrow('ssh -Q cipher')
  await client.configure(world.settings())
  expect((await client.batch('alpha', HELLO)).fault).toBeNull()
  // And once more: what is in force stays in force.
  await expect(client.configure(bad)).rejects.toThrow('ssh -Q cipher')
  expect((await client.batch('beta', HELLO)).fault).toBeNull()
})
