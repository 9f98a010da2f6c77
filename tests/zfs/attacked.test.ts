import { afterAll, beforeAll, expect, test } from 'bun:test'
import { delegate, guids, openLab, releaseAll, root, tryRoot } from './lab.ts'
import { until, Witness } from './witness.ts'

/* A primary whose snapshots somebody destroys, in three ways, and a backup that is real: what is left of it stays. */
const lab = openLab()
const MINUTES = 60_000
const NAMES = ['all', 'old', 'newest'] as const
const P = (name: string) => `hqs10p1/hit-${name}`
const B = (name: string) => `hqs7p1/hit-${name}`
const ID = (name: string) => `hqs10-hqs7.hit-${name}`
const LOST = 'PRIMARY_LOST_HISTORY'

const YAML = `san_hosts:
  hqs10: { hostname: hqs10.storage.local, ssh_user: zfsadmin }
  hqs7: { hostname: hqs7.storage.local, ssh_user: zfsadmin }
ssh: { connect_timeout_seconds: 60 }
defaults: { auto_repair: true, repair_when: behind, anchor: none, primary_max_age_hours: 0 }
pairs:
  - primary: hqs10
    backup: hqs7
    datasets:
${NAMES.map((name) => `      - { name: ${P(name)}, backup_dataset: ${B(name)} }`).join('\n')}
scheduler: { interval_minutes: 30 }
`

/** Six snapshots, one a day: the clock of the machine is set back while they are taken. */
const MAKE = `now=$(date +%s)
for n in ${NAMES.join(' ')}; do zfs create hqs10p1/hit-$n; done
for i in 1 2 3 4 5 6; do
  date -s @$((now - (7 - i) * 86400)) >/dev/null
  for n in ${NAMES.join(' ')}; do echo $n$i >/pools/hqs10p1/hit-$n/f$i; zfs snapshot hqs10p1/hit-$n@day-$i; done
done
date -s @$((now + 5)) >/dev/null
for n in ${NAMES.join(' ')}; do
  zfs send hqs10p1/hit-$n@day-1 | zfs receive -u -o readonly=on hqs7p1/hit-$n
  zfs send -I @day-1 hqs10p1/hit-$n@day-6 | zfs receive -u hqs7p1/hit-$n
done`
const ATTACK = `zfs destroy ${P('all')}@%; zfs destroy ${P('old')}@%day-5; zfs destroy ${P('newest')}@day-6
for n in ${NAMES.join(' ')}; do echo later >/pools/hqs10p1/hit-$n/later; zfs snapshot hqs10p1/hit-$n@day-7; done`

const clean = () =>
  tryRoot(
    lab,
    `set +e
${releaseAll('hqs7p1')}
for d in $(zfs list -H -o name -r hqs10p1 hqs7p1 | grep '/hit-'); do zfs destroy -R $d 2>/dev/null; done
true`,
  )

let witness: Witness
beforeAll(async () => {
  await clean()
  await delegate(lab)
  await root(lab, MAKE)
  witness = new Witness(lab, YAML)
  await witness.start()
  for (const name of NAMES) await witness.status(ID(name), 'HEALTHY', 120)
}, 5 * MINUTES)
afterAll(async () => {
  await witness?.close()
  await clean()
}, 2 * MINUTES)

const detail = (name: string) => witness.get(`/api/datasets/${ID(name)}`)
/** One scan, and the repairs that it starts. */
async function scan(): Promise<void> {
  const ended = await witness.cli('run', '--wait')
  expect(ended).toMatchObject({ err: expect.not.stringContaining('zwitness:') })
  await until('nothing runs', 120, async () => (await witness.get('/api/status')).activeRuns.length === 0)
}

test(
  'it is BROKEN, nothing is set aside, what can be goes on, and a person lifts it by the command line',
  async () => {
    const before = await guids(lab, B('all'))
    await root(lab, ATTACK)
    await scan()
    await scan()
    const only = { all: 6, old: 5, newest: 1 }
    for (const name of NAMES) {
      const { status, reason, reasons, inDoubt } = await detail(name)
      expect([name, status, reason.code, inDoubt]).toEqual([name, 'BROKEN', LOST, [LOST]])
      expect(reasons[0].evidence.onlyOnBackup.count).toBe(only[name])
    }
    // From the newest that is left an increment came over. The others wait, and what they have is as it was.
    expect(Object.keys(await guids(lab, B('old'))).at(-1)).toBe('day-7')
    expect(await guids(lab, B('all'))).toEqual(before)
    expect(await root(lab, 'zfs list -H -o name -r hqs7p1')).not.toContain('.zw-')
    for (const name of ['all', 'newest'])
      expect((await detail(name)).automatic).toMatchObject({ allowed: false, code: 'NEEDS_PERSON' })

    const shown = await witness.cli('show', ID('all'))
    for (const text of [LOST, 'Only on the backup', '@day-6', '@day-1', 'Delete nothing on hqs7'])
      expect(shown.out).toContain(text)
    expect((await witness.cli('adopt', ID('all'), '--yes')).err).toContain('--reason')
    expect((await detail('all')).status).toBe('BROKEN')

    const lifted = await witness.cli('adopt', ID('all'), '--yes', '--wait', '--reason', 'a drill')
    expect(lifted.err).toContain('@day-6')
    expect(lifted.code).toBe(0)
    await witness.status(ID('all'), 'HEALTHY', 120)
    expect(Object.keys(await guids(lab, B('all')))).toEqual(['day-7'])
    const aside = (await root(lab, `zfs list -H -o name -r hqs7p1 | grep '^${B('all')}\\.zw-aside-'`)).trim()
    expect(await guids(lab, aside)).toEqual(before)
    const { items } = await witness.get('/api/audit?action=adoptPrimary')
    expect(items).toMatchObject([{ result: 'OK', target: ID('all'), reason: 'a drill' }])
    // The word was for one.
    for (const name of ['old', 'newest']) expect((await detail(name)).reason.code).toBe(LOST)
  },
  8 * MINUTES,
)
