import { expect, setDefaultTimeout, test } from 'bun:test'
import { NAMES, TwoBackups, told } from './two-backups.ts'

setDefaultTimeout(600_000)

/* What can be wrong with a host that lets us in. What it did not say well is not known, and nothing is started on it. */
const sans = new TwoBackups()

test('a pool that is not imported is POOL_UNAVAILABLE and never a missing backup', async () => {
  const app = await sans.witness()
  sans.world.backup.zfs.setPool('vault', { imported: false })
  try {
    await app.scan()
    const { status, reason, plan } = await sans.judged(app)
    expect({ status, code: reason.code }).toEqual({ status: 'BROKEN', code: 'POOL_UNAVAILABLE' })
    expect(reason.message).toContain('vault')
    expect(plan).toMatchObject({ kind: 'IMPOSSIBLE', automatic: { allowed: false, code: 'POOL' } })
  } finally {
    sans.world.backup.zfs.setPool('vault', { imported: true })
  }
  await app.scan()
  expect(await told(app, sans.world.id('a'))).toEqual({ status: 'HEALTHY', reason: 'UP_TO_DATE' })
  sans.nothingSent()
})

test('one dataset that is not there blinds no other on the same host', async () => {
  const app = await sans.witness({ home: sans.world.home(sans.yaml(['a', 'nowhere', 'b'])), seen: false })
  await app.scan()
  for (const name of NAMES)
    expect(await told(app, sans.world.id(name))).toEqual({ status: 'HEALTHY', reason: 'UP_TO_DATE' })
  expect(await told(app, sans.world.id('nowhere'))).toEqual({ status: 'BROKEN', reason: 'PRIMARY_DATASET_MISSING' })
})

test('no zfs in the PATH: said in so many words, and nothing is taken for missing', async () => {
  const app = await sans.witness()
  sans.world.backup.misbehave({ match: '^(zfs|zpool) ', notFound: true })
  await app.scan()
  const { status, reason } = await sans.judged(app)
  expect({ status, code: reason.code }).toEqual({ status: 'UNKNOWN', code: 'NOT_CHECKED' })
  expect(reason.message).toContain('zfs: not found')
})

test('a listing that fails half-way, and one that is garbage, are unknown and never empty', async () => {
  const app = await sans.witness()
  const garbage = 'case "$*" in "list "*) printf "what\\tis this\\n"; exit 0;; esac'
  const half =
    'case "$*" in "list "*"-t snapshot"*) real "$@" | head -n 2; echo "internal error: out of memory" >&2; exit 1;; esac'
  for (const [text, words] of [
    [garbage, 'cannot be read'],
    [half, 'out of memory'],
  ] as const) {
    sans.world.backup.replace('zfs', text)
    await app.post('/api/run', {})
    // Something to list: a fresh look lists every snapshot.
    const preview = await app.post(`/api/datasets/${sans.world.id('a')}/preview`)
    expect(preview.body.plan).toMatchObject({ kind: 'IMPOSSIBLE', blocked: { code: 'UNKNOWN_STATE' } })
    const { status, reason } = await sans.judged(app)
    expect({ status, code: reason.code }).toEqual({ status: 'UNKNOWN', code: 'NOT_CHECKED' })
    expect(reason.message).toContain(words)
    await app.idle()
    sans.world.backup.restore()
  }
})

/** Its own bytes on stdout, for the listing of snapshots and datasets alone. */
const listing = (bytes: string) => `case "$*" in "list "*) printf '${bytes}'; exit 0;; esac`

