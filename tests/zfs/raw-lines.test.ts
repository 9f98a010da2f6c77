import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { openLab, tryRoot } from './lab.ts'
import { at, CREATE, LOAD, RawLab, USERS } from './raw-lab.ts'
import { everyRawLine } from './raw-lines.ts'

everyRawLine('root')

const MINUTES = 60_000
const lab = openLab()

const MAKE = `fill() { dd if=/dev/urandom of=/pools/$1/f$(ls /pools/$1 | wc -l) bs=256k count=2 2>/dev/null; }
tree() { ${CREATE} $P/$1; zfs create $P/$1/kid; fill $P/$1; fill $P/$1/kid; zfs snapshot -r $P/$1@s1; zfs send -Rw $P/$1@s1 | zfs receive -u $B/$1; }
# Both have gone their own way: the child, and then the root of the tree above it.
tree one; zfs snapshot -r $B/one@own; zfs snapshot -r $P/one@s2
# An admin has put a promoted clone into its place by hand.
tree two; zfs clone -o canmount=noauto $B/two/kid@s1 $B/two/new; zfs promote $B/two/new; zfs rename -u $B/two/kid $B/two/old; zfs rename -u $B/two/new $B/two/kid
fill $P/two/kid; zfs snapshot $P/two/kid@s2
# Somebody with the key has sent one increment that is not raw.
tree three; ${LOAD} $B/three; zfs snapshot $P/three/kid@s2; zfs send -i @s1 $P/three/kid@s2 | zfs receive -u $B/three/kid; zfs snapshot $P/three/kid@s3
# By policy decrypted, by what is there raw; its key is loaded on the backup.
tree four; ${LOAD} $B/four; zfs snapshot $P/four/kid@s2
# Never raw: the backup is not encrypted.
${CREATE} $P/five; fill $P/five; zfs snapshot $P/five@s1; zfs send $P/five@s1 | zfs receive -u $B/five; zfs snapshot $P/five@s2
# Only snapshots without a change stand in the way.
tree six; zfs snapshot $B/six/kid@x1; zfs snapshot $B/six/kid@x2; zfs snapshot $P/six/kid@s2`

describe.each([...USERS])('raw lines and what has happened to them, as %s', (user) => {
  let raw: RawLab
  const [P, B] = [at('p', user), at('b', user)]
  beforeAll(async () => {
    raw = await RawLab.open(lab, [user], MAKE, [
      { id: 'one', name: 'one' },
      { id: 'onekid', name: 'one/kid' },
      { id: 'two', name: 'two/kid' },
      { id: 'three', name: 'three/kid' },
      { id: 'four', name: 'four/kid', more: 'send: { raw: false }' },
      { id: 'five', name: 'five' },
      { id: 'six', name: 'six/kid' },
    ])
  }, 5 * MINUTES)
  afterAll(() => raw?.close(), 4 * MINUTES)

  test(
    'set aside, first the child and then the root of the tree above it: both go on raw',
    async () => {
      for (const id of ['onekid', 'one']) {
        const run = await raw.repair(`${id}-${user}`)
        expect([id, run.preview.plan.kind, run.state]).toEqual([id, 'SET_ASIDE_REWIND', 'SUCCEEDED'])
      }
      expect(await raw.streams()).toEqual([true, true])
      expect(await raw.sameIvSet(user, 'one@s2')).toBe(true)
      expect(await raw.sameIvSet(user, 'one/kid@s2')).toBe(true)
      // And what comes next.
      await raw.run(`zfs snapshot -r ${P}/one@s3`)
      for (const id of ['one', 'onekid']) expect((await raw.repair(`${id}-${user}`)).state).toBe('SUCCEEDED')
      expect(await raw.streams()).toEqual([true, true])
      expect(await raw.sameIvSet(user, 'one/kid@s3')).toBe(true)
    },
    15 * MINUTES,
  )

  test(
    'after a promote by hand',
    async () => {
      expect((await raw.repair(`two-${user}`)).state).toBe('SUCCEEDED')
      expect(await raw.streams()).toEqual([true])
      expect(await raw.sameIvSet(user, 'two/kid@s2')).toBe(true)
    },
    8 * MINUTES,
  )

  test.each([
    ['an increment that was not raw has gone into it', 'three', 'iv-sets-differ', '`backup_dataset`'],
    ['`send.raw: false` on a raw line', 'four', 'line-is-raw', '`send: { raw: auto }`'],
    ['a backup that is not encrypted, without a word of a person', 'five', 'raw-onto-plain', '`send: { raw: false }`'],
  ])(
    '%s: said with what to do, and nothing is sent',
    async (_name, id, why, cure) => {
      const detail = await raw.witness.get(`/api/datasets/${id}-${user}`)
      const reason = detail.reasons.find(({ code }: any) => code === 'ENCRYPTION_MISMATCH')
      expect(reason.evidence.why).toBe(why)
      expect(reason.action).toContain(cure)
      expect(reason.action).not.toContain('load-key')
      const { body } = await raw.witness.post(`/api/datasets/${id}-${user}/preview`)
      expect(body.plan).toMatchObject({ kind: 'IMPOSSIBLE', steps: [], blocked: { code: 'ENCRYPTION_MISMATCH' } })
      expect(await raw.streams()).toEqual([])
    },
    4 * MINUTES,
  )

  test(
    'snapshots without a change: a person may let exactly these be destroyed, and it goes on raw',
    async () => {
      const offered = (await raw.witness.post(`/api/datasets/six-${user}/preview`)).body.plan
      expect(offered).toMatchObject({ kind: 'SET_ASIDE_REWIND', blocked: null, setAside: { holdsNothing: true } })
      const shown = (await raw.witness.post(`/api/datasets/six-${user}/preview`, { strategy: 'IN_PLACE' })).body.plan
      expect(shown.destroys.map(({ name, holdsNothing }: any) => [name, holdsNothing])).toEqual([
        ['x1', true],
        ['x2', true],
      ])
      if (user === 'zfsadmin') {
        // These rights cannot destroy; the set-aside holds nothing either, and does not count.
        expect(shown.blocked.code).toBe('PERMISSION_MISSING')
        const run = await raw.repair(`six-${user}`)
        expect(run.state).toBe('SUCCEEDED')
        await raw.check()
        const aside = (await tryRoot(lab, `zfs list -H -o name -r ${B}/six | grep zw-aside`)).out.trim()
        expect((await raw.run(`zfs list -Hp -o written -t filesystem,snapshot -r ${aside}`)).trim()).toBe('0\n0\n0')
      } else {
        const run = await raw.repair(`six-${user}`, { strategy: 'IN_PLACE' })
        expect(run.state).toBe('SUCCEEDED')
        const names = await raw.run(`zfs list -H -o name -t snapshot -s createtxg ${B}/six/kid`)
        expect(names.trim().split('\n')).toEqual([`${B}/six/kid@s1`, `${B}/six/kid@s2`])
      }
      expect(await raw.streams()).toEqual([true])
      expect(await raw.sameIvSet(user, 'six/kid@s2')).toBe(true)
    },
    8 * MINUTES,
  )
})
