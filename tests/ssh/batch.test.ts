import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { dirname } from 'node:path'
import { ensureDirectory, listDirectory, removePath, writeTextFileAtomic } from '#lib/host/files.ts'
import { runCommand } from '#lib/process/run-command.ts'
import { splitBatch } from '#lib/ssh/batch-run.ts'
import type { SshClient } from '#lib/ssh/ssh.ts'
import { homeWithBashrc, processesWith, type SshWorld, startSshWorld, untilRunning } from './fixture.ts'

setDefaultTimeout(600_000)

let world: SshWorld
let ssh: SshClient
beforeAll(async () => {
  world = await startSshWorld(['alpha'])
  ssh = world.client()
})
afterAll(() => world.stop())

const sh = (id: string, script: string) => ({ id, argv: ['sh', '-c', script] })

async function pidsWith(text: string): Promise<readonly number[]> {
  const found = await runCommand({ file: 'pgrep', args: ['-f', text], timeoutMs: 5_000, maxStdoutBytes: 9_999 })
  return found.stdout.toString().split('\n').filter(Boolean).map(Number)
}

describe('a batch over a real sshd', () => {
  test('each command has its own code, stdout and stderr, to the byte', async () => {
    const { results, fault } = await ssh.batch('alpha', [
      { id: 'plain', argv: ['echo', "a  b'c", '$HOME', '*'] },
      sh('bare', 'printf no-newline; printf warn >&2'),
      sh('empty', 'exit 0'),
      sh('blank lines', 'echo; echo; echo x >&2; echo >&2; exit 4'),
      { id: 'missing', argv: ['no-such-program'] },
      sh('255', 'echo "cannot resume send" >&2; exit 255'),
    ])
    expect(fault).toBeNull()
    const seen = [...results.values()].map((result) => [result.id, result.exitCode, result.stdout, result.stderr])
    expect(seen.slice(0, 4)).toEqual([
      ['plain', 0, "a  b'c $HOME *\n", ''],
      ['bare', 0, 'no-newline', 'warn'],
      ['empty', 0, '', ''],
      ['blank lines', 4, '\n\n', 'x\n'],
    ])
    expect(results.get('missing')).toMatchObject({ exitCode: 127, stderr: expect.stringContaining('not found') })
    expect(results.get('255')).toMatchObject({ exitCode: 255, stderr: 'cannot resume send' })
  })

  test('what is to run on failure runs in the same session, and only then', async () => {
    const { results, fault } = await ssh.batch('alpha', [
      { ...sh('list', 'echo half; exit 1'), onFailure: [{ id: 'one', argv: ['echo', '1'] }, sh('two', 'exit 1')] },
      { ...sh('fine', 'exit 0'), onFailure: [{ id: 'never', argv: ['true'] }] },
    ])
    expect(fault).toBeNull()
    expect([...results.keys()].sort()).toEqual(['fine', 'list', 'one', 'two'])
  })

  test('a group that fails runs again for each of its names, a thousand of them in one ssh command', async () => {
    const names = [...Array.from({ length: 1000 }, (_, index) => `hqs8p1/data/vm-${index}`), "a  b'c", '$HOME *']
    const list = (of: readonly string[]) => ['sh', '-c', 'echo "$@"; case "$*" in *vm-7*) exit 1; esac', 'sh', ...of]
    const group = {
      id: 'all',
      argv: list(names),
      onFailure: names.map((name, index) => ({ id: `all.${index}`, argv: list([name]) })),
    }
    expect(splitBatch([group, sh('after', 'exit 0')]).length).toBe(1)
    const { results, fault } = await ssh.batch('alpha', [group, sh('after', 'exit 0')])
    expect(fault).toBeNull()
    expect(results.get('all')).toMatchObject({ exitCode: 1, stdout: `${names.join(' ')}\n` })
    const single = names.map((_, index) => results.get(`all.${index}`))
    expect(single.map((result) => result?.stdout)).toEqual(names.map((name) => `${name}\n`))
    expect(single.filter((result) => result?.exitCode !== 0).length).toBe(
      names.filter((n) => n.includes('vm-7')).length,
    )
    expect(results.get('after')?.exitCode).toBe(0)
  })

  test('speaks C and finds the sbin directories', async () => {
    const { results } = await ssh.batch('alpha', [sh('env', 'echo $LC_ALL; echo $PATH')])
    expect(results.get('env')?.stdout).toMatch(/^C\n.*:\/usr\/local\/sbin:\/usr\/sbin:\/sbin\n$/)
  })

  test('a batch longer than one command line is split, and nobody notices', async () => {
    const commands = Array.from({ length: 60 }, (_, index) => ({
      id: `c${index}`,
      argv: [
        'sh',
        '-c',
        'echo $#',
        'sh',
        ...Array.from({ length: 60 }, (_, word) => `hqs8p1/${'d'.repeat(40)}${word}`),
      ],
    }))
    const { results, fault } = await ssh.batch('alpha', commands)
    expect(fault).toBeNull()
    expect([...results.keys()]).toEqual(commands.map((command) => command.id))
    expect(new Set([...results.values()].map((result) => result.stdout))).toEqual(new Set(['60\n']))
  })

  test('forty at once share one connection, eight sessions at a time', async () => {
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) => ssh.batch('alpha', [{ id: 'n', argv: ['echo', `${index}`] }])),
    )
    expect(answers.map((answer) => answer.results.get('n')?.stdout)).toEqual(answers.map((_, index) => `${index}\n`))
    expect(await pidsWith(`ssh -M .*${world.directory}`)).toHaveLength(1)
  })

  test('two commands with one id, or a word that no shell takes, are refused before anything is sent', async () => {
    const twice = await ssh.batch('alpha', [sh('a', 'true'), sh('a', 'true')])
    expect(twice.fault).toMatchObject({ kind: 'local', message: expect.stringContaining('"a"') })
    const bang = await ssh.batch('alpha', [{ id: 'a', argv: ['echo', 'x!y'] }])
    expect(bang.fault).toMatchObject({ kind: 'local' })
    const long = await ssh.batch('alpha', [{ id: 'a', argv: ['x'.repeat(70_000)] }])
    expect(long.fault).toMatchObject({ kind: 'local', message: expect.stringContaining('too long') })
    expect(ssh.batch('nobody', [])).rejects.toThrow('There is no host "nobody"')
  })
})

