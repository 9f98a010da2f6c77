import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { chmodSync, copyFileSync } from 'node:fs'
import { connect } from 'node:net'
import { writeTextFileAtomic } from '#lib/host/files.ts'
import { runCommand } from '#lib/process/run-command.ts'
import { createKey, publicKeyOf } from '#lib/ssh/keys.ts'
import { acceptHostKey, scanHostKeys } from '#lib/ssh/known-hosts.ts'
import type { RemoteFault, SshHost, SshSettings } from '#lib/ssh/types.ts'
import { listener, type SshWorld, startSshWorld } from './fixture.ts'

setDefaultTimeout(600_000)

let world: SshWorld
beforeAll(async () => {
  world = await startSshWorld(['alpha', 'beta'])
})
afterAll(() => world.stop())

const hello = [{ id: 'a', argv: ['echo', 'hello'] }]

/** The fault of one try of a harmless command, with the host changed in some way. */
async function faultOf(change: (host: SshHost) => SshHost, settings: Partial<SshSettings> = {}): Promise<RemoteFault> {
  const client = world.client({ ...world.settings(change), ...settings })
  const { fault, results } = await client.batch('alpha', hello, { tries: 1 })
  await client.close()
  expect(results.size).toBe(0)
  if (fault === null) throw new Error('the command went well, which it should not have')
  return fault
}

describe('the way to the host', () => {
  test('a port where nobody listens', async () => {
    expect(await faultOf((host) => ({ ...host, port: 1 }))).toMatchObject({
      kind: 'refused',
      host: 'alpha',
      retryable: true,
      exitCode: null,
      message: 'alpha refuses connections on 127.0.0.1 port 1: is sshd running there, is the port right?',
    })
  })

  test('a listener that says nothing', async () => {
    const silent = listener('')
    const fault = await faultOf((host) => ({ ...host, port: silent.port, connectTimeoutSeconds: 1 }))
    silent.stop()
    expect(fault).toMatchObject({ kind: 'timeout', retryable: true, message: expect.stringContaining('within 1 s') })
  })

  test('something that is no SSH server of this age', async () => {
    const other = listener('SSH-9.9-odd\r\n')
    const fault = await faultOf((host) => ({ ...host, port: other.port, connectTimeoutSeconds: 2 }))
    other.stop()
    expect(fault).toMatchObject({ kind: 'unreachable', message: expect.stringContaining('not an SSH server') })
  })

  test('a name that nobody knows', async () => {
    const fault = await faultOf((host) => ({ ...host, hostname: 'no-such-host.invalid' }))
    expect(fault).toMatchObject({ kind: 'dns', message: expect.stringContaining('no-such-host.invalid') })
  })

  test('a server that takes no more connections', async () => {
    const full = await startSshWorld(['full'], { extraConfig: ['MaxStartups 1', 'LoginGraceTime 60'] })
    const port = full.servers.get('full')?.port ?? 0
    const held = Array.from({ length: 3 }, () => connect(port, '127.0.0.1'))
    await Promise.all(
      held.map((socket) => new Promise((resolve) => socket.once('data', resolve).once('close', resolve))),
    )
    const { fault } = await full.client().batch('full', hello, { tries: 1 })
    for (const socket of held) socket.destroy()
    await full.stop()
    expect(fault).toMatchObject({ kind: 'throttled', retryable: true })
  })

  test('an ssh that is not installed', async () => {
    expect(await faultOf((host) => host, { sshCommand: '/no/such/ssh' })).toMatchObject({ kind: 'local' })
  })

  test('no cipher in common', async () => {
    const picky = await startSshWorld(['picky'], { extraConfig: ['Ciphers aes256-ctr'] })
    const client = picky.client({ ...picky.settings(), ciphers: ['aes128-gcm@openssh.com'] })
    const { fault } = await client.batch('picky', hello)
    await picky.stop()
    expect(fault).toMatchObject({
      kind: 'algorithms',
      retryable: false,
      message: expect.stringContaining('aes256-ctr'),
    })
  })
})

describe('host keys', () => {
  test('unknown: the cure is named; accepting the right fingerprint cures it, another one changes nothing', async () => {
    const file = `${world.directory}/fresh_known_hosts`
    const client = world.client({ ...world.settings(), knownHostsFiles: [file] })
    const { fault } = await client.batch('alpha', hello)
    expect(fault).toMatchObject({
      kind: 'host-key-unknown',
      retryable: false,
      message: expect.stringContaining('`zwitness known-hosts scan alpha`'),
    })
    const keys = await scanHostKeys('127.0.0.1', world.servers.get('alpha')?.port ?? 0)
    expect(keys.map((key) => key.type)).toEqual(['ssh-ed25519'])
    expect(await acceptHostKey(file, 'alpha', keys, 'SHA256:wrong')).toMatchObject({ accepted: false })
    expect(await Bun.file(file).exists()).toBe(false)
    expect(await acceptHostKey(file, 'alpha', keys, keys[0]?.fingerprint ?? '')).toMatchObject({ already: false })
    expect(await acceptHostKey(file, 'alpha', keys, keys[0]?.fingerprint ?? '')).toMatchObject({ already: true })
    // The same client: the file has changed, so the stored answer no longer holds.
    expect((await client.batch('alpha', hello)).fault).toBeNull()
    expect(scanHostKeys('127.0.0.1', 1, 1)).rejects.toThrow('cannot be scanned')
  })

  test('another one than before: never retried, the new fingerprint is shown', async () => {
    const other = world.servers.get('beta')?.hostKeyLine('alpha') ?? ''
    await writeTextFileAtomic(`${world.directory}/wrong`, `${other}\n`)
    const shown = (await scanHostKeys('127.0.0.1', world.servers.get('alpha')?.port ?? 0))[0]?.fingerprint ?? 'none'
    const fault = await faultOf((host) => host, { knownHostsFiles: [`${world.directory}/wrong`] })
    expect(fault).toMatchObject({ kind: 'host-key-changed', retryable: false, message: expect.stringContaining(shown) })
  })

  test('a key being rotated: both pinned, one of them fits', async () => {
    const both = [world.servers.get('beta'), world.servers.get('alpha')].map((server) => server?.hostKeyLine('alpha'))
    await writeTextFileAtomic(`${world.directory}/both`, `${both.join('\n')}\n`)
    const client = world.client({ ...world.settings(), knownHostsFiles: [`${world.directory}/both`] })
    expect((await client.batch('alpha', hello)).fault).toBeNull()
  })

  test('of the jump host: it is the one that is named', async () => {
    const line = world.servers.get('alpha')?.hostKeyLine('alpha') ?? ''
    await writeTextFileAtomic(`${world.directory}/only_alpha`, `${line}\n`)
    const through = (host: SshHost): SshHost => (host.id === 'alpha' ? { ...host, proxyJump: 'beta' } : host)
    const fault = await faultOf(through, { knownHostsFiles: [`${world.directory}/only_alpha`] })
    expect(fault).toMatchObject({ kind: 'host-key-unknown', message: expect.stringContaining('host key of beta') })
    const client = world.client(world.settings(through))
    expect((await client.batch('alpha', hello)).fault).toBeNull()
  })
})

