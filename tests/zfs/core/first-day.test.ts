import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import type { Body } from '#tests/witness/client.ts'
import { openLab, remove, root } from '../lab.ts'
import { until, Witness } from '../witness.ts'

/* What an admin has prepared on the first day, as root and as the delegated user, on real OpenZFS. */
setDefaultTimeout(600_000)

const lab = openLab()
const USERS = ['root', 'zfsadmin'] as const
type User = (typeof USERS)[number]
/** The recommended rights; each primary gets its own on the dataset itself. */
const ON_BACKUP = 'receive:append,create,mount,rename,hold,clone,promote,readonly,canmount'

const P = (user: User) => `hqs8p1/fd-${user}`
const B = (user: User) => `hqs1p1/fd-${user}`
const mappings = (user: User) => `
      - { id: own-${user}, name: ${P(user)}-own, backup_dataset: ${B(user)}-own }
      - { id: deep-${user}, name: ${P(user)}-deep, backup_dataset: ${B(user)}-x/nested/dst }
      - { id: tree-${user}, name: ${P(user)}-tree, backup_dataset: ${B(user)}-tree, recursive: true }
      - { id: empty-${user}, name: ${P(user)}-empty, backup_dataset: ${B(user)}-empty }
      - { id: volume-${user}, name: ${P(user)}-volume, backup_dataset: ${B(user)}-volume }
      - { id: used-${user}, name: ${P(user)}-used, backup_dataset: ${B(user)}-used }`
const yaml = (change: (text: string) => string = (text) => text) => `
san_hosts:
${USERS.map((user) => `  p-${user}: { hostname: hqs8.storage.local, ssh_user: ${user} }\n  b-${user}: { hostname: hqs1.storage.local, ssh_user: ${user} }`).join('\n')}
defaults: { auto_repair: true, repair_when: behind, primary_max_age_hours: 0 }
pairs:
${USERS.map((user) => `  - name: ${user}\n    primary: p-${user}\n    backup: b-${user}\n    datasets:${change(mappings(user))}`).join('\n')}
scheduler: { interval_minutes: 30 }
`

const SHELL = (user: User) => `
p=${P(user)}; b=${B(user)}
for n in own deep tree empty used; do zfs create $p-$n; done
zfs create $p-tree/box; zfs create $p-tree/box/one; zfs create -V 1m $p-volume
for n in own deep empty used tree/box/one; do dd if=/dev/urandom of=/pools/$p-$n/f bs=64k count=1 2>/dev/null; done
for n in own deep empty volume used tree/box/one; do zfs snapshot $p-$n@s1; done
zfs create $b-empty; zfs create -s -V 1m $b-volume
zfs create $b-used; echo mine > /pools/$b-used/file
${user === 'root' ? '' : `for n in own deep tree empty volume used; do zfs allow -u zfsadmin send,hold,bookmark $p-$n; done`}`

const ALL = USERS.flatMap((user) => [
  ...['own', 'deep', 'tree', 'empty', 'volume', 'used', 'moved'].map((each) => `${P(user)}-${each}`),
  ...['own', 'x', 'tree', 'empty', 'volume', 'used'].map((each) => `${B(user)}-${each}`),
])

let witness: Witness
const dataset = (id: string): Promise<Body> => witness.get(`/api/datasets/${encodeURIComponent(id)}`)
const codes = async (id: string) => ((await dataset(id)).reasons as Body[]).map(({ code }) => code)
async function upToDate(id: string): Promise<void> {
  let seen: Body = null
  await until(
    `${id} is up to date`,
    300,
    async () => {
      seen = await dataset(id).catch(() => null)
      return seen?.reason?.code === 'UP_TO_DATE'
    },
    () => JSON.stringify({ reason: seen?.reason, plan: seen?.plan?.automatic }),
  )
}

beforeAll(async () => {
  await removeAll()
  await root(
    lab,
    `zfs unallow -u zfsadmin hqs8p1 2>/dev/null || true; zfs unallow -u zfsadmin hqs1p1 2>/dev/null || true
     zfs allow -u zfsadmin ${ON_BACKUP} hqs1p1
     ${USERS.map(SHELL).join('\n')}
     zpool sync hqs1p1`,
  )
  witness = new Witness(lab, yaml())
  await witness.start()
})
afterAll(async () => {
  await witness?.close()
  await removeAll()
})

