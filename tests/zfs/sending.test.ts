import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { delegate, guids, openLab, releaseAll, root, tryRoot } from './lab.ts'
import { SlowTransfer } from './slow-transfer.ts'
import { until, Witness } from './witness.ts'

const lab = openLab()
const MINUTES = 60_000
const MIB = 1024 * 1024
const P = 'hqs8p1/sending'
const B = 'hqs1p1/sending'
const ID = 'hqs8-hqs1.sending'
const LARGE_P = 'hqs8p1/large'
const LARGE_B = 'hqs1p1/large'
const LARGE_ID = 'hqs8-hqs1.large'

const YAML = `san_hosts:
  hqs8: { hostname: hqs8.storage.local, ssh_user: zfsadmin }
  hqs1: { hostname: hqs1.storage.local, ssh_user: zfsadmin }
defaults: { auto_repair: true, repair_when: behind, primary_max_age_hours: 0 }
pairs:
  - name: "HQS8 → HQS1"
    primary: hqs8
    backup: hqs1
    datasets:
      - { name: ${P}, backup_dataset: ${B}, bandwidth_limit: 1MiB/s }
      - { name: ${LARGE_P}, backup_dataset: ${LARGE_B}, send: { large_blocks: false } }
scheduler: { interval_minutes: 30 }
`

const snapshot = (name: string, mib: number) =>
  `dd if=/dev/urandom of=/pools/${P}/${name} bs=1M count=${mib} 2>/dev/null; zpool sync hqs8p1; zfs snapshot ${P}@${name}`

const clean = () =>
  tryRoot(
    lab,
    `${releaseAll('hqs1p1')}
     for d in ${P} ${LARGE_P} ${LARGE_B} $(zfs list -H -o name -r hqs1p1 | grep '^${B}'); do zfs destroy -R $d 2>/dev/null || true; done`,
  )

describe('what happens to a primary while it is sent', () => {
  let witness: Witness
  let slow: SlowTransfer
  beforeAll(async () => {
    await clean()
    slow = await SlowTransfer.begin(lab)
    await delegate(lab)
    await root(
      lab,
      `zfs create ${P}; ${snapshot('s1', 1)}; zfs send -L -c ${P}@s1 | zfs receive -u -o readonly=on ${B}
       zfs create -o recordsize=1M ${LARGE_P}; dd if=/dev/urandom of=/pools/${LARGE_P}/f1 bs=1M count=2 2>/dev/null; zpool sync hqs8p1
       zfs snapshot ${LARGE_P}@s1; zfs send -L ${LARGE_P}@s1 | zfs receive -u -o readonly=on ${LARGE_B}`,
    )
    witness = new Witness(lab, YAML)
    await witness.start()
    await witness.status(ID, 'HEALTHY', 120)
  }, 5 * MINUTES)
  afterAll(async () => {
    await witness?.close()
    await slow?.close()
    await clean()
  }, 2 * MINUTES)

  test(
    'what the send holds cannot be pruned; what is marked for later goes when the stream has arrived',
    async () => {
      await root(lab, `${snapshot('s2', 6)}; ${snapshot('s3', 1)}; ${snapshot('s4', 1)}`)
      const run = await sending(witness)
      const { code, err } = await tryRoot(lab, `zfs destroy ${P}@s2`)
      expect([code === 0, err]).toEqual([false, expect.stringContaining('held')])
      await root(lab, `zfs destroy -d ${P}@s1; zfs destroy -d ${P}@s3`)
      expect((await witness.ended(run.id, 180)).state).toBe('SUCCEEDED')
      await witness.status(ID, 'HEALTHY', 60)
      expect(Object.keys(await guids(lab, P))).toEqual(['s2', 's4'])
      expect(Object.keys(await guids(lab, B))).toEqual(['s1', 's2', 's3', 's4'])
    },
    5 * MINUTES,
  )

  test(
    'the send dies and its snapshot is destroyed before it can be resumed: set aside, and caught up with what is there',
    async () => {
      await root(lab, snapshot('s5', 10))
      const run = await sending(witness)
      const before = Object.values(await guids(lab, B))
      await root(
        lab,
        `zfs snapshot ${P}@s6; pkill -f 'zfs send.*${P}@s5'
         for i in $(seq 50); do zfs destroy ${P}@s5 2>/dev/null && break; sleep 0.2; done; ! zfs list ${P}@s5 2>/dev/null`,
      )
      await until(
        'it is healed without a person',
        300,
        async () => (await witness.get(`/api/datasets/${ID}`)).newestCommon?.name === 's6',
      )
      await witness.status(ID, 'HEALTHY', 60)
      expect((await witness.get(`/api/runs/${run.id}`)).plan.destroys).toEqual([])
      const kept = (await root(lab, `zfs list -Hp -t snapshot -o guid -r hqs1p1`)).split('\n')
      expect(before.filter((guid) => !kept.includes(guid))).toEqual([])
    },
    8 * MINUTES,
  )

  test(
    'a backup that was once received with -L: the refusal is learned from, and the same run brings it up to date',
    async () => {
      await root(
        lab,
        `dd if=/dev/urandom of=/pools/${LARGE_P}/f2 bs=1M count=2 2>/dev/null; zpool sync hqs8p1; zfs snapshot ${LARGE_P}@s2`,
      )
      await witness.post('/api/run')
      await until(
        's2 has arrived',
        120,
        async () => (await witness.get(`/api/datasets/${LARGE_ID}`)).newestCommon?.name === 's2',
      )
      const { items } = await witness.get(`/api/runs?kind=REPAIR&datasetId=${LARGE_ID}`)
      expect(items).toHaveLength(1)
      const { actions } = await witness.get(`/api/runs/${items[0].id}`)
      expect(JSON.stringify(actions)).toContain('requires -L')
    },
    5 * MINUTES,
  )

  // It has been under way since before the first test of this file.
  test(
    'a transfer that lasts three scan intervals makes no dataset stale',
    async () => {
      expect(await slow.watched()).toBeGreaterThanOrEqual(4)
      expect([slow.wrong, slow.looks > 10]).toEqual([[], true])
      // Stopped in good order: what arrived is kept and the next start goes on from there.
      const { code, token } = await slow.stop()
      expect([code, token.length > 10]).toEqual([0, true])
    },
    6 * MINUTES,
  )
})

/** The running repair, once a MiB has moved. */
async function sending(witness: Witness): Promise<any> {
  await witness.post('/api/run')
  let run: any = null
  await until('the transfer runs', 120, async () => {
    const { items } = await witness.get(`/api/runs?kind=REPAIR&datasetId=${ID}&limit=1`)
    run = items[0]
    return run?.state === 'RUNNING' && (await witness.get(`/api/runs/${run.id}`)).bytes >= MIB
  })
  return run
}
