import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { delegate, guids, openLab, releaseAll, root, tryRoot } from './lab.ts'
import { bringSyncoid, syncoid } from './syncoid.ts'
import { Witness } from './witness.ts'

/* A real syncoid (Debian's) and zwitness take turns with the same backups, in each of syncoid's modes. */

const lab = openLab()
const MINUTES = 60_000
const ROUNDS = Number(process.env.TURNS ?? 8)
const P = (mode: string) => `hqs10p1/turns/${mode}`
const B = (mode: string) => `hqs7p1/turns/${mode}`
const ID = (mode: string) => `hqs10-hqs7.turns.${mode}`
const MODES: Readonly<Record<string, string>> = {
  plain: '',
  nosync: '--no-sync-snap',
  marks: '--no-sync-snap --create-bookmark',
  tree: '-r',
  named: '--identifier=second',
  careful: '--no-rollback',
}
const NAMES = Object.keys(MODES)

const YAML = `san_hosts:
  hqs10: { hostname: hqs10.storage.local, ssh_user: zfsadmin }
  hqs7: { hostname: hqs7.storage.local, ssh_user: zfsadmin }
defaults: { auto_repair: true, repair_when: behind, primary_max_age_hours: 0 }
pairs:
  - primary: hqs10
    backup: hqs7
    datasets:
${NAMES.map((mode) => `      - { name: ${P(mode)}, backup_dataset: ${B(mode)}${mode === 'tree' ? ', recursive: true' : ''} }`).join('\n')}
scheduler: { interval_minutes: 30 }
`

const missing = await bringSyncoid(lab)
if (missing !== null) console.error(`SKIPPED: taking turns with a real syncoid: ${missing}`)

/** Something new on every primary, and a snapshot of it, as sanoid or a person takes them. */
const work = (name: string) =>
  `for m in ${NAMES.join(' ')}; do echo ${name} >/pools/hqs10p1/turns/$m/${name}; done; echo ${name} >/pools/${P('tree')}/kid/${name}
   zpool sync hqs10p1; for m in ${NAMES.join(' ')}; do zfs snapshot -r hqs10p1/turns/$m@${name}; done`

/** One turn of syncoid in each mode, all at once; how it ended and what it said, a line each. */
const turnOfSyncoid = () =>
  root(
    lab,
    `${NAMES.map((mode) => {
      const line = syncoid(`--quiet --compress=none --no-privilege-elevation ${MODES[mode]} ${P(mode)} ${B(mode)}`)
      return `( ${line} >/tmp/said.${mode} 2>&1 && r=0 || r=$?; echo "${mode} $r $(tr '\\n' ' ' </tmp/said.${mode})" >/tmp/turn.${mode} ) &`
    }).join('\n')}\nwait; cat ${NAMES.map((mode) => `/tmp/turn.${mode}`).join(' ')}`,
  )

/** guids of all snapshots below, but for those that syncoid makes and prunes itself. */
async function kept(below: string): Promise<ReadonlySet<string>> {
  const rows = (await root(lab, `zfs list -Hp -r -t snapshot -o name,guid ${below}`)).split('\n')
  return new Set(rows.filter((row) => row !== '' && !row.includes('@syncoid_')).map((row) => row.split('\t')[1] ?? ''))
}

async function clean(): Promise<void> {
  await tryRoot(
    lab,
    `${releaseAll('hqs7p1/turns')}\nzfs destroy -R hqs10p1/turns 2>/dev/null || true; zfs destroy -R hqs7p1/turns 2>/dev/null || true`,
  )
}

describe.skipIf(missing !== null)('a real syncoid and zwitness take turns', () => {
  let witness: Witness
  beforeAll(async () => {
    await clean()
    await delegate(lab)
    await root(
      lab,
      `zfs create hqs10p1/turns; zfs create hqs7p1/turns; for m in ${NAMES.join(' ')}; do zfs create hqs10p1/turns/$m; done; zfs create ${P('tree')}/kid`,
    )
    witness = new Witness(lab, YAML)
  }, 5 * MINUTES)
  afterAll(async () => {
    await witness?.close()
    await clean()
  }, 3 * MINUTES)

  /** A check of everything, and the repairs that it starts, to their end. */
  async function turnOfZwitness(): Promise<void> {
    await witness.idle(400)
    const begun = await witness.post('/api/run', {})
    expect(begun.status).toBe(202)
    await witness.ended(begun.body.id, 240)
    await witness.idle(400)
  }

  test(
    `${ROUNDS} rounds in each mode: syncoid ends well each time, nothing is lost, and all are HEALTHY in the end`,
    async () => {
      let before: ReadonlySet<string> = new Set()
      const nothingLost = async (when: string) => {
        const now = await kept('hqs7p1/turns')
        expect([when, ...[...before].filter((guid) => !now.has(guid))]).toEqual([when])
        before = now
      }
      for (let round = 1; round <= ROUNDS; round++) {
        await root(lab, work(`s${round}`))
        const said = (await turnOfSyncoid()).trimEnd().split('\n')
        expect(said.filter((line) => !/^\w+ 0 /.test(line))).toEqual([])
        await nothingLost(`syncoid, round ${round}`)
        await root(lab, work(`z${round}`))
        if (round === 1) await witness.start()
        await turnOfZwitness()
        await nothingLost(`zwitness, round ${round}`)
        // The parent of a tree that syncoid has just mounted waits for syncoid, or for a quiet interval.
        for (const mode of NAMES.filter((name) => name !== 'tree'))
          expect([mode, Object.keys(await guids(lab, B(mode))).includes(`z${round}`)]).toEqual([mode, true])
      }
      await turnOfSyncoid()
      await turnOfZwitness()
      for (const mode of NAMES) await witness.status(ID(mode), 'HEALTHY', 120)
      await witness.status(ID('tree.kid'), 'HEALTHY', 120)
      for (const below of [...NAMES, 'tree/kid']) {
        const there = new Set(Object.values(await guids(lab, B(below))))
        const here = Object.entries(await guids(lab, P(below))).filter(([name]) => !name.startsWith('syncoid_'))
        expect([below, ...here.filter(([, guid]) => !there.has(guid)).map(([name]) => name)]).toEqual([below])
      }
      expect(
        (await root(lab, 'zfs list -H -o name -r hqs7p1/turns')).split('\n').filter((name) => name.includes('.zw-')),
      ).toEqual([])
    },
    45 * MINUTES,
  )
})
