import { afterAll, beforeAll, expect, test } from 'bun:test'
import { cleanUpScript, type SetAside } from '#lib/inspect/set-asides.ts'
import type { Body } from '#tests/witness/client.ts'
import { until } from '#tests/witness/until.ts'
import { delegate, openLab, releaseAll, root, tryRoot } from './lab.ts'
import { Witness } from './witness.ts'

const lab = openLab()
const MINUTES = 60_000
const P = 'hqs8p1/admin/one'
const B = 'hqs1p1/admin/one'
const ID = 'hqs8-hqs1.admin.one'
const YAML = `san_hosts:
  hqs8: { hostname: hqs8.storage.local, ssh_user: zfsadmin }
  hqs1: { hostname: hqs1.storage.local, ssh_user: zfsadmin }
defaults: { auto_repair: true, repair_when: behind, on_diverged: set_aside, primary_max_age_hours: 0 }
pairs:
  - { primary: hqs8, backup: hqs1, datasets: [{ name: ${P}, backup_dataset: ${B} }] }
scheduler: { interval_minutes: 1 }
`
let witness: Witness

async function clean(): Promise<void> {
  await tryRoot(
    lab,
    `${releaseAll('hqs1p1/admin')}
     zfs destroy -R hqs8p1/admin || true; zfs destroy -R hqs1p1/admin || true`,
  )
}

/** Runs a script as its SAN's admin would: a file, as root. Not `sh -e`: it judges each object by itself. */
async function asAdmin(script: string, ...words: readonly string[]): Promise<{ code: number; out: string }> {
  const wrapped = `f=$(mktemp); cat >$f <<'SCRIPT_ENDS_HERE'\n${script}\nSCRIPT_ENDS_HERE\nc=0; sh $f ${words.join(' ')} 2>&1 || c=$?; rm $f; echo "ended $c"`
  const out = await root(lab, wrapped)
  return { code: Number(/ended (\d+)\s*$/.exec(out)?.[1]), out }
}
const list = (): Promise<string> => root(lab, 'zfs list -H -o name,guid -r -t all hqs8p1/admin hqs1p1/admin')

beforeAll(async () => {
  await delegate(lab)
  await clean()
  await root(
    lab,
    `zfs create hqs8p1/admin; zfs create hqs1p1/admin; zfs create ${P}
     dd if=/dev/urandom of=/pools/${P}/f bs=64k count=4 2>/dev/null; zfs snapshot ${P}@s1; zfs snapshot ${P}@s2
     zfs send -L -c ${P}@s1 | zfs receive -u ${B}; zfs snapshot ${B}@own`,
  )
  // The backup goes its own way: data after the base.
  await root(
    lab,
    `zfs mount ${B} 2>/dev/null || true; echo x >/pools/${B}/mine; zfs snapshot ${B}@own2; zfs umount ${B} || true`,
  )
  witness = new Witness(lab, YAML)
  await witness.start()
  await witness.status(ID, 'HEALTHY', 300)
}, 8 * MINUTES)
afterAll(async () => {
  await witness?.close()
  await clean()
}, 3 * MINUTES)

test(
  'a set-aside is listed with its run, and the script removes it and nothing else',
  async () => {
    const { items } = await witness.get('/api/set-asides')
    expect(items).toHaveLength(1)
    expect(items[0]).toMatchObject({ role: 'ASIDE', datasetId: ID, pins: `${B}@s1`, keepBecause: null })
    expect(items[0].madeBy).toMatchObject({ planKind: 'SET_ASIDE_REWIND', actor: expect.any(String) })
    const used = await root(lab, `zfs get -Hp -o value used '${items[0].name}'`)
    expect(items[0].usedBytes).toBe(Number(used))

    const script = await (await witness.send('/api/set-asides/script?host=hqs1')).text()
    const before = await list()
    const dry = await asAdmin(script)
    expect(dry.out).toContain('Nothing was changed.')
    expect(dry.code).toBe(0)
    expect(await list()).toBe(before)

    const really = await asAdmin(script, '--really')
    expect(really.out).toContain('1 removed, 0 left alone.')
    expect(really.code).toBe(0)
    const left = before.split('\n').filter((row) => !row.includes('.zw-aside-'))
    expect(await list()).toBe(left.join('\n'))

    const again = await asAdmin(script, '--really')
    expect(again.out).toContain('0 removed, 1 left alone.')
  },
  5 * MINUTES,
)

