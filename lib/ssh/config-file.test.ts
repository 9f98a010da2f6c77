import { describe, expect, test } from 'bun:test'
import { makeTemporaryDirectory, removePath, writeTextFileAtomic } from '#lib/host/files.ts'
import { runCommand } from '#lib/process/run-command.ts'
import { sshConfig } from './config-file.ts'
import { testHost, testSettings } from './settings.fixture.ts'

describe('the generated ssh_config', () => {
  test('is what ssh itself then understands, for the host and for the hop before it', async () => {
    const hosts = [
      testHost({ proxyJump: 'hop', port: 2222 }),
      testHost({ id: 'hop', hostname: '10.0.0.5', user: 'jump' }),
    ]
    const directory = await makeTemporaryDirectory()
    const path = `${directory}/config`
    await writeTextFileAtomic(
      path,
      sshConfig(testSettings({ hosts, ciphers: ['aes128-gcm@openssh.com', 'aes256-ctr'] })).text,
    )
    const read = async (host: string): Promise<string> => {
      const end = await runCommand({
        file: 'ssh',
        args: ['-F', path, '-G', '--', host],
        timeoutMs: 9_000,
        maxStdoutBytes: 99_999,
      })
      return end.stdout.toString()
    }
    const [target, hop] = [await read('hqs8'), await read('hop')]
    await removePath(directory)
    for (const line of [
      'hostname hqs8.storage.local',
      'port 2222',
      'user zfsadmin',
      'hostkeyalias hqs8',
      'proxyjump hop',
      'batchmode yes',
      'stricthostkeychecking true',
      'userknownhostsfile /config/known_hosts /data/ssh/known_hosts',
      'identitiesonly yes',
      'identityfile /config/id_ed25519',
      'connecttimeout 10',
      'serveraliveinterval 15',
      'serveralivecountmax 3',
      'ciphers aes128-gcm@openssh.com,aes256-ctr',
      'controlmaster false',
      'forwardagent no',
      'loglevel INFO',
    ]) {
      expect(target.split('\n')).toContain(line)
    }
    expect(hop).toContain('hostkeyalias hop')
    expect(hop).toContain('stricthostkeychecking true')
  })

  test.each([
    ['hostname', { hostname: '-oProxyCommand=touch /tmp/x' }],
    ['hostname', { hostname: 'a\nProxyCommand touch /tmp/x' }],
    ['hostname', { hostname: 'a b' }],
    ['hostname', { hostname: '' }],
    ['user', { user: 'root\n' }],
    ['user', { user: '-l' }],
    ['host id', { id: '*' }],
    ['host id', { id: '-x' }],
    ['port', { port: 0 }],
    ['port', { port: 22.5 }],
    ['path', { identityFile: 'relative' }],
    ['path', { identityFile: '/a"\nProxyCommand x' }],
    ['path', { identityFile: '/a/%h' }],
    ['connect_timeout_seconds', { connectTimeoutSeconds: 0 }],
    ['proxy_jump', { proxyJump: 'nobody' }],
    ['HQS8 and hqs8 are one name', { id: 'HQS8' }],
    ['ProxyJump none', { id: 'none' }],
  ])('a host whose %s would say something else is left out, and says why: %j', (what, change) => {
    const bad = testHost(change)
    const good = testHost({ id: bad.id === 'HQS8' ? 'hqs8' : 'hqs1', hostname: 'hqs1.storage.local' })
    const { text, unusable } = sshConfig(testSettings({ hosts: [good, bad] }))
    expect([...unusable.keys()]).toEqual([bad.id])
    expect(unusable.get(bad.id)).toContain(what)
    expect(text.match(/^Host .*/gm)).toEqual([`Host ${good.id}`, 'Host *'])
    expect(text).not.toContain('touch')
  })

  test('leaves out hops in a circle and what leads through them, and throws on what all hosts share', () => {
    const hosts = [
      testHost({ id: 'a', proxyJump: 'b' }),
      testHost({ id: 'b', proxyJump: 'a' }),
      testHost({ id: 'c', proxyJump: 'd' }),
      testHost({ id: 'd', hostname: '10.1' }),
      testHost({ id: 'e' }),
    ]
    const { unusable } = sshConfig(testSettings({ hosts }))
    expect([...unusable.keys()].toSorted()).toEqual(['a', 'b', 'c', 'd'])
    expect(unusable.get('c')).toContain('leads through d')
    expect(() => sshConfig(testSettings({ ciphers: ['aes\nHost *'] }))).toThrow('ssh -Q cipher')
    expect(() => sshConfig(testSettings({ knownHostsFiles: ['known_hosts'] }))).toThrow('begin with /')
    expect(() => sshConfig(testSettings({ serverAliveIntervalSeconds: 0 }))).toThrow('ServerAlive')
  })

  test('takes IPv6 addresses, and no known_hosts at all knows nobody', () => {
    const { text } = sshConfig(testSettings({ hosts: [testHost({ hostname: 'fd00::5' })], knownHostsFiles: [] }))
    expect(text).toContain('HostName fd00::5')
    expect(text).toContain('UserKnownHostsFile /dev/null')
  })
})