describe('a command that does not end well', () => {
  test('hangs: what ended before is kept, and nothing stays behind there', async () => {
    const hangs = { id: 'b', argv: ['sleep', '8811.1'], limitMs: 700 }
    const { results, fault, running } = await ssh.batch('alpha', [sh('a', 'echo 1'), hangs, sh('c', 'echo never')])
    expect([...results.keys()]).toEqual(['a'])
    expect(running).toBe('b')
    expect(fault).toMatchObject({ kind: 'too-slow', retryable: true, message: expect.stringContaining('sleep 8811.1') })
    expect(await processesWith('sleep 8811.1', 60_000)).toBe(0)
  })

  test('talks on and on: ended by the time limit', async () => {
    const endless = sh('a', 'while :; do echo 8811.2 >&2; sleep 0.1; done')
    const { fault } = await ssh.batch('alpha', [endless], { silenceMs: 5_000, timeoutMs: 900 })
    expect(fault?.kind).toBe('too-slow')
    expect(await processesWith('8811.2 >&2', 60_000)).toBe(0)
  })

  test('a time limit is of one command, not of those before it', async () => {
    const commands = ['a', 'b', 'c', 'd'].map((id) => ({ ...sh(id, `sleep 0.5; echo ${id}`), limitMs: 60_000 }))
    const last = { ...sh('e', 'sleep 8811.6'), limitMs: 300 }
    const { results, fault, running } = await ssh.batch('alpha', [...commands, last])
    expect([[...results.keys()], running]).toEqual([['a', 'b', 'c', 'd'], 'e'])
    expect(fault).toMatchObject({ kind: 'too-slow', message: expect.stringContaining('within 1 s') })
    expect(await processesWith('sleep 8811.6', 60_000)).toBe(0)
  })

  test('talks on stderr without end: cut off, and not taken for an answer', async () => {
    const { results, fault } = await ssh.batch('alpha', [sh('a', 'echo 1'), sh('b', 'yes 8811.7 >&2')])
    expect([...results.keys()]).toEqual(['a'])
    expect(fault).toMatchObject({ kind: 'too-much-output', retryable: false })
    expect(await processesWith('yes 8811.7', 60_000)).toBe(0)
  })

  test('is cancelled: the remote process goes, its children and one that ignores SIGTERM too', async () => {
    const cancel = new AbortController()
    const stubborn = sh('a', 'trap "" TERM; sleep 8811.3 & sleep 8811.3; sleep 8811.3')
    const running = ssh.batch('alpha', [stubborn], { signal: cancel.signal })
    await untilRunning('sleep 8811.3', 2)
    cancel.abort()
    const { fault } = await running
    expect(fault?.kind).toBe('cancelled')
    expect(await processesWith('sleep 8811.3', 60_000)).toBe(0)
  })

  test('writes without end: cut off, and not taken for an answer', async () => {
    const { results, fault } = await ssh.batch('alpha', [sh('a', 'echo 1'), { id: 'b', argv: ['yes', '8811.4'] }], {
      maxBytes: 1_000_000,
    })
    expect([...results.keys()]).toEqual(['a'])
    expect(fault?.kind).toBe('too-much-output')
    expect(await processesWith('yes 8811.4', 60_000)).toBe(0)
  })

  test('is killed there: its own result, 137', async () => {
    const { results, fault } = await ssh.batch('alpha', [sh('a', 'kill -9 $$')])
    expect(fault).toBeNull()
    expect(results.get('a')?.exitCode).toBe(137)
  })
})

