import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import type { SshHost } from '#lib/ssh/types.ts'
import { processesWith, type SshWorld, startSshWorld, untilRunning } from '#tests/ssh/fixture.ts'
import { openWire, type Wire } from './wire.ts'

/* What needs a network that misbehaves below ssh, between a real ssh and a real sshd. */

setDefaultTimeout(600_000)

let world: SshWorld
const wires: Wire[] = []
beforeAll(async () => {
  world = await startSshWorld(['alpha', 'beta'])
})
afterAll(async () => {
  for (const wire of wires) wire.stop()
  await world.stop()
})

const hello = [{ id: 'a', argv: ['echo', 'hello'] }]

function wired(name: string, options: Parameters<typeof openWire>[1] = {}) {
  const wire = openWire(world.servers.get(name)?.port ?? 0, options)
  wires.push(wire)
  const change = (host: SshHost): SshHost =>
    host.id === name ? { ...host, port: wire.port, connectTimeoutSeconds: 2 } : host
  const settings = { ...world.settings(change), serverAliveIntervalSeconds: 1, serverAliveCountMax: 2 }
  return { wire, client: world.client(settings) }
}

const shell = (host: string, line: string) => ({ host, argv: ['sh', '-c', line] })

test('a host that takes no packet: timeout within its ConnectTimeout, and it may be tried again', async () => {
  // A queue of connections that is full and never emptied: the kernel drops what else would connect.
  const script = `use Socket; socket(S,PF_INET,SOCK_STREAM,0); bind(S,sockaddr_in(0,inet_aton("127.0.0.1"))); listen(S,0);
    my ($p)=sockaddr_in(getsockname(S)); my @c; for (1..3) { socket(my $s,PF_INET,SOCK_STREAM,0); use Fcntl; fcntl($s,F_SETFL,O_NONBLOCK); connect($s,sockaddr_in($p,inet_aton("127.0.0.1"))); push @c,$s }
    $|=1; print "$p\\n"; sleep 60`
  const full = Bun.spawn(['perl', '-e', script], { stdout: 'pipe' })
  const { value } = await full.stdout.getReader().read()
  const port = Number(new TextDecoder().decode(value))
  const client = world.client(world.settings((host) => ({ ...host, port, connectTimeoutSeconds: 2 })))
  const { fault } = await client.batch('alpha', hello, { tries: 1 })
  full.kill()
  expect(fault).toMatchObject({ kind: 'timeout', retryable: true })
})

test('a server that falls silent in the key exchange: given up, said to be a time-out', async () => {
  const { client } = wired('alpha', { freezeAfterBytes: 60 })
  const { fault } = await client.batch('alpha', hello, { tries: 1, silenceMs: 15_000 })
  expect(fault).toMatchObject({ kind: 'timeout', retryable: true })
})

test('a connection that dies without a word in the middle of a listing: noticed, and the answer is not used', async () => {
  const { client, wire } = wired('alpha')
  const answer = client.batch('alpha', [{ id: 'a', argv: ['sh', '-c', 'echo half; sleep 7741; echo whole'] }], {
    tries: 1,
  })
  await untilRunning('sleep 7741')
  wire.freeze()
  const { fault, results } = await answer
  expect(results.size).toBe(0)
  expect(fault).toMatchObject({ kind: 'lost', retryable: true })
})

test.each(['source', 'sink'] as const)(
  'half-open on the way to the %s: both ends of the transfer end here',
  async (side) => {
    const { client, wire } = wired(side === 'source' ? 'alpha' : 'beta')
    let moved = 0
    const going = client.transfer({
      source: shell('alpha', 'while :; do head -c 65536 /dev/zero; sleep 0.05; done'),
      sink: shell('beta', 'cat >/dev/null; sleep 0; : 7742'),
      bandwidthLimit: null,
      stallMs: 40_000,
      onProgress: ({ bytes }) => (moved = bytes),
    })
    // Only once it runs: on a busy machine two logins take their time.
    for (let looks = 0; looks < 600 && moved <= 65_536; looks++) await Bun.sleep(100)
    wire.freeze()
    const outcome = await going
    expect(outcome).toMatchObject({ ended: 'failed', blame: side, [side]: { fault: { retryable: true } } })
    expect(outcome.bytes).toBeGreaterThan(65_536)
    if (side === 'source') expect(await processesWith(': 7742', 60_000)).toBe(0)
  },
)

test('a way of 200 ms: an answer over the open connection takes few round trips', async () => {
  const { client, wire } = wired('alpha', { delayMs: 100 })
  expect((await client.batch('alpha', hello)).fault).toBeNull()
  const before = wire.turns()
  const { results } = await client.batch('alpha', hello)
  expect(results.get('a')?.stdout).toBe('hello\n')
  expect(wire.turns() - before).toBeLessThanOrEqual(10)
})

test('a receiver that is silent long after the last byte is left alone until the stall limit, and no longer', async () => {
  const request = (line: string, stallMs: number) => ({
    source: shell('alpha', 'head -c 200000 /dev/zero'),
    sink: shell('beta', line),
    bandwidthLimit: null,
    stallMs,
  })
  const client = world.client()
  expect(await client.transfer(request('cat >/dev/null; sleep 3', 20_000))).toMatchObject({ ended: 'completed' })
  expect(await client.transfer(request('cat >/dev/null; sleep 12', 1500))).toMatchObject({ ended: 'stalled' })
})
