import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Situation, User } from './broken-chains.ts'
import { delegate, openLab, releaseAll, root, tryRoot } from './lab.ts'
import { until, Witness } from './witness.ts'

const lab = openLab()
const MINUTES = 60_000
const FOLDER = 'chains'
const P = (name: string) => `hqs8p1/${FOLDER}/${name}`
const B = (name: string) => `hqs1p1/${FOLDER}/${name}`
const ID = (name: string) => `hqs8-hqs1.${FOLDER}.${name}`

/** Nobody looked while the pair was still in common, so rule 1 of the lineage is waived in words. */
function yaml(user: string, names: readonly string[]): string {
  return `san_hosts:
  hqs8: { hostname: hqs8.storage.local, ssh_user: ${user} }
  hqs1: { hostname: hqs1.storage.local, ssh_user: ${user} }
defaults: { auto_repair: true, repair_when: behind, on_diverged: set_aside, primary_max_age_hours: 0 }
pairs:
  - name: "HQS8 → HQS1"
    primary: hqs8
    backup: hqs1
    datasets:
${names.map((name) => `      - { name: ${P(name)}, backup_dataset: ${B(name)} }`).join('\n')}
# What somebody else left half-way is touched only after two quiet checks an interval apart.
scheduler: { interval_minutes: 1 }
`
}

async function clean(): Promise<void> {
  await tryRoot(
    lab,
    `pkill -f 'sleep 1200' || true; sleep 1
     ${releaseAll(`hqs1p1/${FOLDER}`)}
     zfs destroy -R hqs8p1/${FOLDER} || true; zfs destroy -R hqs1p1/${FOLDER} || true`,
  )
}

/** Every snapshot of the backup's tree: guid → how often. What a repair keeps, it keeps all of. */
async function allGuids(): Promise<ReadonlySet<string>> {
  const out = await root(lab, `zfs list -Hp -r -t snapshot -o guid hqs1p1/${FOLDER}`)
  return new Set(out.split('\n').filter((line) => line !== ''))
}

/** All of the situations are made first; then one service mends them, several at a time. */
export function everyChainMends(user: User, situations: readonly Situation[]): void {
  describe(`every broken chain mends itself, as ${user}`, () => {
    let witness: Witness
    let before: ReadonlySet<string>

    beforeAll(async () => {
      await delegate(lab)
      await clean()
      await root(lab, `zfs create hqs8p1/${FOLDER}; zfs create hqs1p1/${FOLDER}`)
      for (const { name, make } of situations) await root(lab, `P=${P(name)} B=${B(name)}\n${make}`)
      before = await allGuids()
      witness = new Witness(
        lab,
        yaml(
          user,
          situations.map(({ name }) => name),
        ),
      )
      await witness.start()
    }, 10 * MINUTES)
    afterAll(async () => {
      await witness?.close()
      await clean()
    }, 3 * MINUTES)

    test.each(situations)(
      '$name ends HEALTHY, and what stood in the way is kept',
      async (situation: Situation) => {
        const { name, plan, waits } = situation
        if (waits !== undefined && user !== 'root') await clickOnceToldSo(name, waits)
        const view = await witness.status(ID(name), 'HEALTHY', 600)
        expect(view.reason.code).toBe('UP_TO_DATE')
        const { items } = await witness.get(`/api/runs?kind=REPAIR&datasetId=${encodeURIComponent(ID(name))}`)
        const first = await witness.get(`/api/runs/${items.at(-1).id}`)
        expect(first.state).toBe('SUCCEEDED')
        // A run that finishes a swap goes on with what is planned after it, and that plan is the one it keeps.
        if (plan === 'FINISH_SWAP')
          expect(first.actions.some(({ title }: { title: string }) => title.startsWith('Swap: '))).toBe(true)
        else expect(first.plan.kind).toBe(plan)
        expect(first.plan.destroys).toEqual([])
        const aside = (
          await tryRoot(lab, `zfs list -H -o name -d 1 hqs1p1/${FOLDER} | grep '/${name}.zw-aside-'`)
        ).out.trim()
        for (const [file, content] of Object.entries(situation.kept ?? {})) {
          expect(await readIn(aside, file)).toBe(content)
        }
        if (situation.after !== undefined) await root(lab, `P=${P(name)} B=${B(name)} A=${aside}\n${situation.after}`)
      },
      11 * MINUTES,
    )

    async function clickOnceToldSo(name: string, words: RegExp): Promise<void> {
      let because = ''
      await until(
        `${name} waits for a person`,
        600,
        async () => {
          const { plan } = await witness.get(`/api/datasets/${ID(name)}`)
          because = plan?.automatic.code === 'NEEDS_PERSON' ? plan.automatic.because : ''
          return because !== ''
        },
        () => because,
      )
      expect(because).toMatch(words)
      const { status } = await witness.post(`/api/datasets/${ID(name)}/run`, { mode: 'REPAIR' })
      expect(status).toBe(202)
    }

    test(
      'every guid that was on the backup before is on it afterwards',
      async () => {
        const after = await allGuids()
        expect([...before].filter((guid) => !after.has(guid))).toEqual([])
      },
      MINUTES,
    )

    test(
      'after export and import nothing of a set-aside is mounted where the backup was',
      async () => {
        await tryRoot(lab, "pkill -f 'sleep 1200' || true; sleep 1")
        await root(lab, REBOOT)
        const mounted = await root(lab, `zfs list -H -r -o name,mounted hqs1p1/${FOLDER}`)
        expect(mounted.split('\n').filter((row) => row.includes('.zw-aside-') && row.endsWith('\tyes'))).toEqual([])
      },
      2 * MINUTES,
    )
  })
}

/** As after a reboot: nothing is mounted, and the import mounts what asks for it. */
const REBOOT = `for m in $(awk '$3 == "zfs" && $2 ~ "^/pools/hqs1p1/" {print $2}' /proc/mounts | sort -r); do umount -l $m || true; done
zpool export -f hqs1p1; zpool import -d /tmp hqs1p1 || zpool list hqs1p1`

/** A file in the newest state of a set-aside, by a clone-free look: its mount, made for this moment. */
async function readIn(aside: string, file: string): Promise<string> {
  const script = `m=$(mktemp -d); mount -t zfs -o zfsutil,ro '${aside}' $m 2>/dev/null || mount --bind $(zfs get -Ho value mountpoint '${aside}') $m
cat $m/${file}; umount $m; rmdir $m`
  return (await root(lab, script)).trim()
}
