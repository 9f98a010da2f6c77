import { afterAll, beforeAll, expect, test } from 'bun:test'
import { decodeToken, encodeToken, type TokenField } from '#lib/zfs/token.ts'
import { openLab } from './lab.ts'
import { at, CREATE, RawLab } from './raw-lab.ts'
import { until } from './witness.ts'

/*
 * A backup that lies about its resume token, real ZFS on both sides: what it would have got by that, and that it does not.
 */

const MINUTES = 60_000
const FORGED = '/tmp/forged-token'
const USER = 'zfsadmin'
const B = at('b', USER)
const TOKEN = (name: string) => `zfs get -H -o value receive_resume_token ${B}/${name}`

/** `zfs` of the backup: where the file says so, it shows another token than the one it has. */
const LIAR = `cat >/usr/local/sbin/zfs-liar <<'S'
#!/bin/sh
case "$1" in
  list|get) if [ -s ${FORGED} ]; then read was is <${FORGED}; zfs "$@" | sed "s/$was/$is/"; exit 0; fi;;
esac
exec zfs "$@"
S
chmod 755 /usr/local/sbin/zfs-liar; rm -f ${FORGED}`

const MAKE = `${LIAR}
cut() { ${CREATE} $P/$1; zfs snapshot $P/$1@s0; zfs send -w $P/$1@s0 | zfs receive -u $B/$1
  dd if=/dev/urandom of=/pools/$P/$1/f bs=1M count=4 2>/dev/null; zfs snapshot $P/$1@s1
  zfs send -w -i @s0 $P/$1@s1 | head -c 2500000 | zfs receive -s -u $B/$1 || true; zfs get -H -o value receive_resume_token $B/$1 | grep -q '^1-'; }
cut lied; cut honest`

let raw: RawLab
let token: string
beforeAll(async () => {
  const mapped = ['lied', 'honest'].map((name) => ({ id: name, name, more: 'send: { raw: true }' }))
  raw = await RawLab.open(openLab(), [USER], MAKE, mapped, '/usr/local/sbin/zfs-liar')
  token = (await raw.run(TOKEN('lied'))).trim()
}, 4 * MINUTES)
afterAll(async () => {
  await raw?.run(`rm -f ${FORGED}`)
  await raw?.close()
}, 3 * MINUTES)

const without = (...names: readonly string[]) => fields().filter(([name]) => !names.includes(name))
const fields = (): readonly TokenField[] => decodeToken(token) ?? []

test(
  'a real token is read as ZFS reads it, and packed again ZFS takes it',
  async () => {
    expect(fields().map(([name]) => name)).toEqual([
      'fromguid',
      'object',
      'offset',
      'bytes',
      'toguid',
      'toname',
      'compressok',
      'rawok',
    ])
    const [real, again] = await Promise.all([told(token), told(encodeToken(fields()))])
    expect(again).toBe(real)
    for (const [name, value] of fields())
      if (typeof value === 'bigint') expect(real).toContain(`\t${name} = 0x${value.toString(16)}\n`)
    expect(await isRaw(token)).toBe(true)
  },
  2 * MINUTES,
)

const forgeries: readonly [string, () => readonly TokenField[], boolean][] = [
  ['without `rawok`', () => without('rawok'), false],
  [
    'whose name makes up `rawok = 1` in what the sender prints',
    () => {
      return without('rawok', 'compressok').map(([name, value]): TokenField => {
        return [name, name === 'toname' ? `${value}\n\tcompressok = 1\n\trawok = 1` : value]
      })
    },
    false,
  ],
  ['whose `rawok` is the number 0', () => [...without('rawok'), ['rawok', 0n]], true],
]
test.each(forgeries)(
  'a token %s: ZFS would send by it, and it is not used',
  async (_name, forge, staysRaw) => {
    const forged = encodeToken(forge())
    // What the backup would get if it were used.
    expect(await isRaw(forged)).toBe(staysRaw)
    await raw.run(`echo ${token} ${forged} >${FORGED}`)
    await settled()
    const { body } = await raw.witness.post(`/api/datasets/lied-${USER}/preview`)
    expect(body.plan).toMatchObject({ kind: 'SET_ASIDE_REWIND', blocked: null })
    expect(JSON.stringify(body.plan)).not.toContain(forged)
    expect(await raw.streams()).toEqual([])
  },
  4 * MINUTES,
)

test(
  'the printed text of such a token is that of an honest one, to the letter',
  async () => {
    const lying = encodeToken(forgeries[1]?.[1]() ?? [])
    expect(await told(lying)).toBe(await told(token))
  },
  2 * MINUTES,
)

test(
  'the repair goes on raw from the last common snapshot, with what was forged set aside',
  async () => {
    await raw.run(`echo ${token} ${encodeToken(forgeries[1]?.[1]() ?? [])} >${FORGED}`)
    await settled()
    const run = await raw.repair(`lied-${USER}`)
    expect([run.preview.plan.kind, run.state]).toEqual(['SET_ASIDE_REWIND', 'SUCCEEDED'])
    expect(await raw.streams()).toEqual([true])
    expect(await raw.sameIvSet(USER, 'lied@s1')).toBe(true)
    await raw.run(`rm ${FORGED}`)
  },
  6 * MINUTES,
)

test(
  'an honest one is resumed, and what is left of it is raw',
  async () => {
    const run = await raw.repair(`honest-${USER}`)
    expect([run.preview.plan.kind, run.state]).toEqual(['RESUME', 'SUCCEEDED'])
    expect(await raw.streams()).toEqual([true])
    expect(await raw.sameIvSet(USER, 'honest@s1')).toBe(true)
  },
  4 * MINUTES,
)

/** Another token than at the last look is a receive that moves: it is looked at until it does not. */
function settled(): Promise<void> {
  let seen: readonly string[] = []
  return until(
    'its token stands still',
    240,
    async () => {
      await raw.check()
      seen = await raw.codes(`lied-${USER}`)
      return seen.includes('PARTIAL_RECEIVE')
    },
    () => `It is ${seen.join(', ')}.`,
  )
}

function told(which: string): Promise<string> {
  return raw.run(`zfs send -nvP -t ${which} 2>&1`)
}

/** Is what leaves the primary by this token encrypted? By the header of the stream itself. */
async function isRaw(which: string): Promise<boolean> {
  await raw.run(`/usr/local/sbin/zfs-kept send -t ${which} >/dev/null`)
  const [stream, ...more] = await raw.streams()
  expect(more).toEqual([])
  return stream === true
}
