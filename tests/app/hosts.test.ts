import { afterAll, afterEach, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Body } from '#tests/witness/client.ts'
import type { Home } from '#tests/witness/home.ts'
import type { InProcess } from './in-process.ts'
import type { San } from './san.ts'
import { World } from './world.ts'

setDefaultTimeout(60_000)

/*
 * What can be wrong with a host or the way to it. One primary with two backups: what is wrong with one of them says
 * nothing of the other. Everything was seen HEALTHY before; a witness that cannot look says so and starts nothing.
 */
let world: World
let other: San
let app: InProcess | null = null

const NAMES = ['a', 'b']
const LIMITS = { command_silence_seconds: 5, retries: 0 }

beforeAll(async () => {
  world = await World.open({ other: {} })
  if (world.other === null) throw new Error('This world needs a second backup.')
  other = world.other
  for (const name of NAMES) world.dataset(name, 3, { onBackup: 3 })
})
afterEach(async () => {
  await app?.close()
  app = null
  for (const san of world.sans) {
    san.misbehave()
    san.setClock(0)
    san.bashrc('')
    await san.restore()
  }
})
afterAll(() => world.close())

const yaml = (names: readonly string[] = NAMES) =>
  world.yaml({
    datasets: Object.fromEntries(names.map((name) => [name, {}])),
    limits: LIMITS,
    ssh: { connect_timeout_seconds: 5 },
  })

/** A witness that has seen everything well once, unless it is to meet the fault at once. */
async function witness({
  home = world.home(yaml()),
  seen = true,
}: {
  home?: Home
  seen?: boolean
} = {}): Promise<InProcess> {
  app = await world.app(home)
  if (seen) {
    await app.scan()
    expect(await told(app, world.id('a'))).toEqual({ status: 'HEALTHY', reason: 'UP_TO_DATE' })
  }
  return app
}

async function told(from: InProcess, id: string): Promise<{ status: string; reason: string }> {
  const { status, reason } = await from.dataset(id)
  return { status, reason: reason.code }
}

/** The status of a dataset on the backup that is at fault; the same on the other one must be as ever. */
async function judged(from: InProcess): Promise<Body> {
  expect(await told(from, world.id('a', other))).toEqual({ status: 'HEALTHY', reason: 'UP_TO_DATE' })
  return from.dataset(world.id('a'))
}

const nothingSent = () => expect(world.primary.calls('zfs send -v')).toEqual([])

test('a backup that is off: UNKNOWN, HOST_UNREACHABLE, and the other one is as ever', async () => {
  const app = await witness()
  await world.backup.stop()
  try {
    const scan = await app.scan()
    expect(scan.outcome).toContain('2 could not be read')
    const { status, reason, plan } = await judged(app)
    expect({ status, code: reason.code, automatic: plan.automatic.code }).toEqual({
      status: 'UNKNOWN',
      code: 'HOST_UNREACHABLE',
      automatic: 'UNKNOWN_STATE',
    })
    expect(reason.message).toContain('back')
    const { hosts } = await app.get('/api/status')
    expect(hosts.map(({ id, reachable }: Body) => [id, reachable])).toEqual([
      ['prim', true],
      ['back', false],
      ['other', true],
    ])
  } finally {
    await world.backup.start()
  }
  nothingSent()
})

test('all hosts gone: one alarm of the witness itself', async () => {
  const app = await witness()
  await Promise.all(world.sans.map((san) => san.stop()))
  try {
    await app.scan()
    for (const backup of [world.backup, other]) {
      expect(await told(app, world.id('a', backup))).toEqual({ status: 'UNKNOWN', reason: 'WITNESS_ISOLATED' })
    }
  } finally {
    await Promise.all(world.sans.map((san) => san.start()))
  }
  // Whoever is back is seen at once: a person's look does not wait for the breaker.
  await app.scan()
  expect(await told(app, world.id('a'))).toEqual({ status: 'HEALTHY', reason: 'UP_TO_DATE' })
})