test(
  'names with spaces, our holds; one made anew under its name, one with a clone, one with a child: all left alone',
  async () => {
    const one = (name: string) => `hqs1p1/admin/my data.zw-aside-20260101T00000${name}Z`
    await root(
      lab,
      `zfs create 'hqs1p1/admin/my data'
       for n in 1 2 3 4; do zfs create "hqs1p1/admin/my data.zw-aside-20260101T00000\${n}Z"; zfs snapshot "hqs1p1/admin/my data.zw-aside-20260101T00000\${n}Z@a b"; done
       zfs hold zwitness '${one('1')}@a b'`,
    )
    const guids = new Map(
      (await list())
        .trim()
        .split('\n')
        .map((row) => row.split('\t') as [string, string]),
    )
    const setAsides = ['1', '2', '3', '4'].map(
      (n): SetAside => ({
        name: one(n),
        guid: guids.get(one(n)) ?? '',
        type: 'filesystem',
        role: 'aside',
        host: 'hqs1',
        pool: 'hqs1p1',
        datasetId: 'x',
        backup: { name: 'hqs1p1/admin/my data', guid: guids.get('hqs1p1/admin/my data') ?? '' },
        madeAt: 0,
        usedBytes: 1,
        snapshots: 1,
        held: 0,
        children: [],
        pins: null,
        madeBy: null,
        keepBecause: null,
      }),
    )
    await root(
      lab,
      `zfs destroy -r '${one('2')}'; zfs create '${one('2')}'
       zfs clone '${one('3')}@a b' hqs1p1/admin/clone; zfs create '${one('4')}/kid'`,
    )
    const { out, code } = await asAdmin(cleanUpScript('hqs1', setAsides, 'now'), '--really')
    expect(out).toContain('is another one now')
    expect(out).toContain('has clones: hqs1p1/admin/clone')
    expect(out).toContain('there are datasets below it')
    expect(out).toContain('1 removed, 3 left alone.')
    expect(code).toBe(1)
    const names = (await root(lab, 'zfs list -H -o name -r hqs1p1/admin')).split('\n')
    expect(names.filter((name) => name.includes('.zw-aside-')).toSorted()).toEqual(
      [one('2'), one('3'), one('4'), `${one('4')}/kid`].toSorted(),
    )
  },
  3 * MINUTES,
)

test(
  'anchors are listed, superseded ones go by the script, and what the chain needs may not be destroyed',
  async () => {
    const ask = (snapshot: string) => witness.get(`/api/can-destroy?snapshot=${encodeURIComponent(snapshot)}`)
    // The repair has anchored @s2 on the primary.
    expect(await ask(`${P}@s1`)).toMatchObject({ answer: 'YES' })
    expect(await ask(`hqs8:${P}@s2`)).toMatchObject({ answer: 'YES', mappings: [{ code: 'ANCHORED' }] })
    expect(await ask(`${B}@s2`)).toMatchObject({ answer: 'NO', mappings: [{ code: 'BASE' }] })
    await root(lab, `zfs snapshot ${P}@s3`)
    const { body } = await witness.post(`/api/datasets/${encodeURIComponent(ID)}/run`)
    // A check of the schedule may have been quicker.
    await witness.ended(body.id ?? body.runId)
    await witness.status(ID, 'HEALTHY', 120)
    let items: Body[] = []
    await until(
      'both anchors are listed',
      45,
      async () => {
        items = (await witness.get('/api/anchors')).items
        return items.length >= 2
      },
      () => JSON.stringify(items),
    )
    expect(items.map(({ snapshot, use }) => [snapshot, use])).toEqual([
      ['s3', 'NEEDED'],
      ['s2', 'SUPERSEDED'],
    ])
    const script = await (await witness.send('/api/anchors/script')).text()
    const { out, code } = await asAdmin(script, '--really')
    expect(out).toContain('1 removed, 0 left alone.')
    expect(code).toBe(0)
    expect((await root(lab, `zfs list -H -t bookmark -o name -r ${P}`)).trim()).toBe(items[0].name)
    // Without its anchor the newest common snapshot may not go.
    await root(lab, `zfs destroy '${items[0].name}'`)
    // What it read a moment ago it answers for a minute; a service that was just started has read nothing.
    await witness.stop()
    await witness.start()
    expect(await ask(`${P}@s3`)).toMatchObject({ answer: 'NO', mappings: [{ code: 'BASE' }] })
  },
  8 * MINUTES,
)
