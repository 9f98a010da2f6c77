import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { startSshd } from '#simulator/sshd.ts'
import { listener, type SshWorld, startSshWorld } from './fixture.ts'

setDefaultTimeout(600_000)

let world: SshWorld
beforeAll(async () => {
  world = await startSshWorld(['alpha'])
})
afterAll(() => world.stop())

const hello = [{ id: 'a', argv: ['echo', 'hello'] }]

describe('trying again', () => {
  test('what never ran is tried again; a host that is back is used', async () => {
    const late = await startSshWorld(['late'])
    const settings = late.settings()
    const port = settings.hosts[0]?.port ?? 0
    await late.servers.get('late')?.stop()
    let waits = 0
    const client = late.client(settings, {
      backoffBaseMs: 100,
      random: () => {
        waits += 1
        return 0.5
      },
    })
    const down = await client.batch('late', hello, { tries: 2 })
    expect(down.fault?.kind).toBe('refused')
    expect(waits).toBe(1)
    const back = await startSshd({ directory: late.directory, name: 'late', port })
    expect((await client.batch('late', hello)).results.get('a')?.stdout).toBe('hello\n')
    await back.stop()
    await late.stop()
  })

  test('after three failures the stored answer comes at once, until a probe finds the host again', async () => {
    let now = 0
    const silent = listener('')
    const client = world.client(
      world.settings((host) => ({ ...host, port: silent.port, connectTimeoutSeconds: 1 })),
      { now: () => now, breakerOpenMs: 1_000 },
    )
    expect((await client.batch('alpha', hello, { tries: 3 })).fault?.kind).toBe('timeout')
    silent.stop()
    // The port is closed now, but nobody looks: the stored fault is the answer.
    const stored = await client.batch('alpha', hello)
    expect(stored).toMatchObject({ fault: { kind: 'timeout' } })
    now = 2_000
    expect((await client.batch('alpha', hello)).fault?.kind).toBe('refused')
    await client.configure(world.settings())
    expect((await client.batch('alpha', hello)).fault).toBeNull()
  })
})
