import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { readdir, symlink } from 'node:fs/promises'
import { ensureDirectory } from '#lib/host/files.ts'
import { runCommand } from '#lib/process/run-command.ts'
import { batchScript } from '#lib/ssh/script.ts'
import { processesWith, type SshWorld, startSshWorld } from './fixture.ts'

setDefaultTimeout(600_000)

/*
 * What goes over the line while a command runs. The far sides' own shells: those of this machine, and more of them with
 * `apt-get install ksh93u+m mksh busybox`.
 */
const SHELLS = ['dash', 'bash', 'ksh93', 'mksh', 'busybox']

/** Stands in the environment of every session here: other tests on this machine have heartbeats of their own. */
const MARK = `heartbeat-test-${crypto.randomUUID()}`

let world: SshWorld
beforeAll(async () => {
  world = await startSshWorld(['alpha'], { env: { ZWITNESS_TEST_WORLD: MARK } })
})
afterAll(() => world.stop())

/** Waits until no process of a session of this file writes a heartbeat any more; how many still do after a minute. */
async function beatsLeft(): Promise<number> {
  for (const deadline = performance.now() + 60_000; ; await Bun.sleep(100)) {
    const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
    const beating = await Promise.all(processes.map((pid) => isBeating(pid)))
    const count = beating.filter(Boolean).length
    if (count === 0 || performance.now() >= deadline) return count
  }
}

async function isBeating(pid: string): Promise<boolean> {
  try {
    const [line, environment] = await Promise.all([
      Bun.file(`/proc/${pid}/cmdline`).text(),
      Bun.file(`/proc/${pid}/environ`).text(),
    ])
    return line.includes('@@H:') && environment.includes(MARK)
  } catch {
    // It has ended meanwhile.
    return false
  }
}

const sh = (id: string, script: string) => ({ id, argv: ['sh', '-c', script] })

describe('over a real sshd', () => {
  test('a command that says nothing for much longer than the silence allowed is waited for', async () => {
    const { results, fault } = await world
      .client()
      .batch('alpha', [sh('slow', 'sleep 7; echo done')], { silenceMs: 4_000 })
    expect(fault).toBeNull()
    expect(results.get('slow')).toEqual({ id: 'slow', exitCode: 0, stdout: 'done\n', stderr: '' })
  })

  test('none of it is in what a command says, also where it stops in the middle of a line', async () => {
    const halves = 'for i in 1 2 3 4; do printf "half " >&2; sleep 1.3; done; printf end >&2; exit 3'
    const { results, fault } = await world
      .client()
      .batch('alpha', [sh('halves', halves), sh('next', 'echo x >&2')], { silenceMs: 4_000 })
    expect(fault).toBeNull()
    expect(results.get('halves')).toMatchObject({ exitCode: 3, stdout: '', stderr: 'half half half half end' })
    expect(results.get('next')?.stderr).toBe('x')
  })

  test('silence is the link: where everything stands still, the heartbeat does too', async () => {
    const file = `${world.directory}/group`
    const frozen = { ...sh('frozen', `ps -o pgid= -p $$ >${file}; kill -STOP 0`), limitMs: 60_000 }
    const { fault } = await world.client().batch('alpha', [frozen], { silenceMs: 4_500, tries: 1 })
    process.kill(-Number(await Bun.file(file).text()), 'SIGKILL')
    expect(fault).toMatchObject({ kind: 'timeout', message: expect.stringContaining('heartbeat') })
    expect(await processesWith('kill -STOP 0', 60_000)).toBe(0)
  })

  test('nothing of it is left when the command has ended', async () => {
    const client = world.client()
    await client.batch('alpha', [sh('login', 'true')])
    for (const toTheEnd of [false, true]) {
      const { fault } = await client.batch('alpha', [sh('short', 'true')], { toTheEnd })
      expect(fault).toBeNull()
      expect(await beatsLeft()).toBe(0)
    }
  })

  test('nothing of it is left when the shell of the session is killed', async () => {
    const { results, fault } = await world
      .client()
      .batch('alpha', [sh('a', 'kill -9 $PPID; sleep 1')], { silenceMs: 4_000 })
    expect([results.size, fault?.kind]).toEqual([0, 'lost'])
    expect(await beatsLeft()).toBe(0)
  })

  test('a line that goes on without its client goes on to its end, and its heartbeat with it', async () => {
    const file = `${world.directory}/went-on`
    const cancel = new AbortController()
    const running = world
      .client()
      .batch('alpha', [sh('long', `: 8822.1; echo begun >${file}; sleep 3; echo over >${file}`)], {
        toTheEnd: true,
        silenceMs: 4_000,
        signal: cancel.signal,
      })
    while (!(await Bun.file(file).exists())) await Bun.sleep(50)
    cancel.abort()
    expect((await running).fault?.kind).toBe('cancelled')
    expect(await processesWith(': 8822.1', 60_000)).toBe(0)
    expect(await Bun.file(file).text()).toBe('over\n')
    expect(await beatsLeft()).toBe(0)
  })
})