test('another host key than the pinned one: HOST_KEY_CHANGED, and nothing is asked of that host', async () => {
  const home = world.home(yaml())
  // The key of the other backup under the name of the first.
  home.pin(world.knownHosts.replace(world.backup.hostKeyLine, other.hostKeyLine.replace(/^other/, 'back')))
  const app = await witness({ home, seen: false })
  world.backup.forgetCalls()
  await app.scan()
  const { status, reason } = await judged(app)
  expect({ status, code: reason.code }).toEqual({ status: 'UNKNOWN', code: 'HOST_KEY_CHANGED' })
  expect(world.backup.calls()).toEqual([])
})

test('a host key that nobody has pinned: not reached, with the command that pins it', async () => {
  const home = world.home(yaml())
  home.pin([world.primary, other].map((san) => san.hostKeyLine).join('\n'))
  const app = await witness({ home, seen: false })
  world.backup.forgetCalls()
  await app.scan()
  const { status, reason } = await judged(app)
  expect({ status, code: reason.code }).toEqual({ status: 'UNKNOWN', code: 'HOST_UNREACHABLE' })
  expect(reason.message).toContain('known-hosts')
  expect(world.backup.calls()).toEqual([])
})

test('a key that the hosts do not take: AUTH_FAILED after one attempt each, for they lock out who tries again', async () => {
  const home = world.home(yaml())
  const key = join(home.config, 'id_ed25519')
  rmSync(key)
  Bun.spawnSync(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', key])
  const app = await witness({ home, seen: false })
  const refusals = () => world.backup.sshd.log().match(/Connection (closed|reset) by authenticating user/g)?.length ?? 0
  const before = refusals()
  await app.scan()
  expect(await told(app, world.id('a'))).toEqual({ status: 'UNKNOWN', reason: 'AUTH_FAILED' })
  expect(refusals() - before).toBe(1)
})

test('a zfs that hangs is given up after command_silence_seconds; what it said before is not taken for the truth', async () => {
  const app = await witness()
  world.backup.misbehave({ match: '^zfs list .*vault/', hang: true })
  const began = performance.now()
  await app.scan()
  expect(performance.now() - began).toBeGreaterThan(4500)
  const { status, reason } = await judged(app)
  expect(status).toBe('UNKNOWN')
  expect(reason.message).toContain('zfs list')
  expect(world.backup.processes().filter(({ command }) => command.includes('zfs list'))).toEqual([])
})

test('a pool that is not imported is POOL_UNAVAILABLE and never a missing backup', async () => {
  const app = await witness()
  world.backup.zfs.setPool('vault', { imported: false })
  try {
    await app.scan()
    const { status, reason, plan } = await judged(app)
    expect({ status, code: reason.code }).toEqual({ status: 'BROKEN', code: 'POOL_UNAVAILABLE' })
    expect(reason.message).toContain('vault')
    expect(plan).toMatchObject({ kind: 'IMPOSSIBLE', automatic: { allowed: false, code: 'POOL' } })
  } finally {
    world.backup.zfs.setPool('vault', { imported: true })
  }
  await app.scan()
  expect(await told(app, world.id('a'))).toEqual({ status: 'HEALTHY', reason: 'UP_TO_DATE' })
  nothingSent()
})

test('one dataset that is not there blinds no other on the same host', async () => {
  const app = await witness({ home: world.home(yaml(['a', 'nowhere', 'b'])), seen: false })
  await app.scan()
  for (const name of NAMES) expect(await told(app, world.id(name))).toEqual({ status: 'HEALTHY', reason: 'UP_TO_DATE' })
  expect(await told(app, world.id('nowhere'))).toEqual({ status: 'BROKEN', reason: 'PRIMARY_DATASET_MISSING' })
})

test('no zfs in the PATH: said in so many words, and nothing is taken for missing', async () => {
  const app = await witness()
  world.backup.misbehave({ match: '^(zfs|zpool) ', notFound: true })
  await app.scan()
  const { status, reason } = await judged(app)
  expect({ status, code: reason.code }).toEqual({ status: 'UNKNOWN', code: 'NOT_CHECKED' })
  expect(reason.message).toContain('zfs: not found')
})

test('a listing that fails half-way, and one that is garbage, are unknown and never empty', async () => {
  const app = await witness()
  const garbage = 'case "$*" in "list "*) printf "what\\tis this\\n"; exit 0;; esac'
  const half =
    'case "$*" in "list "*"-t snapshot"*) real "$@" | head -n 2; echo "internal error: out of memory" >&2; exit 1;; esac'
  for (const [text, words] of [
    [garbage, 'cannot be read'],
    [half, 'out of memory'],
  ] as const) {
    world.backup.replace('zfs', text)
    await app.post('/api/run', {})
    // Something to list: a fresh look lists every snapshot.
    const preview = await app.post(`/api/datasets/${world.id('a')}/preview`)
    expect(preview.body.plan).toMatchObject({ kind: 'IMPOSSIBLE', blocked: { code: 'UNKNOWN_STATE' } })
    const { status, reason } = await judged(app)
    expect({ status, code: reason.code }).toEqual({ status: 'UNKNOWN', code: 'NOT_CHECKED' })
    expect(reason.message).toContain(words)
    await app.idle()
    await world.backup.restore()
  }
})

test('a clock that is off is CLOCK_SKEW, with how far', async () => {
  const app = await witness()
  world.backup.setClock(600)
  await app.scan()
  const { status, reason } = await judged(app)
  expect({ status, code: reason.code }).toEqual({ status: 'WARNING', code: 'CLOCK_SKEW' })
  expect(reason.message).toMatch(/off by (9 min 5\d s|10 min)/)
})

test('a zfs that does not know snapshots_changed (before 2.2) is asked without it', async () => {
  world.backup.misbehave({
    match: 'snapshots_changed',
    fail: "bad property list: invalid property 'snapshots_changed'",
    exitCode: 2,
  })
  const app = await witness()
  world.backup.forgetCalls()
  await app.scan()
  expect(await told(app, world.id('a'))).toEqual({ status: 'HEALTHY', reason: 'UP_TO_DATE' })
  // Remembered: it is not asked for again; without it every look lists the snapshots.
  expect(world.backup.calls().filter((line) => line.includes('snapshots_changed'))).toEqual([])
  expect(world.backup.calls('zfs list -Hp -t snapshot')).toHaveLength(1)
})

test('two backups of one primary make the same anchor there at the same moment: one makes it, and that is well for both', async () => {
  world.dataset('anchored', 3, { onBackup: 1 })
  world.primary.misbehave({ match: '^zfs bookmark', delayMs: 2_000 })
  const app = await witness({ home: world.home(yaml(['anchored'])), seen: false })
  await app.scan()
  for (const backup of [world.backup, other]) {
    const [run] = await app.repairs(world.id('anchored', backup))
    expect({ backup: backup.name, state: run.state, decisions: run.decisions }).toEqual({
      backup: backup.name,
      state: 'SUCCEEDED',
      decisions: [],
    })
  }
  expect(world.primary.calls('zfs bookmark tank/anchored@s3')).toHaveLength(2)
})

test('banners and .bashrc noise on either side disturb neither looking nor sending', async () => {
  for (const san of [world.primary, world.backup]) san.bashrc('echo "Welcome to $HOSTNAME"; echo "Have a nice day" >&2')
  world.dataset('noisy', 3, { onBackup: 1 })
  const app = await witness({ home: world.home(yaml(['noisy'])), seen: false })
  await app.scan()
  const [run] = await app.repairs(world.id('noisy'))
  expect({ state: run.state, outcome: run.outcome, error: run.error }).toMatchObject({
    state: 'SUCCEEDED',
    error: null,
  })
  const { primary, backup } = world.guids('noisy')
  expect(backup).toEqual(primary)
})
