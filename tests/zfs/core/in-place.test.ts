import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { delegate, guids, openLab, root, tryRoot } from '../lab.ts'
import { until, Witness } from '../witness.ts'

const lab = openLab()
const MINUTES = 60_000
const P = 'hqs8p1/place'
const B = 'hqs1p1/place'
const ID = 'hqs8-hqs1.place'

function yaml(user: string): string {
  return `san_hosts:
  hqs8: { hostname: hqs8.storage.local, ssh_user: ${user} }
  hqs1: { hostname: hqs1.storage.local, ssh_user: ${user} }
defaults: { auto_repair: false, primary_max_age_hours: 0, bandwidth_limit: 1MiB/s }
pairs:
  - { primary: hqs8, backup: hqs1, datasets: [{ name: ${P}, backup_dataset: ${B} }] }
scheduler: { interval_minutes: 30 }
`
}

const MAKE = `P=${P} B=${B}
zfs create $P; for i in 1 2; do echo "p$i" >/pools/$P/f$i; zfs snapshot $P@s$i; done
zfs send -L -c $P@s1 | zfs receive -u -o readonly=on $B; zfs send -L -c -I @s1 $P@s2 | zfs receive -u $B
dd if=/dev/urandom of=/pools/$P/f3 bs=1M count=6 2>/dev/null; zpool sync hqs8p1; zfs snapshot $P@s3
zfs create $B.other; zfs snapshot $B.other@safe
zfs set readonly=off $B; zfs mount $B; echo mine >/pools/$B/own; zfs snapshot $B@own; echo x >/pools/$B/x; zfs snapshot $B@own2; zfs unmount $B; zfs set readonly=on $B`

describe('in place: the operator’s choice, on real OpenZFS', () => {
  let witness: Witness
  beforeAll(async () => {
    await tryRoot(lab, `zfs destroy -R ${P}; zfs destroy -R ${B}; zfs destroy -R ${B}.other; true`)
    await delegate(lab)
    await root(lab, MAKE)
  }, 3 * MINUTES)
  afterAll(async () => {
    await witness?.close()
    await tryRoot(lab, `zfs destroy -R ${P} || true; zfs destroy -R ${B} || true; zfs destroy -R ${B}.other || true`)
  }, 2 * MINUTES)

  const everything = async (): Promise<readonly string[]> =>
    (await root(lab, 'zfs list -Hp -t snapshot,bookmark -o name,guid -r hqs1p1'))
      .split('\n')
      .filter((row) => row !== '')

  test(
    'with receive:append only it is refused before a byte moves',
    async () => {
      witness = new Witness(lab, yaml('zfsadmin'))
      await witness.start()
      const before = await everything()
      const { body } = await witness.post(`/api/datasets/${ID}/preview`, { strategy: 'IN_PLACE' })
      expect(body.plan.blocked.code).toBe('PERMISSION_MISSING')
      const request = { mode: 'REPAIR', planId: body.planId, confirm: B, reason: 'a test' }
      const refused = await witness.post(`/api/datasets/${ID}/run`, request)
      expect([refused.status, refused.body.code]).toEqual([409, 'HELD'])
      expect(await everything()).toEqual(before)
      await witness.close()
    },
    5 * MINUTES,
  )

  test(
    'it destroys exactly what its preview named, nothing else',
    async () => {
      witness = new Witness(lab, yaml('root'))
      await witness.start()
      const { body } = await witness.post(`/api/datasets/${ID}/preview`, { strategy: 'IN_PLACE' })
      expect(body.plan).toMatchObject({ kind: 'IN_PLACE', blocked: null })
      expect(body.confirm).toBe(B)
      const named = body.plan.destroys.flatMap(({ guid }: any) => guid ?? [])
      expect(named).toHaveLength(2)
      const before = await everything()
      const request = { mode: 'REPAIR', planId: body.planId, confirm: B, reason: 'a test' }
      const begun = await witness.post(`/api/datasets/${ID}/run`, request)
      expect(begun.status).toBe(202)
      expect((await witness.ended(begun.body.id, 240)).state).toBe('SUCCEEDED')
      const after = await everything()
      const gone = before.filter((row) => !after.includes(row)).map((row) => row.split('\t')[1])
      expect(gone.toSorted()).toEqual(named.toSorted())
      expect(await guids(lab, B)).toEqual(await guids(lab, P))
    },
    8 * MINUTES,
  )

  test(
    'a snapshot that somebody makes on the backup while the stream runs is not destroyed with the others',
    async () => {
      await root(
        lab,
        `dd if=/dev/urandom of=/pools/${P}/f4 bs=1M count=8 2>/dev/null; zpool sync hqs8p1; zfs snapshot ${P}@s4; zfs snapshot ${B}@own3`,
      )
      const { body } = await witness.post(`/api/datasets/${ID}/preview`, { strategy: 'IN_PLACE' })
      expect(body.plan.destroys.map(({ name }: any) => name)).toEqual(['own3'])
      const before = await everything()
      const request = { mode: 'REPAIR', planId: body.planId, confirm: B, reason: 'a test' }
      const begun = await witness.post(`/api/datasets/${ID}/run`, request)
      await until(
        'the stream runs',
        120,
        async () => (await witness.get(`/api/runs/${begun.body.id}`)).bytes > 1024 * 1024,
      )
      await root(lab, `zfs snapshot ${B}@meanwhile`)
      const run = await witness.ended(begun.body.id, 240)
      const after = await everything()
      expect(before.filter((row) => !after.includes(row)).map((row) => row.split('\t')[0])).toEqual([`${B}@own3`])
      expect(after.filter((row) => row.startsWith(`${B}@meanwhile\t`))).toHaveLength(1)
      expect(run.state).toBe('BLOCKED')
    },
    8 * MINUTES,
  )
})
