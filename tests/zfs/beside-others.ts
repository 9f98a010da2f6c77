import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { copyTo, delegate, guids, makePrimary, openLab, releaseAll, root, tryRoot } from './lab.ts'
import { Witness } from './witness.ts'

/* Another witness, and a mount that touched only directories, on real OpenZFS. */

const lab = openLab()
const MINUTES = 60_000
const OTHER = 'feedfacefeedface'
const P = (name: string) => `hqs8p1/beside-${name}`
const B = (name: string) => `hqs1p1/beside-${name}`
const ID = (name: string) => `hqs8-hqs1.beside-${name}`

const yaml = (user: string) => `san_hosts:
  hqs8: { hostname: hqs8.storage.local, ssh_user: ${user} }
  hqs1: { hostname: hqs1.storage.local, ssh_user: ${user} }
defaults: { auto_repair: true, repair_when: behind, on_diverged: set_aside, primary_max_age_hours: 0 }
pairs:
  - primary: hqs8
    backup: hqs1
    datasets:
${['marked', 'seeded', 'touched'].map((name) => `      - { name: ${P(`${name}-${user}`)}, backup_dataset: ${B(`${name}-${user}`)} }`).join('\n')}
scheduler: { interval_minutes: 30 }
`

const mark = async (dataset: string) => (await root(lab, `zfs get -Hp -s local -o value zwitness:by ${dataset}`)).trim()

async function clean(): Promise<void> {
  await tryRoot(
    lab,
    `${releaseAll('hqs1p1')}\nfor d in $(zfs list -H -o name | grep -E '^hqs[81]p1/beside-[^/]*$' | sort -r); do zfs destroy -R $d 2>/dev/null || true; done; true`,
  )
}

export function besideOthers(user: 'root' | 'zfsadmin'): void {
  describe(`beside others, as ${user}`, () => tests(user))
}

function tests(user: string): void {
  let witness: Witness
  const [marked, seeded, touched] = [`marked-${user}`, `seeded-${user}`, `touched-${user}`]
  beforeAll(async () => {
    await clean()
    await delegate(lab)
    await root(lab, 'zfs allow -u zfsadmin diff hqs1p1')
    for (const name of [marked, touched]) {
      await makePrimary(lab, P(name), 2)
      await copyTo(lab, P(name), B(name), 's1')
    }
    await makePrimary(lab, P(seeded), 1)
    await root(lab, `zfs set zwitness:by=${OTHER}@$(date -u +%Y-%m-%dT%H:%M:%SZ) ${B(marked)}`)
    witness = new Witness(lab, yaml(user))
    await witness.start()
  }, 5 * MINUTES)
  afterAll(async () => {
    await witness?.close()
    await clean()
  }, 3 * MINUTES)

  test(
    'the mark of another witness holds what would start by itself; a person takes over',
    async () => {
      await witness.idle(240)
      const before = await witness.get(`/api/datasets/${ID(marked)}`)
      expect(before.reasons.map(({ code }: any) => code)).toContain('ANOTHER_WITNESS')
      expect(before.plan.automatic.code).toBe('ANOTHER_WITNESS')
      expect(Object.keys(await guids(lab, B(marked)))).toEqual(['s1'])
      const begun = await witness.post(`/api/datasets/${ID(marked)}/run`, { mode: 'REPAIR' })
      expect(begun.status).toBe(202)
      expect((await witness.ended(begun.body.id, 240)).state).toBe('SUCCEEDED')
      expect(await mark(B(marked))).toMatch(/^[0-9a-f]{16}@/)
      expect(await mark(B(marked))).not.toContain(OTHER)
      await witness.status(ID(marked), 'HEALTHY', 60)
    },
    8 * MINUTES,
  )

  test(
    'a backup that its first stream made has our mark',
    async () => {
      await witness.status(ID(seeded), 'HEALTHY', 240)
      expect(await mark(B(seeded))).toMatch(/^[0-9a-f]{16}@/)
    },
    5 * MINUTES,
  )

  test(
    'directories that were touched are nobody’s work: set aside by the check that sees it, without a quiet interval',
    async () => {
      await witness.status(ID(touched), 'HEALTHY', 240)
      await witness.idle(240)
      // As mounting a child below it would do.
      await root(
        lab,
        `zfs set readonly=off ${B(touched)}; zfs mount ${B(touched)}; mkdir /pools/${B(touched)}/made; zpool sync hqs1p1
         [ $(zfs get -Hp -o value written ${B(touched)}) -gt 0 ]; zfs snapshot ${P(touched)}@s3`,
      )
      const begun = await witness.post('/api/run', {})
      await witness.ended(begun.body.id, 240)
      await witness.idle(240)
      await witness.status(ID(touched), 'HEALTHY', 10)
      const { items } = await witness.get(`/api/runs?kind=REPAIR&datasetId=${ID(touched)}`)
      const run = await witness.get(`/api/runs/${items[0].id}`)
      expect(run).toMatchObject({ state: 'SUCCEEDED', plan: { kind: 'SET_ASIDE_REWIND' } })
      expect(await mark(B(touched))).toMatch(/^[0-9a-f]{16}@/)
      expect(run.plan.notes.join(' ')).toContain('dependent clones')
    },
    8 * MINUTES,
  )
}
