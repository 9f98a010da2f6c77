import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { delegate, openLab, root, tryRoot } from './lab.ts'
import { until, Witness } from './witness.ts'

const lab = openLab()
const MINUTES = 60_000

/** The same on two pairs of SANs: as a login with the README's rights, and as root. */
const LINES = [
  { user: 'zfsadmin', primary: 'hqs8', from: 'hqs8p1', backup: 'hqs1', to: 'hqs1p1', other: 'hqs10p1' },
  { user: 'root', primary: 'hqs10', from: 'hqs10p1', backup: 'hqs7', to: 'hqs7p1', other: 'hqs8p1' },
] as const
type Line = (typeof LINES)[number]

const YAML = `san_hosts:
${LINES.flatMap(({ user, primary, backup }) => [primary, backup].map((san) => `  ${san}: { hostname: ${san}.storage.local, ssh_user: ${user} }`)).join('\n')}
defaults: { auto_repair: true, repair_when: behind, on_diverged: set_aside, primary_max_age_hours: 0 }
pairs:
${LINES.map(
  ({ primary, from, backup, to }) => `  - primary: ${primary}
    backup: ${backup}
    datasets:
${[30, 60, 90].map((share) => `      - { id: ${primary}-${share}, name: ${from}/ends/files, backup_dataset: ${to}/ends/f${share} }`).join('\n')}
      - { id: ${primary}-over, name: ${from}/ends/over, backup_dataset: ${to}/ends/over }
      - { id: ${primary}-line, name: ${from}/ends/line, backup_dataset: ${to}/ends/line }`,
).join('\n')}
scheduler: { interval_minutes: 1 }
`

/** 1,500 small files: the stream is larger than ZFS estimates. Each backup has so many per cent of it. */
const smallFiles = ({ from, to }: Line) => `
zfs create ${from}/ends/files
for i in $(seq 1 1500); do echo "file $i" >/pools/${from}/ends/files/f$i; done
zpool sync ${from}; zfs snapshot ${from}/ends/files@s1
n=$(zfs send -L -c ${from}/ends/files@s1 | wc -c)
for p in 30 60 90; do
  zfs send -L -c ${from}/ends/files@s1 | head -c $((n * p / 100)) | zfs receive -s -u -o readonly=on ${to}/ends/f$p || true
done`

/** A full stream over a dataset that was there, cut off. */
const overExisting = ({ from, to }: Line) => `
zfs create ${from}/ends/over; dd if=/dev/urandom of=/pools/${from}/ends/over/f bs=1M count=2 2>/dev/null
zpool sync ${from}; zfs snapshot ${from}/ends/over@s1
zfs create ${to}/ends/over; echo hello >/pools/${to}/ends/over/theirs; zpool sync ${to}
zfs send ${from}/ends/over@s1 | head -c 1000000 | zfs receive -sF -u ${to}/ends/over || true`

/** A second SAN has the same line, and sends its own snapshot into the backup for some minutes. */
const fromElsewhere = ({ from, to, other }: Line) => `
zfs create ${from}/ends/line; echo 1 >/pools/${from}/ends/line/f; zpool sync ${from}; zfs snapshot ${from}/ends/line@s1
zfs send ${from}/ends/line@s1 | zfs receive -u -o readonly=on ${to}/ends/line
zfs send ${from}/ends/line@s1 | zfs receive ${other}/elsewhere
dd if=/dev/urandom of=/pools/${other}/elsewhere/g bs=1M count=6 2>/dev/null; zpool sync ${other}
zfs snapshot ${other}/elsewhere@z2; zfs snapshot ${from}/ends/line@s2
(zfs send -i @s1 ${other}/elsewhere@z2 | pv -q -L 25k | zfs receive -s -u ${to}/ends/line) >/tmp/ends-${other}.log 2>&1 </dev/null &`

const REMOVE = LINES.map(
  ({ from, to, other }) =>
    `for d in ${to}/ends ${from}/ends ${other}/elsewhere; do zfs destroy -R $d 2>/dev/null || true; done`,
).join('\n')

describe('what does not succeed comes to an end, on real OpenZFS', () => {
  let witness: Witness
  beforeAll(async () => {
    await tryRoot(lab, REMOVE)
    await delegate(lab)
    for (const line of LINES) {
      await root(lab, `zfs create ${line.from}/ends; zfs create ${line.to}/ends`)
      await root(lab, smallFiles(line))
      await root(lab, overExisting(line))
      await root(lab, fromElsewhere(line))
    }
    witness = new Witness(lab, YAML)
    await witness.start()
  }, 10 * MINUTES)
  afterAll(async () => {
    await witness?.close()
    await tryRoot(lab, `pkill -x pv || true; sleep 1; ${REMOVE}`)
  }, 3 * MINUTES)

  const dataset = (id: string) => witness.get(`/api/datasets/${id}`)
  const lastRepair = async (id: string) => (await witness.get(`/api/runs?kind=REPAIR&datasetId=${id}&limit=1`)).items[0]

  describe.each([...LINES])('as $user', (line) => {
    const { primary, from, to } = line

    test.each([30, 60, 90])(
      'a stream of many small files, cut off at %d %, is resumed without a person though it has no size left',
      async (share) => {
        const token = (await root(lab, `zfs get -H -o value receive_resume_token ${to}/ends/f${share}`)).trim()
        const id = `${primary}-${share}`
        if (token.startsWith('1-')) {
          const told = await root(lab, `zfs send -nvP -t ${token} 2>&1 | grep ^size`)
          expect(told).toMatch(/^size\t18446744\d{12}\n$/)
        }
        await until(`${id} is healthy`, 420, async () => (await dataset(id)).status === 'HEALTHY')
        expect(await lastRepair(id)).toMatchObject({ state: 'SUCCEEDED', trigger: { type: 'SCHEDULE' } })
        const files = await root(lab, `zfs list -Hp -t snapshot -o guid ${from}/ends/files@s1 ${to}/ends/f${share}@s1`)
        expect(new Set(files.trim().split('\n')).size).toBe(1)
      },
      8 * MINUTES,
    )

    test(
      'a full stream that was cut off over a dataset is set aside, with what that dataset held',
      async () => {
        const id = `${primary}-over`
        await until(`${id} is healthy`, 420, async () => (await dataset(id)).status === 'HEALTHY')
        const aside = (await root(lab, `zfs list -H -o name -r ${to}/ends | grep over.zw-aside-`)).trim()
        const theirs = `zfs mount ${aside}; cat $(zfs get -H -o value mountpoint ${aside})/theirs; zfs unmount ${aside}`
        expect(await root(lab, theirs)).toBe('hello\n')
        const runs = (await witness.get(`/api/runs?kind=REPAIR&datasetId=${id}&limit=20`)).items
        expect(runs.map(({ state }: { readonly state: string }) => state)).toEqual(['SUCCEEDED'])
      },
      8 * MINUTES,
    )

    test(
      'a receive of somebody else’s whose token looks stale from here is left alone to its end',
      async () => {
        await until('it has ended', 420, async () => {
          const list = await root(lab, `zfs list -H -t snapshot -o name -r ${to}/ends/line`)
          return list.includes('@z2')
        })
        expect(await root(lab, `zfs list -H -o name -r ${to}/ends`)).not.toContain('line.zw-')
        expect((await tryRoot(lab, `cat /tmp/ends-${line.other}.log`)).out).toBe('')
      },
      8 * MINUTES,
    )
  })
})
