import { afterEach, beforeEach, expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryDirectory } from '#tests/endings/temporary-directory.ts'
import { residentDirectory } from './install.ts'
import { isAlive, markOf } from './state/process-mark.ts'
import { makeTestSans, type TestSans, until } from './testing/sans.ts'

setDefaultTimeout(600_000)

let sans: TestSans
beforeEach(() => {
  sans = makeTestSans()
})
afterEach(() => sans.close())

/** The number of the resident, which answers now. */
function resident(): number {
  expect(sans.sh('date +%s').exitCode).toBe(0)
  return Number(readFileSync(join(residentDirectory, 'pid'), 'utf8'))
}
const killed = async (pid: number): Promise<void> => {
  const mark = markOf(pid)
  process.kill(pid, 'SIGKILL')
  await until(() => !isAlive(mark))
}
/** Runs while a process of its own has the lock on SAN a, so that whoever changes it waits. */
async function whileLocked(work: () => Promise<void>): Promise<void> {
  const hold = 'open(F, ">>", shift); flock(F, 2); syswrite(STDOUT, "held"); sleep 600'
  const holder = sans.start(`exec perl -e '${hold}' "$ZWITNESS_SIM_DIR/lock"`)
  await holder.stdout.getReader().read()
  try {
    await work()
  } finally {
    holder.kill('SIGKILL')
    await holder.exited
  }
}
const waitsForTheLock = (pid: number) => () => readFileSync(`/proc/${pid}/wchan`, 'utf8').includes('lock')

test('one resident answers for every SAN', () => {
  expect(sans.sh('zfs list -H -o name; $B zfs list -H -o name').stdout).toBe('tank\nbank\n')
  const first = resident()
  expect(sans.sh('zfs create tank/x; $B zpool list -H -o name').stdout).toBe('bank\n')
  expect(resident()).toBe(first)
})

/** Each line is asked, then something changes behind the back of whoever answered, then it is asked again. */
test.each<[line: string, before: string, change: () => void, after: string]>([
  ['zfs list -H -o name -t snapshot -r tank', '', () => sans.a.snapshot('tank@s'), 'tank@s\n'],
  ['zfs list -H -o name -t snapshot -r tank', '', () => plainly('zfs snapshot tank@t'), 'tank@t\n'],
  ['zfs get -H -o value org.test:a tank', '-\n', () => plainly('zfs set org.test:a=1 tank'), '1\n'],
  ['zfs list -H -o name -r tank', 'tank\n', () => sans.a.dataset.create('tank/x'), 'tank\ntank/x\n'],
  ['zpool list -H -o health', 'ONLINE\n', () => sans.a.setPool('tank', { health: 'DEGRADED' }), 'DEGRADED\n'],
  ['zpool list -H -o name', 'tank\n', () => sans.a.setPool('tank', { imported: false }), ''],
  [
    'zfs list -H -o name 2>&1',
    'tank\n',
    () => sans.a.misbehave({ rules: [{ match: '^zfs list', fail: 'no' }] }),
    'no\n',
  ],
  [
    'zpool list -H -o name',
    'tank\n',
    () => rmSync(join(sans.a.directory, 'pools'), { recursive: true, force: true }),
    '',
  ],
])('%s: what changed behind its back shows at once', (line, before, change, after) => {
  expect(sans.sh(line).stdout).toBe(before)
  const first = resident()
  change()
  expect(sans.sh(line).stdout).toBe(after)
  expect(resident()).toBe(first)
})

/** By a process that the resident knows nothing of. */
function plainly(line: string): void {
  const program = join(import.meta.dir, 'zfs.ts')
  expect(sans.sh(`'${process.execPath}' --no-install '${program}' ${line}`)).toMatchObject({ exitCode: 0, stderr: '' })
}

test('it may be killed between two commands: another goes on with the same state', async () => {
  sans.sh('zfs create tank/x')
  const first = resident()
  await killed(first)
  expect(sans.sh('zfs list -H -o name').stdout).toBe('tank\ntank/x\n')
  expect(resident()).not.toBe(first)
})

test('many at once find one that is only starting', async () => {
  await killed(resident())
  const lines = Array.from({ length: 8 }, () => sans.start('zfs list -H -o name'))
  const answers = await Promise.all(lines.map((one) => new Response(one.stdout).text()))
  expect(answers).toEqual(lines.map(() => 'tank\n'))
  const mine = sans.sh(`pgrep -fc 'resident.ts ${residentDirectory}'`).stdout
  expect(mine).toBe('1\n')
})

