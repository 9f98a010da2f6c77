import { expect, setDefaultTimeout, test } from 'bun:test'
import { rmSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import type { Body } from '#tests/witness/client.ts'
import { until } from '#tests/witness/until.ts'
import { killOnly, withCommand } from './processes.ts'
import { TwoBackups, told } from './two-backups.ts'

setDefaultTimeout(600_000)

/* What can be wrong with the way to a host. A witness that cannot look says so and starts nothing. */
const sans = new TwoBackups()

test('a backup that is off: UNKNOWN, HOST_UNREACHABLE, and the other one is as ever', async () => {
  const app = await sans.witness()
  await sans.world.backup.stop()
  try {
    const scan = await app.scan()
    expect(scan.outcome).toContain('2 could not be read')
    const { status, reason, plan } = await sans.judged(app)
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
    await sans.world.backup.start()
  }
  sans.nothingSent()
})

test('all hosts gone: one alarm of the witness itself', async () => {
  const app = await sans.witness()
  await Promise.all(sans.world.sans.map((san) => san.stop()))
  try {
    await app.scan()
    for (const backup of [sans.world.backup, sans.other]) {
      expect(await told(app, sans.world.id('a', backup))).toEqual({ status: 'UNKNOWN', reason: 'WITNESS_ISOLATED' })
    }
  } finally {
    await Promise.all(sans.world.sans.map((san) => san.start()))
  }
  // Whoever is back is seen at once: a person's look does not wait for the breaker.
  await app.scan()
  expect(await told(app, sans.world.id('a'))).toEqual({ status: 'HEALTHY', reason: 'UP_TO_DATE' })
})

test('another host key than the pinned one: HOST_KEY_CHANGED, and nothing is asked of that host', async () => {
  const home = sans.world.home(sans.yaml())
  // The key of the other backup under the name of the first.
  home.pin(
    sans.world.knownHosts.replace(sans.world.backup.hostKeyLine, sans.other.hostKeyLine.replace(/^other/, 'back')),
  )
  const app = await sans.witness({ home, seen: false })
  sans.world.backup.forgetCalls()
  await app.scan()
  const { status, reason } = await sans.judged(app)
  expect({ status, code: reason.code }).toEqual({ status: 'UNKNOWN', code: 'HOST_KEY_CHANGED' })
  expect(sans.world.backup.calls()).toEqual([])
})

test('a host key that nobody has pinned: not reached, with the command that pins it', async () => {
  const home = sans.world.home(sans.yaml())
  home.pin([sans.world.primary, sans.other].map((san) => san.hostKeyLine).join('\n'))
  const app = await sans.witness({ home, seen: false })
  sans.world.backup.forgetCalls()
  await app.scan()
  const { status, reason } = await sans.judged(app)
  expect({ status, code: reason.code }).toEqual({ status: 'UNKNOWN', code: 'HOST_UNREACHABLE' })
  expect(reason.message).toContain('known-hosts')
  expect(sans.world.backup.calls()).toEqual([])
})

test('an sshd that takes no more connections: HOST_UNREACHABLE, naming MaxStartups; seen again as soon as it does', async () => {
  const app = await sans.witness({ seen: false })
  const { backup } = sans.world
  await backup.stop()
  await backup.start(['MaxStartups 1', 'LoginGraceTime 60'])
  const held = Array.from({ length: 3 }, () => connect(backup.port, '127.0.0.1'))
  try {
    await Promise.all(held.map((socket) => new Promise((done) => socket.once('data', done).once('close', done))))
    await app.scan()
    const { status, reason } = await sans.judged(app)
    expect({ status, code: reason.code }).toEqual({ status: 'UNKNOWN', code: 'HOST_UNREACHABLE' })
    expect(reason.message).toContain('MaxStartups')
  } finally {
    for (const socket of held) socket.destroy()
    await backup.stop()
    await backup.start()
  }
  await app.scan()
  expect(await told(app, sans.world.id('a'))).toEqual({ status: 'HEALTHY', reason: 'UP_TO_DATE' })
})

test('a control connection that dies under a look: HOST_UNREACHABLE in its words, and the next look has a new one', async () => {
  const app = await sans.witness()
  const { backup } = sans.world
  backup.misbehave({ match: '^zfs list', delayMs: 4000 })
  const scan = app.scan()
  await until('zfs list runs there', 30, () => backup.processes().some(({ command }) => command.includes('zfs list')))
  const shared = withCommand(`${app.home.data}/ssh/config`).filter(({ command }) => /^\S*ssh -M .* back /.test(command))
  killOnly(shared)
  await scan
  const { status, reason } = await sans.judged(app)
  expect({ status, code: reason.code }).toEqual({ status: 'UNKNOWN', code: 'HOST_UNREACHABLE' })
  expect(reason.message).toContain('was lost while a command ran')
  backup.misbehave()
  await app.scan()
  expect(await told(app, sans.world.id('a'))).toEqual({ status: 'HEALTHY', reason: 'UP_TO_DATE' })
})

test('a key that the hosts do not take: AUTH_FAILED after one attempt each, for they lock out who tries again', async () => {
  const home = sans.world.home(sans.yaml())
  const key = join(home.config, 'id_ed25519')
  rmSync(key)
  Bun.spawnSync(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', key])
  const app = await sans.witness({ home, seen: false })
  const refusals = () =>
    sans.world.backup.sshd.log().match(/Connection (closed|reset) by authenticating user/g)?.length ?? 0
  const before = refusals()
  await app.scan()
  expect(await told(app, sans.world.id('a'))).toEqual({ status: 'UNKNOWN', reason: 'AUTH_FAILED' })
  // Its sshd writes the line when it has noticed the end, on a busy machine a moment later.
  await until('its sshd has said so', 20, () => refusals() > before)
  // Whoever connects and goes away again is in the log after all that came before.
  const closed = () => sans.world.backup.sshd.log().match(/kex_exchange_identification/g)?.length ?? 0
  const closedBefore = closed()
  const { port } = sans.world.backup
  await Bun.connect({ hostname: '127.0.0.1', port, socket: { open: (socket) => void socket.end(), data() {} } })
  await until('its sshd has seen one more', 60, () => closed() > closedBefore)
  expect(refusals() - before).toBe(1)
})
