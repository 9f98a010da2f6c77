import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { copyTo, everything, guids, makePrimary, openLab, remove, root } from './lab.ts'
import { Witness } from './witness.ts'

const lab = openLab()
const MINUTES = 60_000

function yaml(datasets: readonly string[], hosts: { readonly hqs1?: string } = {}, defaults = ''): string {
  return `san_hosts:
  hqs8: { hostname: hqs8.storage.local, ssh_user: root }
  hqs1: { hostname: hqs1.storage.local, ssh_user: root${hosts.hqs1 ?? ''} }
defaults: { repair_when: behind, primary_max_age_hours: 0, ${defaults} }
pairs:
  - name: "HQS8 → HQS1"
    primary: hqs8
    backup: hqs1
    datasets:
${datasets.map((line) => `      - { ${line} }`).join('\n')}
scheduler: { interval_minutes: 1 }
`
}

describe('what a look at real datasets sees', () => {
  const names = ['dry', 'renamed', 'parent', 'gone', 'flaky', 'fine']
  beforeAll(async () => {
    for (const name of names) await remove(lab, `hqs8p1/${name}`, `hqs1p1/${name}`)
  }, MINUTES)
  afterAll(async () => {
    for (const name of names) await remove(lab, `hqs8p1/${name}`, `hqs1p1/${name}`)
    await root(lab, 'rm -f /usr/local/sbin/zfs-flaky')
  }, 2 * MINUTES)

  test(
    'dry_run: true changes nothing, whoever asks, and puts its plan on record',
    async () => {
      await makePrimary(lab, 'hqs8p1/dry', 3)
      await copyTo(lab, 'hqs8p1/dry', 'hqs1p1/dry', 's1')
      const witness = new Witness(
        lab,
        yaml(['name: hqs8p1/dry, backup_dataset: hqs1p1/dry, auto_repair: true, dry_run: true']),
      )
      try {
        const before = await everything(lab)
        await witness.start()
        await witness.status('hqs8-hqs1.dry', 'HEALTHY', 60)
        const asked = await witness.post('/api/datasets/hqs8-hqs1.dry/run', { mode: 'REPAIR' })
        expect(asked.status).toBe(409)
        expect(asked.body.code).toBe('POLICY_FORBIDS')
        expect(asked.body.detail).toMatch(/app-config\.yaml line \d+/)
        const preview = await witness.post('/api/datasets/hqs8-hqs1.dry/preview')
        expect(JSON.stringify(preview.body)).toContain('hqs8p1/dry@s3')
        const { items } = await witness.get('/api/runs?kind=REPAIR')
        expect(items.map((run: any) => run.state)).toEqual(['BLOCKED'])
        expect((await witness.get(`/api/runs/${items[0].id}`)).plan.kind).toBe('INCREMENTAL')
        expect((await witness.cli('repair', 'hqs8-hqs1.dry')).code).toBe(5)
        expect(await everything(lab)).toBe(before)
      } finally {
        await witness.close()
      }
    },
    4 * MINUTES,
  )

  test(
    'a renamed source snapshot is still the common one, and the increment from it works',
    async () => {
      await makePrimary(lab, 'hqs8p1/renamed', 2)
      await copyTo(lab, 'hqs8p1/renamed', 'hqs1p1/renamed', 's2')
      await root(lab, 'zfs rename hqs8p1/renamed@s2 weekly; zfs snapshot hqs8p1/renamed@s3')
      const witness = new Witness(
        lab,
        yaml(['name: hqs8p1/renamed, backup_dataset: hqs1p1/renamed, auto_repair: true']),
      )
      try {
        await witness.start()
        const { items } = await finishedRepairs(witness, 'hqs8-hqs1.renamed')
        expect(items[0].state).toBe('SUCCEEDED')
        const summary = await witness.status('hqs8-hqs1.renamed', 'HEALTHY')
        expect(summary.newestCommon.name).toBe('s3')
        expect(new Set(Object.values(await guids(lab, 'hqs1p1/renamed')))).toEqual(
          new Set(Object.values(await guids(lab, 'hqs8p1/renamed'))),
        )
      } finally {
        await witness.close()
      }
    },
    4 * MINUTES,
  )

  test(
    "a child's snapshots are never taken for the parent's",
    async () => {
      await makePrimary(lab, 'hqs8p1/parent', 1)
      await copyTo(lab, 'hqs8p1/parent', 'hqs1p1/parent', 's1')
      await root(
        lab,
        'zfs create hqs8p1/parent/kid; zfs snapshot hqs8p1/parent/kid@later; zfs send hqs8p1/parent/kid@later | zfs receive -u hqs1p1/parent/kid',
      )
      const witness = new Witness(lab, yaml(['name: hqs8p1/parent, backup_dataset: hqs1p1/parent']))
      try {
        await witness.start()
        const detail = await witness.status('hqs8-hqs1.parent', 'HEALTHY')
        expect(detail.newestPrimary.name).toBe('s1')
        expect(detail.newestCommon.name).toBe('s1')
        const { items } = await witness.get('/api/datasets/hqs8-hqs1.parent/snapshots')
        expect(JSON.stringify(items)).not.toContain('later')
      } finally {
        await witness.close()
      }
    },
    4 * MINUTES,
  )

  test(
    'a listing that fails is UNKNOWN and never empty; a dataset that is missing blinds no other',
    async () => {
      for (const name of ['flaky', 'fine', 'gone']) {
        await makePrimary(lab, `hqs8p1/${name}`, 2)
        await copyTo(lab, `hqs8p1/${name}`, `hqs1p1/${name}`, 's2')
      }
      await remove(lab, 'hqs1p1/gone')
      await root(
        lab,
        `cat > /usr/local/sbin/zfs-flaky <<'S'
#!/bin/sh
case "$*" in *hqs1p1/flaky*) echo "cannot open 'hqs1p1/flaky': I/O error" >&2; exit 1;; esac
exec zfs "$@"
S
chmod 755 /usr/local/sbin/zfs-flaky`,
      )
      const datasets = ['flaky', 'fine', 'gone'].map(
        (name) => `name: hqs8p1/${name}, backup_dataset: hqs1p1/${name}, auto_repair: ${name !== 'gone'}`,
      )
      const witness = new Witness(lab, yaml(datasets, { hqs1: ', zfs_command: [/usr/local/sbin/zfs-flaky]' }))
      try {
        const before = await everything(lab)
        await witness.start()
        const fine = await witness.status('hqs8-hqs1.fine', 'HEALTHY')
        expect(fine.reason.code).toBe('UP_TO_DATE')
        const flaky = await witness.status('hqs8-hqs1.flaky', 'UNKNOWN')
        expect(flaky.reason.message).toContain('I/O error')
        expect(flaky.plan.kind).toBe('IMPOSSIBLE')
        const gone = await witness.status('hqs8-hqs1.gone', 'BROKEN')
        expect(gone.reason.code).toBe('BACKUP_DATASET_MISSING')
        expect(gone.plan.kind).toBe('SEED')
        expect(await everything(lab)).toBe(before)
      } finally {
        await witness.close()
      }
    },
    4 * MINUTES,
  )

  test(
    'a pool that is exported is POOL_UNAVAILABLE, not a missing dataset',
    async () => {
      const witness = new Witness(lab, yaml(['name: hqs8p1/fine, backup_dataset: hqs1p1/fine, auto_repair: true']))
      try {
        await root(lab, 'zpool export hqs1p1')
        await witness.start()
        const broken = await witness.status('hqs8-hqs1.fine', 'BROKEN')
        expect(broken.reason.code).toBe('POOL_UNAVAILABLE')
        expect((await witness.get('/api/runs?kind=REPAIR')).items).toEqual([])
      } finally {
        await root(lab, 'zpool import -d /tmp hqs1p1')
        await witness.close()
      }
    },
    4 * MINUTES,
  )
})

async function finishedRepairs(witness: Witness, id: string): Promise<any> {
  for (let tries = 0; tries < 300; tries++) {
    const page = await witness.get(`/api/runs?kind=REPAIR&datasetId=${id}`)
    if (page.items[0]?.finishedAt != null) return page
    await Bun.sleep(300)
  }
  throw new Error(`No repair of ${id} has ended.`)
}
