import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { createHmac } from 'node:crypto'
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { runCommand } from '#lib/process/run-command.ts'
import type { SshClient } from '#lib/ssh/ssh.ts'
import { type RunningSshd, startSshd } from '#simulator/sshd.ts'
import { type SshWorld, startSshWorld } from './fixture.ts'

/* known_hosts as people have it: every form lets the right host in, and none lets in another one. */
setDefaultTimeout(600_000)

let world: SshWorld
/** One whose host key an authority has signed, for the name `localhost`. */
let certified: RunningSshd
let authority: string
let files = 0

beforeAll(async () => {
  world = await startSshWorld(['alpha', 'other'])
  const { directory } = world
  await keygen('-q', '-t', 'ed25519', '-N', '', '-f', `${directory}/authority`)
  authority = readFileSync(`${directory}/authority.pub`, 'utf8').split(' ').slice(0, 2).join(' ')
  const sshd = { directory, name: 'certified' }
  await (await startSshd(sshd)).stop()
  const key = `${directory}/certified/host_ed25519`
  await keygen('-q', '-s', `${directory}/authority`, '-I', 'test', '-h', '-n', 'localhost', `${key}.pub`)
  certified = await startSshd({ ...sshd, extraConfig: [`HostCertificate ${key}-cert.pub`] })
})
afterAll(async () => {
  await certified.stop()
  await world.stop()
})

async function keygen(...args: readonly string[]): Promise<void> {
  const end = await runCommand({ file: 'ssh-keygen', args: [...args], timeoutMs: 60_000, maxStdoutBytes: 9_999 })
  expect(end.exitCode).toBe(0)
}

const alpha = () => world.servers.get('alpha') as RunningSshd
/** Type and key of a host, as they stand in a line. */
const keyOf = (name: 'alpha' | 'other') => world.servers.get(name)?.hostKeyLine('').trim() ?? ''