describe('keys and accounts', () => {
  test('a key that the host does not know: asked once, and not again until something changes', async () => {
    const key = `${world.directory}/stranger`
    await createKey(key, 'stranger')
    const server = world.servers.get('alpha')
    const refusals = (): number => (server?.log().match(/Connection closed by authenticating user/g) ?? []).length
    const before = refusals()
    const refused = async (times: number): Promise<void> => {
      // The server's log comes through a pipe of its own.
      for (let look = 0; look < 600 && refusals() - before < times; look += 1) await Bun.sleep(100)
      expect(refusals() - before).toBe(times)
    }
    const client = world.client(world.settings((host) => ({ ...host, identityFile: key })))
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => client.batch('alpha', hello)))
    answers.push(await client.batch('alpha', hello))
    expect(answers.map((answer) => answer.fault?.kind)).toEqual(Array(6).fill('auth'))
    expect(answers[0]?.fault).toMatchObject({
      retryable: false,
      message: expect.stringContaining(`~${server?.user}/.ssh`),
    })
    await refused(1)
    const outcome = await client.transfer({
      source: { host: 'alpha', argv: ['true'] },
      sink: { host: 'beta', argv: ['cat'] },
      bandwidthLimit: null,
      stallMs: 10_000,
    })
    expect(outcome).toMatchObject({ ended: 'failed', blame: 'sink', sink: { fault: { kind: 'auth' } } })
    client.reset('alpha')
    expect((await client.batch('alpha', hello)).fault?.kind).toBe('auth')
    await refused(2)
  })

  test('a private key that ssh would refuse is found before the host is asked', async () => {
    const key = `${world.directory}/bad`
    copyFileSync(world.servers.get('alpha')?.clientKeyFile ?? '', key)
    chmodSync(key, 0o644)
    const open = await faultOf((host) => ({ ...host, identityFile: key }))
    expect(open).toMatchObject({ kind: 'key-file', message: expect.stringContaining(`chmod 600 ${key}`) })
    const missing = await faultOf((host) => ({ ...host, identityFile: `${key}.none` }))
    expect(missing).toMatchObject({ kind: 'key-file', message: expect.stringContaining('zwitness keys init') })
    chmodSync(key, 0o600)
    await runCommand({
      file: 'ssh-keygen',
      args: ['-p', '-P', '', '-N', 'secret', '-f', key],
      timeoutMs: 9_000,
      maxStdoutBytes: 999,
    })
    const locked = await faultOf((host) => ({ ...host, identityFile: key }))
    expect(locked).toMatchObject({ kind: 'key-file', message: expect.stringContaining('passphrase') })
    const pub = await faultOf((host) => ({ ...host, identityFile: `${world.directory}/alpha/authorized_keys` }))
    expect(pub).toMatchObject({ kind: 'key-file', message: expect.stringContaining('public key') })
  })

  test('a new key is never put over an old one, and its public half can be shown', async () => {
    const path = `${world.directory}/made/id_ed25519`
    const made = await createKey(path, 'zwitness@here now')
    expect(made.line).toMatch(/^ssh-ed25519 \S+ zwitness@here-now$/)
    expect(await publicKeyOf(path)).toEqual(made)
    expect(createKey(path, 'again')).rejects.toThrow('already')
    expect(publicKeyOf('/etc/passwd')).rejects.toThrow('cannot be read')
  })

  test.each([
    ['/usr/sbin/nologin', 'account', 'login shell'],
    ['echo only this', 'no-shell-answer', 'forced command'],
    ['exit 9', 'no-shell-answer', 'code 9'],
  ])('a login that runs %s', async (command, kind, part) => {
    const forced = await startSshWorld(['forced'], { extraConfig: [`ForceCommand ${command}`] })
    const { fault } = await forced.client().batch('forced', hello)
    const outcome = await forced.client().transfer({
      source: { host: 'forced', argv: ['true'] },
      sink: { host: 'forced', argv: ['cat'] },
      bandwidthLimit: null,
      stallMs: 10_000,
    })
    await forced.stop()
    expect(fault).toMatchObject({ kind, retryable: false, message: expect.stringContaining(part) })
    expect(outcome).toMatchObject({ ended: 'failed', blame: 'sink', sink: { started: false } })
  })
})
