import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { fileFacts, makeTemporaryDirectory, readTextFile, removePath, writeTextFileAtomic } from '#lib/host/files.ts'
import { type RunningSshd, startSshd } from '#simulator/sshd.ts'
import { runCommand } from '../testing/command-line.ts'

let directory = ''
beforeEach(async () => {
  directory = await makeTemporaryDirectory()
  await configure(22)
})
afterEach(() => removePath(directory))

const configure = (port: number) =>
  writeTextFileAtomic(
    `${directory}/app-config.yaml`,
    `san_hosts:
  a: { hostname: 127.0.0.1, ssh_user: zfsadmin, port: ${port} }
  b: { hostname: b.example, ssh_user: zfsadmin, proxy_jump: a }
  r: { hostname: r.example, ssh_user: root }
pairs:
  - name: A to B
    primary: a
    backup: b
    datasets:
      - { name: tank/data, backup_dataset: vault/copies/data }
      - { name: tank/mail, backup_dataset: vault/copies/mail }
  - name: A to R
    primary: a
    backup: r
    datasets:
      - { name: tank/web, backup_dataset: big/web }
`,
  )

function here(...line: string[]) {
  return runCommand([...line, '--config-dir', directory, '--data-dir', `${directory}/data`], {
    env: { ZWITNESS_URL: '' },
  })
}

describe('keys', () => {
  test('init makes one that only its owner may read, once', async () => {
    const made = await here('keys', 'init', '--json')
    expect(made.exit).toBe(0)
    const { file, publicKey } = JSON.parse(made.stdout)
    expect((await fileFacts(file))?.mode).toBe(0o600)
    const before = await readTextFile(file)
    const again = await here('keys', 'init')
    expect([again.exit, await readTextFile(file)]).toEqual([6, before])
    expect((await here('keys', 'show', '--plain')).stdout).toContain(`restrict ${publicKey}`)
  })

  test('show has the lines for each SAN: enough to work, nothing that destroys', async () => {
    await here('keys', 'init')
    const { stdout } = await here('keys', 'show')
    expect(stdout).toMatch(/^restrict ssh-ed25519 \S+ zwitness@\S+$/m)
    const allow = stdout.split('\n').filter((line) => line.startsWith('zfs allow'))
    const backup = 'receive:append,create,mount,rename,hold,clone,promote,readonly,canmount,userprop'
    expect(allow).toEqual([
      'zfs allow -u zfsadmin send,hold,bookmark tank/data',
      'zfs allow -u zfsadmin send,hold,bookmark tank/mail',
      'zfs allow -u zfsadmin send,hold,bookmark tank/web',
      `zfs allow -u zfsadmin ${backup} vault/copies`,
    ])
    expect(stdout).toContain('# r: zwitness logs in as root there')
  })

  test('show without a key says how to make one', async () => {
    const ran = await here('keys', 'show')
    expect([ran.exit, ran.stderr.includes('Next: zwitness keys init')]).toEqual([3, true])
  })

  test('show without a valid configuration still has the key', async () => {
    await here('keys', 'init')
    await writeTextFileAtomic(`${directory}/app-config.yaml`, 'pairs: 5')
    const ran = await here('keys', 'show')
    expect([ran.exit, ran.stdout.includes('restrict ssh-ed25519')]).toEqual([0, true])
    expect(ran.stderr).toContain('zfs allow lines are not known')
  })
})

describe('known-hosts', () => {
  let sshd: RunningSshd
  beforeEach(async () => {
    sshd = await startSshd({ directory: `${directory}/sshd`, name: 'a' })
    await configure(sshd.port)
  })
  afterEach(() => sshd.stop())

  test('scan shows fingerprints and accepts none; accept pins exactly the one that was named', async () => {
    const scan = await here('known-hosts', 'scan', 'a', '--plain')
    expect(scan.exit).toBe(0)
    const [host, type, fingerprint = '', state] = scan.stdout.trim().split('\t')
    expect([host, type, state]).toEqual(['a', 'ssh-ed25519', 'new'])
    expect(await fileFacts(`${directory}/data/ssh/known_hosts`)).toBeNull()
    expect(scan.stderr).toContain(`zwitness known-hosts accept a ${fingerprint}`)

    const wrong = await here('known-hosts', 'accept', 'a', 'SHA256:AAAA')
    expect([wrong.exit, wrong.stderr.includes('Nothing was accepted')]).toEqual([5, true])

    expect((await here('known-hosts', 'accept', 'a', fingerprint)).stdout).toContain('a: accepted, in')
    expect(await readTextFile(`${directory}/data/ssh/known_hosts`)).toBe(`${sshd.hostKeyLine('a')}\n`)
    expect((await here('known-hosts', 'accept', 'a', fingerprint)).stdout).toContain('was accepted already')
    expect((await here('known-hosts', 'scan', 'a')).stdout).toContain('accepted')
  })

  test('a host that is off is 75, one that is not configured 3, one behind a jump host cannot be scanned', async () => {
    await sshd.stop()
    expect((await here('known-hosts', 'scan', 'a')).exit).toBe(75)
    const unknown = await here('known-hosts', 'scan', 'aa')
    expect([unknown.exit, unknown.stderr.includes('There are a, b, r.')]).toEqual([3, true])
    expect((await here('known-hosts', 'scan', 'b')).exit).toBe(5)
  })
})
