import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { delegate, guids, openLab, releaseAll, root, tryRoot } from './lab.ts'
import { bringSyncoid, syncoid } from './syncoid.ts'
import { Witness } from './witness.ts'

/*
 * What docs/coming-from/syncoid.md promises, with Debian's own syncoid: it replicates for a while; zwitness comes, finds what
 * is a copy of what, checks, and repairs beside it; then syncoid goes on as before.
 */
const lab = openLab()
const MINUTES = 60_000
const P = 'hqs8p1/office'
const B = 'hqs1p1/from/office'
const ID = 'hqs8-hqs1.office'
const HOSTS = `san_hosts:
  hqs8: { hostname: hqs8.storage.local, ssh_user: zfsadmin }
  hqs1: { hostname: hqs1.storage.local, ssh_user: zfsadmin }
scheduler: { interval_minutes: 1440 }
`

const missing = await bringSyncoid(lab)
if (missing !== null) console.error(`SKIPPED: NOT RUN: coming from a real syncoid: ${missing}`)

/** A file and a snapshot of it, as sanoid names its own. */
const autosnap = (name: string) =>
  root(lab, `echo ${name} >/pools/${P}/${name}; zpool sync hqs8p1; zfs snapshot ${P}@autosnap_${name}_hourly`)

/** How syncoid ended, and what it complained of (its Perl has words of its own about what was taken along for it). */
async function turnOfSyncoid(): Promise<readonly [code: number, complaints: readonly string[]]> {
  const { code, out, err } = await tryRoot(lab, syncoid(`--quiet --compress=none --no-privilege-elevation ${P} ${B}`))
  const lines = (out + err).split('\n')
  return [code, lines.filter((line) => /CRITICAL|WARN|cannot|failed/i.test(line))]
}

const names = async (dataset: string) => Object.keys(await guids(lab, dataset))
const ofSyncoid = (name: string): boolean => name.startsWith('syncoid_')

async function clean(): Promise<void> {
  await tryRoot(
    lab,
    `${releaseAll('hqs1p1/from')}\nfor d in ${P} hqs1p1/from; do zfs destroy -R $d 2>/dev/null || true; done; true`,
  )
}

describe.skipIf(missing !== null)('coming from a real syncoid', () => {
  let witness: Witness
  beforeAll(async () => {
    await clean()
    await delegate(lab)
    await root(lab, `zfs create ${P}; zfs create hqs1p1/from`)
    witness = new Witness(lab, `${HOSTS}pairs: []\n`)
  }, 5 * MINUTES)
  afterAll(async () => {
    await witness?.close()
    await clean()
  }, 3 * MINUTES)

  test(
    'discover finds the copy that it made, the check finds it HEALTHY, a repair goes on from it, and syncoid from that',
    async () => {
      // Before: syncoid alone, twice.
      await autosnap('1')
      expect(await turnOfSyncoid()).toEqual([0, []])
      await autosnap('2')
      expect(await turnOfSyncoid()).toEqual([0, []])
      const before = await guids(lab, B)
      expect(Object.keys(before).filter(ofSyncoid)).toHaveLength(1)

      // What is a copy of what, as lines for the configuration.
      await witness.start()
      const found = await witness.cli('discover', 'hqs8', 'hqs1')
      expect(found.code).toBe(0)
      expect(found.out).toContain(`- { name: ${P}, backup_dataset: ${B} }`)
      expect(found.out).toMatch(/newest common @syncoid_\S+ of \S+, 3 in common, nothing newer/)
      expect(await guids(lab, B)).toEqual(before)
      // The lab's SANs are one machine, so each has the other's datasets too, and the copy is found in both directions.
      const lines = found.out.split('\n').filter((line) => !line.includes(`name: ${B}`))
      witness.configure(HOSTS + lines.join('\n'))
      expect(await witness.cli('config', 'reload')).toMatchObject({ code: 0 })

      // A snapshot that syncoid has not sent yet: seen, and sent by one command.
      await witness.cli('check', ID, '--wait')
      expect(await witness.get(`/api/datasets/${ID}`)).toMatchObject({ status: 'HEALTHY' })
      await autosnap('3')
      expect(await witness.cli('repair', ID, '--yes', '--wait')).toMatchObject({ code: 0 })
      expect(await names(B)).toContain('autosnap_3_hourly')
      expect((await names(B)).filter(ofSyncoid)).toEqual(Object.keys(before).filter(ofSyncoid))
      expect(await guids(lab, B)).toMatchObject(before)

      // After: syncoid goes on from what zwitness has sent, and prunes what is its own.
      await autosnap('4')
      expect(await turnOfSyncoid()).toEqual([0, []])
      await witness.cli('check', ID, '--wait')
      expect(await witness.get(`/api/datasets/${ID}`)).toMatchObject({ status: 'HEALTHY' })
      expect((await names(B)).filter(ofSyncoid)).toHaveLength(1)
      expect(await guids(lab, B)).toEqual(await guids(lab, P))
    },
    15 * MINUTES,
  )
})
