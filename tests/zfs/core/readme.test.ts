import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Home } from '#tests/witness/home.ts'
import { freePort } from '#tests/witness/service.ts'
import { openLab, remove, root, SANS } from '../lab.ts'
import { until } from '../witness.ts'

/*
 * "Set it up" in the README, word by word, on real OpenZFS: its file, its commands in their order, and nothing else. Only
 * addresses and ports are the lab's. A command that comes, goes or changes there is a failure here.
 */
setDefaultTimeout(600_000)

const README = readFileSync(join(import.meta.dir, '..', '..', '..', 'README.md'), 'utf8')
const section = README.slice(README.indexOf('\n## Set it up'), README.indexOf('\n## Use it'))
const yaml = /```yaml\n(.*?)```/s.exec(section)?.[1] ?? ''
/** Each step of the list with its commands, as they stand there. */
const steps = [...section.matchAll(/^(\d)\. (.*(?:\n {3}.*)*)/gm)].map(([, n, text = '']) => ({
  n: Number(n),
  commands: [...text.matchAll(/`((?:zw|docker compose|npm run) [^`]+)`/g)].map(([, command = '']) => command),
}))

const lab = openLab()
const P = 'hqs8p1/HQS8DAT1'
const B = 'hqs1p1/HQS8DAT1'
let home: Home
let service: Bun.Subprocess | null = null
const port = freePort()

beforeAll(async () => {
  await clean()
  await root(
    lab,
    `for p in hqs8p1 hqs1p1; do zfs unallow -u zfsadmin $p 2>/dev/null || true; done
     zfs create ${P}; dd if=/dev/urandom of=/pools/${P}/f bs=64k count=1 2>/dev/null; zfs snapshot ${P}@s1
     zfs create ${B}; echo old > /pools/${B}/file; zfs snapshot ${B}@old
     cp ~zfsadmin/.ssh/authorized_keys /tmp/authorized_keys.before`,
  )
  home = new Home({ yaml: '', identityFile: join(lab.directory, 'id_ed25519'), knownHosts: '' })
  // As somebody has it who begins: no key and no known host.
  await Bun.$`rm -f ${home.config}/id_ed25519 ${home.config}/known_hosts`.quiet()
})
afterAll(async () => {
  service?.kill('SIGTERM')
  await service?.exited
  home?.remove()
  await root(lab, 'cp /tmp/authorized_keys.before ~zfsadmin/.ssh/authorized_keys')
  await clean()
})

async function clean(): Promise<void> {
  const left = await root(lab, `zfs list -H -o name -r hqs1p1 | grep '^${B}' || true`)
  await remove(lab, P, ...left.split('\n').filter((name) => name !== ''))
}

/** A command as it is typed without Docker: `zw` stands for what the README says that it does. */
async function type(command: string, more: readonly string[] = []): Promise<string> {
  expect(section).toContain('`npm run -s zwitness --`')
  const words = command.startsWith('zw ')
    ? ['npm', 'run', '-s', 'zwitness', '--', ...command.slice(3).split(' ')]
    : command.split(' ')
  const child = Bun.spawn([...words, ...more], {
    env: home.environment,
    cwd: join(import.meta.dir, '..', '..', '..'),
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  expect({ command, code, err: code === 0 ? '' : err }).toEqual({ command, code: 0, err: '' })
  return out + err
}

test('the list is the one that is tried here, and the variables that it names are those there are', () => {
  expect(steps).toEqual([
    { n: 1, commands: ['zw config check'] },
    { n: 2, commands: ['zw keys init', 'zw keys show'] },
    { n: 3, commands: ['zw known-hosts scan hqs8', 'zw known-hosts accept hqs8 SHA256:…'] },
    { n: 4, commands: ['zw check'] },
    { n: 5, commands: ['docker compose up -d', 'npm run -s zwitness -- serve'] },
    { n: 6, commands: ['zw adopt'] },
  ])
  for (const name of ['ZWITNESS_CONFIG_DIR', 'ZWITNESS_DATA_DIR', 'ZWITNESS_LOG_DIR']) {
    expect(section).toContain(name)
    expect(home.environment[name]).toBeDefined()
  }
})

test('1. the whole file of the README is a sound one', async () => {
  const withLab = SANS.reduce(
    (text, san) => text.replaceAll(`hostname: ${san}.storage.local`, `hostname: 127.0.0.1, port: ${lab.ports[san]}`),
    yaml,
  )
  expect(withLab).not.toBe(yaml)
  mkdirSync(home.config, { recursive: true })
  home.configure(withLab)
  await type('zw config check')
})

test('2. a key is made, and the lines that are shown are done on the SANs as they stand', async () => {
  await type('zw keys init')
  const shown = await type('zw keys show')
  const key = /^restrict ssh-ed25519 .*$/m.exec(shown)?.[0] ?? ''
  const allow = [...shown.matchAll(/^zfs allow .*$/gm)].map(([line]) => line)
  expect(allow).toEqual([
    expect.stringMatching(/^zfs allow -u zfsadmin send,hold,bookmark hqs8p1\/HQS8DAT1$/),
    expect.stringMatching(/^zfs allow -u zfsadmin \S*receive:append\S* hqs1p1$/),
  ])
  await root(lab, `echo '${key}' >> ~zfsadmin/.ssh/authorized_keys\n${allow.join('\n')}`)
})

test('3. one host key is compared and accepted; the other is in a known_hosts as people have it', async () => {
  const shown = await type('zw known-hosts scan hqs8')
  const pinned = readFileSync(join(lab.directory, 'known_hosts'), 'utf8').split('\n')
  const line = (san: 'hqs8' | 'hqs1') => pinned.find((each) => each.startsWith(`[127.0.0.1]:${lab.ports[san]} `)) ?? ''
  // On the SAN itself: for f in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -lf "$f"; done
  const own = await Bun.$`ssh-keygen -lf - < ${new Blob([line('hqs8').split(' ').slice(1).join(' ')])}`.text()
  const fingerprint = own.split(' ')[1] ?? ''
  expect(shown).toContain(fingerprint)
  await type(`zw known-hosts accept hqs8 ${fingerprint}`)
  for (const form of ['by hostname', '`[host]:port`', 'address', 'hashed', 'certificate\n   authority', 'by host id'])
    expect(section).toContain(form)
  writeFileSync(join(home.config, 'known_hosts'), `${line('hqs1')}\n`)
})

test('4. everything is looked at, and nothing is changed', async () => {
  const before = await root(lab, `zfs list -H -t all -o name,guid -r ${P} ${B}`)
  expect(await type('zw check')).toContain('Looked at 1 dataset')
  expect(await root(lab, `zfs list -H -t all -o name,guid -r ${P} ${B}`)).toBe(before)
})

test('5. the service runs, and says what needs a decision', async () => {
  const command = 'npm run -s zwitness -- serve'
  // A port that is free here; the README's is in its own link.
  expect(section).toContain('http://127.0.0.1:8080')
  service = Bun.spawn([...command.split(' '), '--host', '127.0.0.1', '--port', String(port)], {
    env: home.environment,
    cwd: join(import.meta.dir, '..', '..', '..'),
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: Bun.file(join(home.directory, 'stderr.log')),
  })
  const ask = async (path: string) =>
    (await fetch(`http://zwitness${path}`, { unix: join(home.data, 'zwitness.sock') })).json()
  await until('one dataset needs a decision', 120, async () => {
    const answer = await ask('/api/adopt').catch(() => null)
    return answer?.items?.length === 1
  })
  expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200)
})

test('6. one decision, and the backup has what the primary has; what was there is kept', async () => {
  const shown = await type('zw adopt', ['--yes'])
  expect(shown).toContain(`${B}.zw-aside-`)
  await until('the backup has the snapshot', 300, async () => {
    const guid = `zfs list -H -o guid`
    const there = await root(lab, `${guid} ${P}@s1; ${guid} ${B}@s1 2>/dev/null || true`)
    const [one, other] = there.trim().split('\n')
    return one !== undefined && one === other
  })
  expect(await root(lab, `zfs list -H -t snapshot -o name -r hqs1p1`)).toMatch(/HQS8DAT1\.zw-aside-[0-9TZ]+@old/)
})
