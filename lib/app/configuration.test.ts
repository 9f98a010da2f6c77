import { expect, setSystemTime, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryDirectory } from '#tests/endings/temporary-directory.ts'
import { createConfiguration, type InUse, RunningConfiguration } from './configuration.ts'

const nothing = (): void => {}
const LOG = { debug: nothing, info: nothing, warn: nothing, error: nothing }

interface Tree {
  readonly root?: string
  readonly recursive?: boolean
  readonly exclude?: readonly string[]
  readonly maxDelay?: number
  readonly more?: readonly object[]
}

function file({ root = 'tree', recursive = true, exclude = [], maxDelay = 72, more = [] }: Tree): string {
  const host = (hostname: string) => ({ hostname, ssh_user: 'zfsadmin' })
  const tree = {
    id: root,
    name: 'tank/data',
    backup_dataset: 'vault/data',
    recursive,
    exclude,
    max_delay_hours: maxDelay,
  }
  return JSON.stringify({
    san_hosts: { a: host('a.example'), b: host('b.example') },
    pairs: [{ primary: 'a', backup: 'b', datasets: [tree, ...more] }],
  })
}

const CHILD: InUse = { runId: 7, datasetId: 'tree.child', rootId: 'tree', primary: 'tank/data/child' }

async function reloading(inUse: InUse, after: Tree): Promise<string> {
  const path = join(temporaryDirectory(), 'app-config.yaml')
  writeFileSync(path, file({}))
  const configuration = createConfiguration({
    running: new RunningConfiguration(path),
    log: LOG,
    apply: async () => undefined,
    inUse: () => [inUse],
  })
  writeFileSync(path, file(after))
  return configuration.reload('test').then(
    ({ ok }) => (ok ? 'reloaded' : 'not valid'),
    (error: Error) => error.message,
  )
}

test('while a child of a recursive mapping is repaired another configuration is loaded, as long as it has that child', async () => {
  expect(await reloading(CHILD, { maxDelay: 48 })).toBe('reloaded')
  expect(await reloading(CHILD, { exclude: ['other'] })).toBe('reloaded')
})

test.each<[string, Tree]>([
  ['its root has another id', { root: 'forest' }],
  ['its root is recursive no more', { recursive: false }],
  ['it is left out', { exclude: ['child'] }],
  ['it becomes a mapping of its own', { more: [{ name: 'tank/data/child', backup_dataset: 'vault/elsewhere' }] }],
])('refused while it is repaired: %s', async (_, after) => {
  const said = await reloading(CHILD, after)
  expect(said).toContain('has no tree.child, but run 7 is repairing it')
})

test('a mapping that is repaired stays in, as before', async () => {
  const root = { ...CHILD, datasetId: 'tree', primary: 'tank/data' }
  expect(await reloading(root, { recursive: false })).toBe('reloaded')
  expect(await reloading(root, { root: 'forest' })).toContain('run 7')
})

test('a status judges the file once, however often and long it is asked; a changed one is judged anew', async () => {
  const path = join(temporaryDirectory(), 'app-config.yaml')
  writeFileSync(path, file({}))
  const configuration = createConfiguration({
    running: new RunningConfiguration(path),
    log: LOG,
    apply: async () => undefined,
    inUse: () => [],
  })
  writeFileSync(path, 'san_hosts: 1\n')
  try {
    const { faults } = await configuration.state()
    expect(faults.length).toBeGreaterThan(0)
    setSystemTime(Date.now() + 3_600_000)
    // The same object: nothing was parsed for it.
    expect((await configuration.state()).faults).toBe(faults)
    writeFileSync(path, file({ maxDelay: 48 }))
    expect(await configuration.state()).toMatchObject({ inSync: false, faults: [] })
  } finally {
    setSystemTime()
  }
})

test('what cannot be applied, and not be taken back either, is told as what it was, and what ran before is current', async () => {
  const path = join(temporaryDirectory(), 'app-config.yaml')
  writeFileSync(path, file({}))
  const logged: string[] = []
  const running = new RunningConfiguration(path)
  const configuration = createConfiguration({
    running,
    log: { ...LOG, error: (message: string) => void logged.push(message) },
    apply: async (_before, after) => {
      throw new Error(`no room for ${after.datasets[0]?.policy.maxDelaySeconds}`)
    },
    inUse: () => [],
  })
  writeFileSync(path, file({ maxDelay: 48 }))
  await expect(configuration.reload('test')).rejects.toThrow(`no room for ${48 * 3600}`)
  expect(logged).toEqual([`The configuration before could not be put in force again: no room for ${72 * 3600}`])
  expect(running.current.datasets[0]?.policy.maxDelaySeconds).toBe(72 * 3600)
})