const missing = (shell: string): boolean => {
  if (Bun.which(shell) !== null) return false
  console.warn(`SKIPPED: ${shell} is not installed, so nothing is proved about it as the sh of a host.`)
  return true
}

describe.each(SHELLS)('where sh is %s', (shell) => {
  test.skipIf(missing(shell))('it beats, is told apart, and is gone at the end', async () => {
    const nonce = 'feedfeedfeedfeed'
    const bin = `${world.directory}/${shell}`
    await ensureDirectory(bin)
    await symlink(Bun.which(shell) ?? '', `${bin}/sh`)
    const commands = [sh('slow', 'printf half >&2; sleep 2.5; echo -whole >&2; exit 5')]
    for (const toTheEnd of [false, true]) {
      const script = batchScript(nonce, commands, { toTheEnd, beatSeconds: 1 })
      const end = await runCommand({
        file: 'sh',
        args: ['-c', script],
        env: { PATH: `${bin}:${process.env.PATH}` },
        stdin: 'open',
        timeoutMs: 30_000,
        maxStdoutBytes: 10_000,
      })
      const beats = end.stderr.split(`@@H:${nonce}`).length - 1
      expect(beats).toBeGreaterThanOrEqual(1)
      expect(end.stderr.replaceAll(`@@H:${nonce}\n`, '')).toBe(
        `@@S:${nonce}\n@@B:${nonce}:0\nhalf-whole\n\n@@E:${nonce}:0:5`,
      )
      expect({ ended: end.ended, code: end.exitCode }).toEqual({ ended: 'exit', code: 5 })
      expect(end.stdout.toString()).toBe(`@@B:${nonce}:0\n\n@@E:${nonce}:0:5\n`)
      expect(await processesWith(`@@H:${nonce}`, 60_000)).toBe(0)
    }
  })

  test.skipIf(missing(shell))('the session does not wait for the next beat', async () => {
    const bin = `${world.directory}/${shell}-waits`
    await ensureDirectory(bin)
    await symlink(Bun.which(shell) ?? '', `${bin}/sh`)
    for (const toTheEnd of [false, true]) {
      // The next beat is far beyond the limit of the test.
      const script = batchScript('beefbeefbeefbeef', [sh('short', 'true')], { toTheEnd, beatSeconds: 997 })
      const env = { PATH: `${bin}:${process.env.PATH}`, ZWITNESS_TEST_WORLD: MARK }
      const limits = { timeoutMs: 120_000, maxStdoutBytes: 10_000 }
      const { ended } = await runCommand({ file: 'sh', args: ['-c', script], env, stdin: 'open', ...limits })
      expect(ended).toBe('exit')
      expect(await beatsLeft()).toBe(0)
    }
  })
})