test.each([
  ['bytes that are no UTF-8', listing('vault/a\\377\\tfilesystem\\n'), 'cannot be read'],
  ['escape sequences', listing('\\033[2J\\033]0;owned\\007vault/a\\n'), 'cannot be read'],
  ['a complaint with both', 'printf "cannot open: \\033[31mred\\377\\n" >&2; exit 1', 'cannot open: red'],
  ['E2BIG', 'echo "sh: 1: zfs: Argument list too long" >&2; exit 126', 'zfs: Argument list too long'],
])('a zfs that answers with %s: UNKNOWN, in words that can be shown', async (_, text, words) => {
  const app = await sans.witness()
  sans.world.backup.replace('zfs', text)
  await app.scan()
  const { status, reason } = await sans.judged(app)
  expect({ status, code: reason.code }).toEqual({ status: 'UNKNOWN', code: 'NOT_CHECKED' })
  expect(reason.message).toContain(words)
  expect(reason.message).not.toMatch(/\p{Cc}/u)
  sans.nothingSent()
})

test('a zfs that writes without end: cut off, UNKNOWN, and nothing of it is left there', async () => {
  const app = await sans.witness()
  sans.world.backup.misbehave({ match: '^zfs list .*vault/', endless: true })
  await app.scan()
  const { status, reason } = await sans.judged(app)
  expect({ status, code: reason.code }).toEqual({ status: 'UNKNOWN', code: 'NOT_CHECKED' })
  expect(reason.message).toContain('more than a listing can be')
  expect(sans.world.backup.processes().filter(({ command }) => command.includes('zfs list'))).toEqual([])
})

test('a clock that is off is CLOCK_SKEW, with how far', async () => {
  const app = await sans.witness()
  sans.world.backup.setClock(600)
  await app.scan()
  const { status, reason } = await sans.judged(app)
  expect({ status, code: reason.code }).toEqual({ status: 'WARNING', code: 'CLOCK_SKEW' })
  expect(reason.message).toMatch(/off by (9 min 5\d s|10 min)/)
})

test('a zfs that does not know snapshots_changed (before 2.2) is asked without it', async () => {
  sans.world.backup.misbehave({
    match: 'snapshots_changed',
    fail: "bad property list: invalid property 'snapshots_changed'",
    exitCode: 2,
  })
  const app = await sans.witness()
  sans.world.backup.forgetCalls()
  await app.scan()
  expect(await told(app, sans.world.id('a'))).toEqual({ status: 'HEALTHY', reason: 'UP_TO_DATE' })
  // Remembered: it is not asked for again; without it every look lists the snapshots.
  expect(sans.world.backup.calls().filter((line) => line.includes('snapshots_changed'))).toEqual([])
  expect(sans.world.backup.calls('zfs list -Hp -t snapshot')).toHaveLength(1)
})

test('two backups of one primary make the same anchor there at the same moment: one makes it, and that is well for both', async () => {
  sans.world.dataset('anchored', 3, { onBackup: 1 })
  sans.world.primary.misbehave({ match: '^zfs bookmark', delayMs: 2_000 })
  const app = await sans.witness({ home: sans.world.home(sans.yaml(['anchored'])), seen: false })
  await app.scan()
  for (const backup of [sans.world.backup, sans.other]) {
    const [run] = await app.repairs(sans.world.id('anchored', backup))
    expect({ backup: backup.name, state: run.state, decisions: run.decisions }).toEqual({
      backup: backup.name,
      state: 'SUCCEEDED',
      decisions: [],
    })
  }
  expect(sans.world.primary.calls('zfs bookmark tank/anchored@s3')).toHaveLength(2)
})

test('banners and .bashrc noise on either side disturb neither looking nor sending', async () => {
  for (const san of [sans.world.primary, sans.world.backup])
    san.bashrc('echo "Welcome to $HOSTNAME"; echo "Have a nice day" >&2')
  sans.world.dataset('noisy', 3, { onBackup: 1 })
  const app = await sans.witness({ home: sans.world.home(sans.yaml(['noisy'])), seen: false })
  await app.scan()
  const [run] = await app.repairs(sans.world.id('noisy'))
  expect({ state: run.state, outcome: run.outcome, error: run.error }).toMatchObject({
    state: 'SUCCEEDED',
    error: null,
  })
  const { primary, backup } = sans.world.guids('noisy')
  expect(backup).toEqual(primary)
})
