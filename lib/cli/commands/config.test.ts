import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { makeTemporaryDirectory, removePath, writeTextFileAtomic } from '#lib/host/files.ts'
import { runCommand } from '../testing/command-line.ts'

const VALID = `san_hosts:
  a: { hostname: a.example, ssh_user: zfsadmin }
  b: { hostname: b.example, ssh_user: zfsadmin }
pairs:
  - name: A to B
    primary: a
    backup: b
    datasets:
      - { name: tank/data, backup_dataset: vault/data }
`

let directory = ''
beforeEach(async () => {
  directory = await makeTemporaryDirectory()
})
afterEach(() => removePath(directory))

/** Without a service and without a data directory. */
function here(...line: string[]) {
  return runCommand([...line, '--config-dir', directory, '--data-dir', `${directory}/none`], {
    env: { ZWITNESS_URL: '' },
  })
}
const write = (text: string) => writeTextFileAtomic(`${directory}/app-config.yaml`, text)

describe('config check', () => {
  test('a valid file is 0, and what is in it is said', async () => {
    await write(VALID)
    const ran = await here('config', 'check')
    expect([ran.exit, ran.stdout]).toEqual([0, ''])
    expect(ran.stderr).toContain('is valid: 2 hosts, 1 pairs, 1 datasets.')
  })

  test('every fault stands with file, line, column and path, and it ends with 9', async () => {
    await write(
      VALID.replace('primary: a', 'primary: c').replace('ssh_user: zfsadmin }\n  b', 'ssh_usr: zfsadmin }\n  b'),
    )
    const ran = await here('config', 'check')
    expect(ran.exit).toBe(9)
    expect(ran.stdout).toMatch(/app-config\.yaml:2:\d+ san_hosts\.a/)
    expect(ran.stdout).toMatch(/app-config\.yaml:6:\d+ pairs\.0\.primary: /)
    expect(ran.stdout).toContain('^')
    const json = JSON.parse((await here('config', 'check', '--json')).stdout)
    expect(json).toMatchObject({ schema: 'config-check/1', valid: false, warnings: [] })
    expect(json.faults.length).toBeGreaterThanOrEqual(2)
  })

  test('a file that is not there is a fault like any other', async () => {
    const ran = await here('config', 'check')
    expect([ran.exit, ran.stdout.includes('There is no file')]).toEqual([9, true])
  })

  test('another file can be named', async () => {
    await writeTextFileAtomic(`${directory}/new.yaml`, VALID)
    expect((await here('config', 'check', `${directory}/new.yaml`)).exit).toBe(0)
  })

  test('a hostile file cannot speak to the terminal', async () => {
    await write(`san_hosts: { "a\\eb": 1 }\n# \u009b2J\nx\u001b[2J: 1\n`)
    const ran = await here('config', 'check')
    expect(ran.exit).toBe(9)
    expect((ran.stdout + ran.stderr).replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
  })
})

describe('config show', () => {
  test('of the service, when one runs', async () => {
    const ran = await runCommand(['config', 'show'])
    expect(ran.stdout).toContain('scheduler.interval_minutes  30     file line 40')
    expect(ran.stderr).toContain('zwitness config reload')
  })

  test('of the file, when none does', async () => {
    await write(VALID)
    const ran = await here('config', 'show', '--plain')
    expect(ran.exit).toBe(0)
    expect(ran.stdout).toContain('san_hosts.a.hostname\t"a.example"\tfile line 2\n')
  })

  test('of a file that is not valid there is nothing to show', async () => {
    await write('pairs: 5')
    expect((await here('config', 'show')).exit).toBe(9)
  })
})

test('config schema needs nothing at all', async () => {
  expect(JSON.parse((await here('config', 'schema')).stdout)).toMatchObject({
    type: 'object',
    title: 'zwitness configuration',
  })
})

test('config reload says what has changed', async () => {
  const ran = await runCommand(['config', 'reload'])
  expect([ran.exit, ran.stdout]).toEqual([0, 'The new configuration is in force.\n  added: new.DAT1\n'])
})