async function removeAll(): Promise<void> {
  const asides = await root(lab, `zfs list -H -o name -r hqs1p1 | grep '^hqs1p1/fd-[^/]*$' || true`)
  await remove(lab, ...ALL, ...asides.split('\n').filter((name) => name !== ''))
}

test.each(USERS)('%s: rights on the dataset itself, as the README gives them, suffice', async (user) => {
  await upToDate(`own-${user}`)
})

test.each(USERS)('%s: what is missing above a backup is made, never mounted and readonly', async (user) => {
  await upToDate(`deep-${user}`)
  const made = await root(lab, `zfs list -H -o name,canmount,readonly,mounted ${B(user)}-x ${B(user)}-x/nested`)
  expect(made).toBe(`${B(user)}-x\toff\ton\tno\n${B(user)}-x/nested\toff\ton\tno\n`)
})

test.each(USERS)('%s: datasets that only hold others are no alarm and hold nothing back', async (user) => {
  await upToDate(`tree-${user}.box.one`)
  expect(await codes(`tree-${user}`)).toEqual(['CONTAINER'])
  expect(await codes(`tree-${user}.box`)).toEqual(['CONTAINER'])
})

test.each(USERS)('%s: an empty target makes room by itself; one with a file waits for one decision', async (user) => {
  await upToDate(`empty-${user}`)
  await upToDate(`volume-${user}`)
  expect(await root(lab, `zfs list -H -o name -r hqs1p1`)).toMatch(new RegExp(`${B(user)}-empty\\.zw-aside-`))
  const used = await dataset(`used-${user}`)
  expect([used.reason.code, used.plan.automatic.code]).toEqual(['NO_COMMON_SNAPSHOT', 'NEEDS_PERSON'])
})

test('one decision settles what is left for both, and the file is kept', async () => {
  const { items } = await witness.get('/api/adopt')
  expect(items.map(({ datasetId }: Body) => datasetId).sort()).toEqual(['used-root', 'used-zfsadmin'])
  const ended = await witness.cli('adopt', '--yes', '--reason', 'the first day')
  expect({ code: ended.code, err: ended.err.includes('zwitness: ') }).toEqual({ code: 0, err: false })
  for (const user of USERS) {
    await upToDate(`used-${user}`)
    const aside = await root(lab, `zfs list -H -o name -r hqs1p1 | grep '^${B(user)}-used.zw-aside-'`)
    expect(await root(lab, `zfs list -Hp -o logicalreferenced ${aside.trim()}`)).not.toBe('12288\n')
  }
})

test.each(USERS)('%s: a primary that was renamed is found by guid, and goes on under its new name', async (user) => {
  await root(lab, `zfs rename ${P(user)}-own ${P(user)}-moved; zfs snapshot ${P(user)}-moved@s2`)
  await witness.cli('check', `own-${user}`, '--wait')
  const { reason } = await dataset(`own-${user}`)
  expect(reason.code).toBe('PRIMARY_DATASET_MISSING')
  expect(reason.message).toContain(`it is ${P(user)}-moved now`)
  expect(reason.action).toContain(`\`name: ${P(user)}-moved, backup_dataset: ${B(user)}-own\``)
})

test('with the line that was given, reloaded, both go on by an increment', async () => {
  witness.configure(yaml((text) => text.replace(/(name: \S+)-own,/, '$1-moved,')))
  expect((await witness.cli('config', 'reload')).code).toBe(0)
  expect((await witness.cli('run', '--wait')).code).toBe(0)
  for (const user of USERS) {
    await upToDate(`own-${user}`)
    const { items } = await witness.get(`/api/runs?dataset=own-${user}&kind=REPAIR&limit=1`)
    expect((await witness.get(`/api/runs/${items[0].id}`)).plan.kind).toBe('INCREMENTAL')
  }
})
