import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { World } from '#tests/app/world.ts'
import { freePort } from '#tests/witness/service.ts'
import { until } from '#tests/witness/until.ts'
import { LIMITS, must, podman } from './podman-container.ts'

setDefaultTimeout(600_000)

/*
 * contrib/systemd/zwitness.service, started by a real systemd: in a container that it runs, by the lines of docs/install.md,
 * against simulated SANs behind real sshds. Only `npm ci` is left out: the checkout is that of the machine.
 */
const NAME = 'data'
const PORT = freePort()
const install = readFileSync('docs/install.md', 'utf8')
const section = install.slice(install.indexOf('## With systemd'))
const LINES = (/```\n([\s\S]*?)```/.exec(section)?.[1] ?? '').trim().split('\n')
const STATUS = (/`(runuser [^`]* status)`/.exec(section)?.[1] ?? '').replace(/\s+/g, ' ')

let world: World
let id = ''
const inside = (script: string): string => must('exec', id, 'sh', '-ec', script)
const zwitness = (words: string): string => inside(STATUS.replace(/ status$/, ` ${words}`))
const property = (name: string): string => inside(`systemctl show -P ${name} zwitness`)

beforeAll(async () => {
  world = await World.open()
  world.dataset(NAME, 1, { onBackup: 1 })
  const home = world.home(world.yaml({ datasets: { [NAME]: {} } }))
  const may = ['--systemd=always', '--cap-add=SYS_ADMIN', '--cap-add=SYS_PTRACE', '--security-opt=seccomp=unconfined']
  const mount = `--volume=${resolve('.')}:/opt/zwitness:ro`
  const words = [...LIMITS, '--pull=never', '--network=host', ...may, mount, 'localhost/zwitness-systemd']
  id = must('run', '--detach', ...words)
  await until('systemd is up', 60, () =>
    /^(running|degraded)/.test(podman('exec', id, 'systemctl', 'is-system-running').out),
  )
  const [start = '', ...before] = LINES.filter((line) => !line.includes('npm ci')).toReversed()
  inside(
    before
      .toReversed()
      .join('\n')
      .replaceAll('contrib/', '/opt/zwitness/contrib/')
      .replaceAll('config/app', '/opt/zwitness/config/app'),
  )
  must('cp', `${home.config}/.`, `${id}:/etc/zwitness/`)
  inside(
    `chown -R zwitness: /etc/zwitness; mkdir /etc/systemd/system/zwitness.service.d
     printf '[Service]\\nEnvironment=ZWITNESS_PORT=${PORT}\\n' >/etc/systemd/system/zwitness.service.d/port.conf`,
  )
  inside(start)
})
afterAll(async () => {
  if (id !== '') podman('rm', '--force', '--time=5', '--volumes', id)
  await world?.close()
})

const healthz = async (): Promise<number> =>
  (await fetch(`http://127.0.0.1:${PORT}/healthz`).catch(() => null))?.status ?? 0

test('docs/install.md has the lines that are tried here', () => {
  expect(LINES.some((line) => line.includes('contrib/systemd/zwitness.service'))).toBe(true)
  expect(LINES.at(-1)).toBe('systemctl daemon-reload && systemctl enable --now zwitness')
  expect(STATUS).toContain('/opt/zwitness/lib/setup/zwitness status')
})

test('it starts as a user of its own, without a right and behind the filter of system calls', async () => {
  await until(
    'it answers',
    60,
    async () => (await healthz()) === 200,
    () => inside('journalctl -u zwitness --no-pager | tail -n 20'),
  )
  const status = inside(`cat /proc/${property('MainPID')}/status`)
  const uid = inside('id -u zwitness')
  expect(status).toContain(`\nUid:\t${uid}\t${uid}\t${uid}\t${uid}\n`)
  expect(status).toMatch(/\nCapEff:\t0+\n/)
  expect(status).toContain('\nNoNewPrivs:\t1\n')
  expect(status).toContain('\nSeccomp:\t2\n')
})

test('it reaches both SANs by ssh, copies its database, reads its configuration anew, and nothing of that is forbidden to it', async () => {
  const shown = () => JSON.parse(zwitness(`show ${world.id(NAME)} --json`))
  await until(
    'the dataset is HEALTHY',
    60,
    () => shown().status === 'HEALTHY',
    () => JSON.stringify(shown().reason),
  )
  zwitness('fn run back-up')
  zwitness('backup /var/lib/zwitness/by-hand.db')
  inside('systemctl reload zwitness')
  const journal = () => inside('journalctl -u zwitness --no-pager -o cat')
  await until('it has read its configuration anew', 30, () => /configuration/i.test(journal()), journal)
  expect(
    journal()
      .split('\n')
      .filter((line) => line.includes('"level":"error"')),
  ).toEqual([])
})

test('it writes to its data and its log, and nowhere else', () => {
  const main = property('MainPID')
  const tries = [
    '/var/lib/zwitness/x',
    '/var/log/zwitness/x',
    '/etc/zwitness/x',
    '/var/lib/x',
    '/srv/x',
    '/opt/zwitness/x',
  ]
  const wrote = inside(
    `nsenter --target ${main} --mount setpriv --reuid=zwitness --regid=zwitness --clear-groups sh -c 'for f in ${tries.join(' ')}; do touch $f 2>/dev/null && echo $f; done; true'`,
  )
  expect(wrote.split('\n')).toEqual(['/var/lib/zwitness/x', '/var/log/zwitness/x'])
})

test('it ends well when it is stopped', () => {
  inside('systemctl stop zwitness')
  expect([property('Result'), property('ExecMainStatus'), property('ActiveState')]).toEqual([
    'success',
    '0',
    'inactive',
  ])
})