describe('the control connection', () => {
  test('is made anew after it was killed; the noise of it is not shown', async () => {
    await ssh.batch('alpha', [sh('a', 'true')])
    for (const pid of await pidsWith(`ssh -M .*${world.directory}`)) process.kill(pid, 'SIGKILL')
    const { results, fault } = await ssh.batch('alpha', [sh('a', 'echo still here')])
    expect(fault).toBeNull()
    expect(results.get('a')).toMatchObject({ stdout: 'still here\n', stderr: '' })
  })

  test('killed under a command: the outcome is unknown and said to be', async () => {
    const running = ssh.batch('alpha', [sh('a', 'echo 1'), { id: 'b', argv: ['sleep', '8811.5'] }])
    await untilRunning('sleep 8811.5')
    for (const pid of await pidsWith(`ssh -M .*${world.directory}`)) process.kill(pid, 'SIGKILL')
    const { results, fault } = await running
    expect(fault).toMatchObject({ kind: 'lost', retryable: true })
    expect([...results.keys()]).toEqual(['a'])
    expect(await processesWith('sleep 8811.5', 60_000)).toBe(0)
    expect((await ssh.batch('alpha', [sh('a', 'true')])).fault).toBeNull()
  })

  test('stale sockets are cleared at the start, and none is left at the end', async () => {
    const settings = world.settings()
    await ensureDirectory(settings.socketDirectory)
    await writeTextFileAtomic(`${settings.socketDirectory}/m1`, '')
    const client = world.client(settings)
    expect((await client.batch('alpha', [sh('a', 'true')])).fault).toBeNull()
    await client.close()
    expect(await listDirectory(settings.socketDirectory)).toEqual([])
    expect(await processesWith(settings.socketDirectory)).toBe(0)
  })

  test('a configuration that cannot be written once: the next use writes it', async () => {
    const settings = world.settings()
    const directory = dirname(settings.configFile)
    // Where its directory belongs, a file stands.
    await writeTextFileAtomic(directory, '')
    const client = world.client(settings)
    const ask = () => client.batch('alpha', [sh('a', 'echo 1')])
    await expect(ask()).rejects.toThrow()
    await expect(client.configure(settings)).rejects.toThrow()
    await expect(ask()).rejects.toThrow()
    await removePath(directory)
    expect((await ask()).fault).toBeNull()

    const other = world.settings()
    await writeTextFileAtomic(dirname(other.configFile), '')
    await expect(client.configure(other)).rejects.toThrow()
    expect((await ask()).fault).toBeNull()
    await removePath(dirname(other.configFile))
    await client.configure(other)
    expect((await ask()).fault).toBeNull()
  })

  test('settings that come after ones that could not be written are used', async () => {
    const settings = world.settings()
    await writeTextFileAtomic(dirname(settings.configFile), '')
    const client = world.client(settings)
    await expect(client.batch('alpha', [sh('a', 'true')])).rejects.toThrow()
    await client.configure(world.settings())
    expect((await client.batch('alpha', [sh('a', 'true')])).fault).toBeNull()
  })

  test('new settings: what runs goes on, the next one uses them', async () => {
    const client = world.client()
    const go = `${world.directory}/go`
    const running = client.batch('alpha', [sh('a', `until [ -e ${go} ]; do sleep 0.88118; done; echo done`)])
    await untilRunning('sleep 0.88118')
    const broken = world.settings((host) => ({ ...host, hostname: 'a\nProxyCommand touch /tmp/x' }))
    await client.configure(broken)
    expect((await client.batch('alpha', [sh('a', 'true')])).fault?.kind).toBe('ssh-config')
    await client.configure(world.settings((host) => ({ ...host, port: 1 })))
    expect((await client.batch('alpha', [sh('a', 'true')], { tries: 1 })).fault?.kind).toBe('refused')
    await writeTextFileAtomic(go, '')
    expect((await running).results.get('a')?.stdout).toBe('done\n')
    await client.configure(world.settings())
    expect((await client.batch('alpha', [sh('a', 'true')])).fault).toBeNull()
  })
})

describe('logins that are not as they should be', () => {
  test('noise on both outputs, before and after, is no part of an answer', async () => {
    const home = await homeWithBashrc(`${world.directory}/noisy`, 'echo welcome; echo "@@B:0:0"; echo motd >&2\n')
    const noisy = await startSshWorld(['loud'], { env: { HOME: home }, extraConfig: [`Banner ${home}/.bashrc`] })
    const { results, fault } = await noisy.client().batch('loud', [sh('a', 'echo x; echo y >&2')])
    await noisy.stop()
    expect(fault).toBeNull()
    expect(results.get('a')).toMatchObject({ stdout: 'x\n', stderr: 'y' })
  })

  test('a server that grants few sessions is used without its refusals being shown', async () => {
    const narrow = await startSshWorld(['narrow'], { maxSessions: 2 })
    const client = narrow.client()
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) => client.batch('narrow', [sh('a', `sleep 0.2; echo ${index}`)])),
    )
    await narrow.stop()
    expect(answers.map((answer) => answer.fault)).toEqual(answers.map(() => null))
    expect(answers.map((answer) => answer.results.get('a')?.stderr)).toEqual(answers.map(() => ''))
  })
})
