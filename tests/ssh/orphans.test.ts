import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { readTextFileIfThere } from '#lib/host/files.ts'
import { processesWith, type SshWorld, startSshWorld } from './fixture.ts'

setDefaultTimeout(600_000)

let world: SshWorld
beforeAll(async () => {
  world = await startSshWorld(['alpha', 'beta'])
})
afterAll(() => world.stop())

/** Bun reads bunfig.toml of the directory it starts in: elsewhere `noOrphans` is off, and only the leash is left. */
test.each([
  ['with noOrphans', `${import.meta.dir}/../..`],
  ['without it', '/tmp'],
])('SIGKILL of the client ends what it runs on the hosts, %s', async (name, cwd) => {
  const saved = `${world.directory}/saved-${name.replaceAll(' ', '-')}`
  const settings = world.settings()
  const victim = Bun.spawn([process.execPath, `${import.meta.dir}/victim.ts`, JSON.stringify(settings), saved], {
    cwd,
    stdout: 'pipe',
    stderr: 'inherit',
  })
  const started = await victim.stdout.getReader().read()
  expect(new TextDecoder().decode(started.value)).toBe('running\n')
  const running = async (): Promise<boolean> =>
    (await processesWith('sleep 8833.1')) > 0 && (await processesWith('pv -q -L 2000000')) > 0
  while (!(await running())) await Bun.sleep(100)
  victim.kill('SIGKILL')
  await victim.exited
  expect(await processesWith('sleep 8833', 60_000)).toBe(0)
  // Not one ssh of it, the control connection neither; and the receiver saw a clean end of its stream.
  expect(await processesWith(settings.configFile, 60_000)).toBe(0)
  expect(await processesWith('pv -q -L 2000000', 60_000)).toBe(0)
  expect(await readTextFileIfThere(saved)).toBe('saved\n')
})