function hashed(name: string): string {
  const salt = Buffer.from('a salt of twenty byt')
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`
}

/** A client whose one host is reached as `hostname`, by these lines of known_hosts. */
function clientOf(hostname: string, lines: readonly string[], port = alpha().port): SshClient & { file: string } {
  files++
  const file = `${world.directory}/known_hosts_${files}`
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''))
  const settings = world.settings((host) => (host.id === 'alpha' ? { ...host, hostname, port } : host))
  return { ...world.client({ ...settings, knownHostsFiles: [file] }), file }
}

/** Null: it went well. */
async function faultOf(client: SshClient): Promise<string | null> {
  const { fault, results } = await client.batch('alpha', [{ id: 'a', argv: ['echo', 'hello'] }], { tries: 1 })
  if (fault === null) expect(results.get('a')?.stdout).toBe('hello\n')
  return fault?.kind ?? null
}

const FORMS: readonly [string, string, (port: number, key: string) => readonly string[]][] = [
  ['our own name of the host', '127.0.0.1', (_, key) => [`alpha ${key}`]],
  ['our own name among others', '127.0.0.1', (_, key) => [`somebody,alpha ${key} a comment`]],
  ['the hostname', 'localhost', (_, key) => [`localhost ${key}`]],
  ['[hostname]:port', 'localhost', (port, key) => [`[localhost]:${port} ${key}`]],
  ['the address', '127.0.0.1', (_, key) => [`127.0.0.1 ${key}`]],
  ['[address]:port', '127.0.0.1', (port, key) => [`[127.0.0.1]:${port} ${key}`]],
  ['hostname and address in one line', 'localhost', (port, key) => [`[localhost]:${port},[127.0.0.1]:${port} ${key}`]],
  ['a pattern', 'localhost', (port, key) => [`[local*]:${port} ${key}`]],
  ['a hashed hostname', 'localhost', (_, key) => [`${hashed('localhost')} ${key}`]],
  ['a hashed [address]:port', '127.0.0.1', (port, key) => [`${hashed(`[127.0.0.1]:${port}`)} ${key}`]],
  ['our own name, hashed', '127.0.0.1', (_, key) => [`${hashed('alpha')} ${key}`]],
]

describe.each(FORMS)('%s', (_name, hostname, lines) => {
  test('lets the host in', async () => {
    expect(await faultOf(clientOf(hostname, lines(alpha().port, keyOf('alpha'))))).toBeNull()
  })

  test('with another key: refused', async () => {
    expect(await faultOf(clientOf(hostname, lines(alpha().port, keyOf('other'))))).toBe('host-key-changed')
  })

  test('of another host: refused', async () => {
    const wrong = lines(1, keyOf('alpha')).map((line) => line.replace(/^\S+/, 'elsewhere.example'))
    expect(await faultOf(clientOf(hostname, wrong))).toBe('host-key-unknown')
  })
})

describe('a certificate authority', () => {
  const at = (lines: readonly string[], hostname = 'localhost') => clientOf(hostname, lines, certified.port)

  test('lets in a host that it has signed', async () => {
    expect(await faultOf(at([`@cert-authority localhost ${authority}`]))).toBeNull()
    expect(await faultOf(at([`@cert-authority * ${authority}`]))).toBeNull()
    expect(await faultOf(at([`@cert-authority [localhost]:${certified.port} ${authority}`]))).toBeNull()
  })

  test('of others, or for other names, lets nobody in', async () => {
    expect(await faultOf(at([`@cert-authority localhost ${keyOf('other')}`]))).not.toBeNull()
    expect(await faultOf(at([`@cert-authority *.example ${authority}`]))).toBe('host-key-unknown')
    // The certificate is for `localhost`.
    expect(await faultOf(at([`@cert-authority * ${authority}`], '127.0.0.1'))).not.toBeNull()
    // One that has no certificate.
    expect(await faultOf(clientOf('localhost', [`@cert-authority * ${authority}`]))).not.toBeNull()
  })

  test('does not outweigh a key that was revoked', async () => {
    const { port } = certified
    const key = certified.hostKeyLine('').trim()
    const lines = [`@revoked * ${key}`, `@cert-authority * ${authority}`, `[localhost]:${port} ${key}`]
    expect(await faultOf(at(lines))).toBe('host-key-changed')
  })
})

test('the key that was accepted under our own name outweighs what known_hosts has of the hostname', async () => {
  const { port } = alpha()
  const both = [`[localhost]:${port} ${keyOf('alpha')}`, `alpha ${keyOf('other')}`]
  expect(await faultOf(clientOf('localhost', both))).toBe('host-key-changed')
})

test('a file that changes counts from the next connection on, in both directions', async () => {
  const { port } = alpha()
  const client = clientOf('localhost', [])
  expect(await faultOf(client)).toBe('host-key-unknown')
  appendFileSync(client.file, `[localhost]:${port} ${keyOf('alpha')}\n`)
  expect(await faultOf(client)).toBeNull()
  // A new master asks for the key again.
  await client.close()
  const next = clientOf('localhost', [`[localhost]:${port} ${keyOf('alpha')}`])
  writeFileSync(next.file, '')
  expect(await faultOf(next)).toBe('host-key-unknown')
})

test('with a jump host in between, each is looked up in its own way', async () => {
  const { directory } = world
  const other = world.servers.get('other') as RunningSshd
  const reach = async (lines: readonly string[]) => {
    files++
    const file = `${directory}/known_hosts_${files}`
    writeFileSync(file, lines.map((line) => `${line}\n`).join(''))
    const settings = world.settings((host) => (host.id === 'alpha' ? { ...host, proxyJump: 'other' } : host))
    return faultOf(world.client({ ...settings, knownHostsFiles: [file] }))
  }
  expect(await reach([`[127.0.0.1]:${other.port} ${keyOf('other')}`, `alpha ${keyOf('alpha')}`])).toBeNull()
  expect(await reach([`other ${keyOf('other')}`, `[127.0.0.1]:${alpha().port} ${keyOf('alpha')}`])).toBeNull()
  expect(await reach([`[127.0.0.1]:${other.port} ${keyOf('alpha')}`, `alpha ${keyOf('alpha')}`])).not.toBeNull()
})