test('killed while it answers: the client says so, and the next is answered', async () => {
  const first = resident()
  await whileLocked(async () => {
    const client = sans.start('exec zfs create tank/x')
    await until(waitsForTheLock(first))
    await killed(first)
    expect(await client.exited).toBe(70)
    expect(await new Response(client.stderr).text()).toBe(
      'zfs: the resident simulator ended before it had answered; what was asked may be done or not\n',
    )
  })
  expect(sans.sh('zfs list -H -o name').stdout).toBe('tank\n')
})

test('a client that was killed while it waited for its turn does nothing more', async () => {
  const pid = resident()
  let first: ReturnType<TestSans['start']> | null = null
  await whileLocked(async () => {
    first = sans.start('exec zfs create tank/first')
    await until(waitsForTheLock(pid))
    const second = sans.start('exec zfs create tank/second')
    await until(() => readFileSync(`/proc/${second.pid}/wchan`, 'utf8').includes('unix_stream'))
    second.kill('SIGKILL')
    await second.exited
  })
  expect(await (first as ReturnType<TestSans['start']> | null)?.exited).toBe(0)
  expect(sans.sh('zfs list -H -o name').stdout).toBe('tank\ntank/first\n')
})

test('one that hangs holds up nobody else', async () => {
  sans.a.misbehave({ rules: [{ match: '^zfs list', hang: true, times: 1 }] })
  const hangs = sans.start('exec zfs list -H')
  await until(() => existsSync(sans.a.directory) && sans.sh('ls "$ZWITNESS_SIM_DIR" | grep used-').exitCode === 0)
  expect(sans.sh('zfs get -H -o value type tank').stdout).toBe('filesystem\n')
  expect(hangs.exitCode).toBeNull()
  hangs.kill('SIGTERM')
  expect(await hangs.exited).toBe(143)
})

test('a long answer reaches a slow reader whole, and its writer dies when the reader goes away', () => {
  sans.a.batch(() => {
    for (let number = 0; number < 5000; number++) sans.a.snapshot(`tank@a-rather-long-name-of-a-snapshot-${number}`)
  })
  const line = 'zfs list -H -o name,guid,createtxg,creation -t snapshot tank'
  expect(sans.sh(`${line} | (read -r first; wc -l)`).stdout.trim()).toBe('4999')
  expect(sans.sh(`${line} | head -n 1 >/dev/null; echo $PIPESTATUS`).stdout).toBe('141\n')
})

test('it holds nothing open of the one that started it, and has none of its surroundings', async () => {
  await killed(resident())
  // Would wait for ever for the end of this output.
  expect(sans.sh('exec 7>&1; zfs list -H -o name').stdout).toBe('tank\n')
  expect(readFileSync(`/proc/${resident()}/environ`, 'utf8')).not.toContain('ZWITNESS')
})

test('each call is noted where that is asked for', () => {
  const file = join(sans.a.directory, 'calls')
  sans.sh(`export ZWITNESS_SIM_CALLS='${file}'; zfs list -H >/dev/null; date +%s >/dev/null; zpool list 'a b' 2>&1`)
  expect(readFileSync(file, 'utf8')).toBe('zfs list -H\ndate +%s\nzpool list a b\n')
})

test('each caller has its own time zone', () => {
  sans.a.snapshot('tank@s', { creation: 1_800_000_000 })
  const line = 'zfs get -H -o value creation tank@s'
  expect(sans.sh(`TZ=Asia/Tokyo ${line}; TZ=UTC ${line}; TZ=America/New_York ${line}`).stdout).toBe(
    'Fri Jan 15 17:00 2027\nFri Jan 15  8:00 2027\nFri Jan 15  3:00 2027\n',
  )
})

test('words and answers of any letters', () => {
  expect(sans.sh(`zfs set org.test:a='ü→ "x" \\ $y' tank; zfs get -H -o value org.test:a tank`).stdout).toBe(
    'ü→ "x" \\ $y\n',
  )
})

test.each(['SIGTERM', 'SIGKILL'] as const)('%s to its owner ends it, and nothing is left', async (signal) => {
  const script = `
    import { installSimulator, residentDirectory } from '${join(import.meta.dir, 'install.ts')}'
    const { binDir } = installSimulator({ directory: process.argv[1], bunPath: process.execPath })
    Bun.spawnSync([binDir + '/date'], { env: { ZWITNESS_SIM_DIR: '${sans.a.directory}' } })
    console.log(residentDirectory)
    setInterval(() => {}, 1000)`
  const owner = Bun.spawn([process.execPath, '-e', script, temporaryDirectory()], { cwd: '/', stdout: 'pipe' })
  const { value } = await owner.stdout.getReader().read()
  const directory = new TextDecoder().decode(value).trim()
  const mark = markOf(Number(readFileSync(join(directory, 'pid'), 'utf8')))
  expect(isAlive(mark)).toBe(true)
  owner.kill(signal)
  await until(() => !isAlive(mark) && !existsSync(directory))
})
