import { describe, expect, test } from 'bun:test'
import { makeTemporaryDirectory, removePath } from '#lib/host/directory.ts'
import { writeTextFileAtomic } from '#lib/host/write-file.ts'
import { runCommand } from '#lib/process/run-command.ts'
import { sshConfigText } from './config-file.ts'
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
      sshConfigText(testSettings({ hosts, ciphers: ['aes128-gcm@openssh.com', 'aes256-ctr'] })),
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
    ['id', { id: '*' }],
    ['id', { id: '-x' }],
    ['port', { port: 0 }],
    ['port', { port: 22.5 }],
    ['identity file', { identityFile: 'relative' }],
    ['identity file', { identityFile: '/a"\nProxyCommand x' }],
    ['identity file', { identityFile: '/a/%h' }],
    ['connect time-out', { connectTimeoutSeconds: 0 }],
    ['proxy jump', { proxyJump: 'nobody' }],
  ])('refuses a %s that would say something else: %j', (what, change) => {
    expect(() => sshConfigText(testSettings({ hosts: [testHost(change)] }))).toThrow(what)
  })

  test('refuses hops in a circle, odd ciphers, relative files and odd intervals', () => {
    const circle = [testHost({ id: 'a', proxyJump: 'b' }), testHost({ id: 'b', proxyJump: 'a' })]
    expect(() => sshConfigText(testSettings({ hosts: circle }))).toThrow('leads back')
    expect(() => sshConfigText(testSettings({ ciphers: ['aes\nHost *'] }))).toThrow('ssh -Q cipher')
    expect(() => sshConfigText(testSettings({ knownHostsFiles: ['known_hosts'] }))).toThrow('absolute')
    expect(() => sshConfigText(testSettings({ serverAliveIntervalSeconds: 0 }))).toThrow('ServerAlive')
  })

  test('takes IPv6 addresses, and no known_hosts at all knows nobody', () => {
    const text = sshConfigText(testSettings({ hosts: [testHost({ hostname: 'fd00::5' })], knownHostsFiles: [] }))
    expect(text).toContain('HostName fd00::5')
    expect(text).toContain('UserKnownHostsFile /dev/null')
  })
})
